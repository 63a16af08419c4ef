// Messages of PostgreSQL's protocol, as far as a pooler has to know them: one byte says what a message is, four how long.

/** One message; of the first that a client sends the type is "". */
export function message(type: string, body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type, "latin1"), length, body]);
}

/** Cuts a stream of bytes into messages. */
export class Messages {
  readonly #onMessage: (type: string, bytes: Buffer) => void;
  #rest: Buffer = Buffer.alloc(0);
  #isStarting: boolean;

  /** @param options.hasStart The first message has no type, as a client sends it. */
  constructor(onMessage: (type: string, bytes: Buffer) => void, { hasStart = false } = {}) {
    this.#onMessage = onMessage;
    this.#isStarting = hasStart;
  }

  push(bytes: Buffer): void {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    for (;;) {
      const head = this.#isStarting ? 0 : 1;
      if (this.#rest.length < head + 4) return;
      const size = head + this.#rest.readInt32BE(head);
      if (this.#rest.length < size) return;
      const whole = this.#rest.subarray(0, size);
      this.#rest = this.#rest.subarray(size);
      const type = this.#isStarting ? "" : String.fromCharCode(whole[0] ?? 0);
      this.#isStarting = false;
      this.#onMessage(type, whole);
    }
  }
}
