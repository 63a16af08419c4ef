// What one attempt printed on one stream: read from its beginning in large pieces, then followed, as lines that can be
// shown and searched without a second look at the server. What is kept of a stream is limited, so this is, too.

export type LogPiece = { text: string; next: number; isAtEnd: boolean; cut: { from: number; to: number } | null };
type LogTextOptions = {
  /** Reads a piece of the stream; its `next` is the offset after it. */
  read: (of: { offset: number; limit: number }) => Promise<LogPiece>;
  /** Calls back once somebody looks at the page. @returns what calls it off */
  onceShown: (work: () => void) => () => void;
};
export type LogView = { lines: readonly string[]; isReading: boolean; cut: number | null; error: unknown };

const pieceBytes = 512 * 1024;
/** Characters that are held of one stream; the ledger keeps 16 MiB. */
const charsMax = 17 * 1024 * 1024;
const tailMs = 1_000;

export class LogText {
  readonly #of: LogTextOptions;
  readonly #listeners = new Set<() => void>();
  #lines: string[] = [];
  #rest = "";
  #chars = 0;
  #offset = 0;
  /** Beginnings and ends of readings so far: what was asked for before the last of them is not waited for. */
  #turn = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopWaiting: (() => void) | null = null;
  #view: LogView = { lines: [], isReading: true, cut: null, error: null };

  constructor(of: LogTextOptions) {
    this.#of = of;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly view = (): LogView => this.#view;

  /** Reads until the function that it gives is called; `isGrowing` says whether more may come. */
  begin(isGrowing: () => boolean): () => void {
    this.#turn += 1;
    void this.#read(this.#turn, isGrowing);
    return () => {
      this.#turn += 1;
      clearTimeout(this.#timer);
      this.#stopWaiting?.();
    };
  }

  async #read(turn: number, isGrowing: () => boolean): Promise<void> {
    clearTimeout(this.#timer);
    try {
      for (;;) {
        const piece = await this.#of.read({ offset: this.#offset, limit: pieceBytes });
        if (turn !== this.#turn) return;
        const isNew = piece.next > this.#offset;
        this.#offset = piece.next;
        if (isNew) this.#take(piece.text);
        const isDone = piece.isAtEnd || !isNew || this.#chars > charsMax;
        this.#show({ isReading: !isDone, cut: piece.cut === null ? null : piece.cut.to - piece.cut.from, error: null });
        if (isDone) break;
      }
    } catch (error) {
      if (turn !== this.#turn) return;
      this.#show({ isReading: false, error });
    }
    if (isGrowing() && this.#chars <= charsMax) this.#timer = setTimeout(() => this.#again(turn, isGrowing), tailMs);
  }

  #again(turn: number, isGrowing: () => boolean): void {
    if (turn !== this.#turn) return;
    this.#stopWaiting = this.#of.onceShown(() => void this.#read(turn, isGrowing));
  }

  #take(text: string): void {
    this.#chars += text.length;
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#lines.push(line);
  }

  #show(change: Partial<LogView>): void {
    const lines = this.#rest === "" ? this.#lines : [...this.#lines, this.#rest];
    // A new array for React only where something came; lines are never changed.
    const isSame = lines.length === this.#view.lines.length && lines.at(-1) === this.#view.lines.at(-1);
    this.#view = {
      ...this.#view,
      ...change,
      lines: isSame ? this.#view.lines : lines === this.#lines ? [...lines] : lines,
    };
    for (const listener of this.#listeners) listener();
  }
}

/** Numbers of the lines that hold the words, without regard to upper and lower case. */
export function linesWith(lines: readonly string[], words: string): number[] {
  const wanted = words.toLowerCase();
  const found: number[] = [];
  for (const [index, line] of lines.entries()) if (line.toLowerCase().includes(wanted)) found.push(index);
  return found;
}

/** A line as it may be shown: without colours, and with other control characters as their pictures. */
export function shownLine(line: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  const plain = line.replace(/\u001b\[[0-9;?]*[ -/]*[@-~]/g, "").replace(/\r$/, "");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  return plain.replace(/[\u0000-\u0008\u000b-\u001f]/g, (one) =>
    String.fromCodePoint(0x2400 + (one.codePointAt(0) ?? 0)),
  );
}
