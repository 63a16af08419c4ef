// A few lines at the bottom of a terminal that are drawn over as things go on. Whatever else is printed goes above them.

const cursorUp = (lines: number): string => `\x1b[${lines}A`;
const clearBelow = "\r\x1b[0J";

export class LiveBlock {
  readonly #write: (text: string) => void;
  #lines: readonly string[] = [];

  /** @param write Writes to the terminal as it is. */
  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  /** Draws the lines, each with its newline, over the former ones. None of them may be wider than the terminal. */
  draw(lines: readonly string[]): void {
    const text = `${this.#erasure()}${lines.join("")}`;
    this.#lines = lines;
    if (text !== "") this.#write(text);
  }

  /** Does what prints above the block, and draws the block again below it. */
  above(print: () => void): void {
    const lines = this.#lines;
    this.draw([]);
    print();
    this.draw(lines);
  }

  #erasure(): string {
    return this.#lines.length === 0 ? "" : `${cursorUp(this.#lines.length)}${clearBelow}`;
  }
}
