// Serves the requests that come through a message port with a store: reads at once, writes in groups of what waits.
// Messages in both directions are lists, so that a burst of requests or the answers of a group cross the border once.

import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import { problemOf } from "../../core/errors.ts";
import type { Member } from "./group-commit.ts";
import { weightOf } from "./operations.ts";
import { closing, type Reply, type Request } from "./requests.ts";
import type { SqliteStore } from "./store.ts";
import { isWrite } from "./write-names.ts";

/** Idle this long, the loop makes a checkpoint. */
const idleMs = 100;

export class RequestLoop {
  readonly #port: MessagePort;
  readonly #store: SqliteStore;
  readonly #writes: Member[] = [];
  #replies: Reply[] = [];
  #idleTimer: NodeJS.Timeout | null = null;
  #isClosing = false;

  constructor(port: MessagePort, store: SqliteStore) {
    this.#port = port;
    this.#store = store;
    port.on("message", (requests: Request[] | typeof closing) => {
      this.#accept(requests);
      this.#work();
    });
  }

  /** Tells the other side something that it did not ask for. */
  notice(text: string): void {
    this.#replies.push({ notice: text });
  }

  #work(): void {
    this.#takeWhatWaits();
    while (this.#writes.length > 0) {
      this.#store.commitGroup(this.#writes, () => this.#takeWhatWaits());
      this.#flush();
      this.#takeWhatWaits();
    }
    if (this.#isClosing) this.#close();
    else if (this.#store.hasUncheckpointed) this.#checkpointWhenIdle();
  }

  /** Everything that has arrived by now: reads are answered, writes queued. */
  #takeWhatWaits(): void {
    for (let message = receiveMessageOnPort(this.#port); message; message = receiveMessageOnPort(this.#port)) {
      this.#accept(message.message as Request[]);
    }
    this.#flush();
  }

  #accept(requests: Request[] | typeof closing): void {
    if (requests === closing) {
      this.#isClosing = true;
      return;
    }
    for (const { id, name, argument } of requests) {
      if (isWrite(name)) {
        this.#writes.push({
          name,
          argument,
          weight: weightOf(name, argument),
          succeed: (value) => this.#replies.push({ id, value }),
          fail: (error) => this.#refuse(id, error),
        });
        continue;
      }
      try {
        this.#replies.push({ id, value: this.#store.read(name, argument) });
      } catch (error) {
        this.#replies.push({ id, problem: problemOf(error) });
      }
    }
  }

  #refuse(id: number, error: unknown): void {
    this.#replies.push({ id, problem: problemOf(this.#store.explain(error)) });
  }

  #flush(): void {
    if (this.#replies.length === 0) return;
    this.#port.postMessage(this.#replies);
    this.#replies = [];
  }

  #close(): void {
    if (this.#idleTimer !== null) clearTimeout(this.#idleTimer);
    this.#store[Symbol.dispose]();
    this.#port.close();
  }

  #checkpointWhenIdle(): void {
    if (this.#idleTimer !== null) this.#idleTimer.refresh();
    else {
      this.#idleTimer = setTimeout(() => {
        this.#idleTimer = null;
        this.#store.checkpoint();
      }, idleMs);
    }
  }
}
