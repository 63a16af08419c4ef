// Takes over what a user's program appends to its event file: whole lines, in order, each once, with its byte offset.
// A line that cannot be taken is reported as such and stops nothing.

import { constants, type FileHandle, open } from "node:fs/promises";
import type { SecretMask } from "../protocol/mask-secrets.ts";
import { watchOrPoll } from "../protocol/watch-file.ts";

export type EventFileOptions = {
  path: string;
  /** Longest line, bytes; a longer one is reported and skipped. */
  lineBytesMax: number;
  mask: SecretMask;
  /** Resolves when the event is in the journal. */
  emit(type: string, data: Record<string, unknown>): Promise<void>;
  /** Where a runner before this one stopped: byte offset of the next line, and how many lines lie before it. */
  from?: { offset: number; line: number };
};

export type EventFileSummary = {
  taken: number;
  bad: number;
  /** Where the next line would begin. */
  offset: number;
  /** The last score that the program reported. */
  score: { score: number; passed: boolean | null } | null;
};

export type EventFile = {
  /** Reads what is left; a last line without a newline is taken if it is whole JSON. Call it once, when the program is gone. */
  finish(): Promise<EventFileSummary>;
  [Symbol.asyncDispose](): Promise<void>;
};

/** Bad lines reported one by one; the rest are only counted, or garbage would flood the journal. */
const badLinesShown = 100;
const excerptChars = 200;
/** A file without a newline for longer is none of lines, and read no further: a sparse one costs its program nothing. */
const lineMibMax = 256;
const pollMs = 250;
/** Between two readings at least, milliseconds; the first news are read at once. */
const paceMs = 20;
const chunkBytes = 64 * 1024;

/** Creates the event file if there is none and follows it until `finish`. */
export async function followEventFile(options: EventFileOptions): Promise<EventFile> {
  await (await open(options.path, "a", 0o600)).close();
  const reader = new EventFileReader(options);
  // The watch makes it quick, the poll makes it sure: a watch sees nothing once the file was replaced.
  let soon: NodeJS.Timeout | null = null;
  let readMs = Number.NEGATIVE_INFINITY;
  // A program that writes hundreds of lines a second is read some dozens of times: a reading costs more than a line.
  const watcher = watchOrPoll(options.path, () => {
    soon ??= setTimeout(
      () => {
        soon = null;
        readMs = performance.now();
        void reader.read();
      },
      Math.max(0, readMs + paceMs - performance.now()),
    );
  });
  const poll = setInterval(() => reader.read(), pollMs);
  const stop = (): void => {
    watcher.close();
    clearInterval(poll);
    if (soon !== null) clearTimeout(soon);
  };
  reader.read();
  return {
    async finish() {
      stop();
      await reader.read();
      return reader.finish();
    },
    async [Symbol.asyncDispose]() {
      stop();
      await reader.settle();
    },
  };
}

class EventFileReader {
  readonly #options: EventFileOptions;
  #taken = 0;
  #bad = 0;
  #score: EventFileSummary["score"] = null;
  /** Offset up to which the file was read, and up to which its lines were taken. */
  #readTo: number;
  #offset: number;
  #line: number;
  #inode: bigint | null = null;
  /** Bytes of a line whose newline has not come; empty while a too long line is skipped. */
  #open: Buffer[] = [];
  #openBytes = 0;
  #reading: Promise<void> = Promise.resolve();
  #isWaiting = false;
  #isGivenUp = false;
  /** Why the last reading found no file; null if it found one. */
  #lack: string | null = null;
  #failure: unknown = null;

  constructor(options: EventFileOptions) {
    this.#options = options;
    this.#readTo = options.from?.offset ?? 0;
    this.#offset = this.#readTo;
    this.#line = options.from?.line ?? 0;
  }

  /** Reads to the file's end after what is being read now. Many calls meanwhile make one reading. */
  read(): Promise<void> {
    if (this.#isWaiting) return this.#reading;
    this.#isWaiting = true;
    this.#reading = this.#reading.then(async () => {
      this.#isWaiting = false;
      if (this.#failure !== null) return;
      try {
        await this.#readOnce();
      } catch (error) {
        this.#failure = error; // a journal that cannot be written; told by finish
      }
    });
    return this.#reading;
  }

  settle(): Promise<void> {
    return this.#reading;
  }

  async finish(): Promise<EventFileSummary> {
    if (this.#failure !== null) throw this.#failure;
    if (this.#openBytes > 0) await this.#takeOpenLine(this.#openBytes);
    if (this.#lack !== null)
      await this.#warn(`the event file ${this.#lack}; what it held since it was last read was not taken`, {});
    const silent = this.#bad - badLinesShown;
    if (silent > 0) await this.#warn(`${silent} further lines of the event file could not be read`, {});
    return { taken: this.#taken, bad: this.#bad, offset: this.#offset, score: this.#score };
  }

  async #readOnce(): Promise<void> {
    const file = await openRegular(this.#options.path);
    this.#lack = "lack" in file ? file.lack : null;
    if ("lack" in file) return;
    try {
      const { ino, size } = await file.stat({ bigint: true });
      await this.#noticeReplacement(ino, Number(size));
      const chunk = Buffer.allocUnsafe(chunkBytes);
      for (;;) {
        const { bytesRead } = await file.read(chunk, 0, chunk.length, this.#readTo);
        if (bytesRead === 0 || this.#isGivenUp) return;
        this.#readTo += bytesRead;
        await this.#takeLines(chunk.subarray(0, bytesRead));
      }
    } finally {
      await file.close();
    }
  }

  /** A program may write its file anew instead of appending to it; then all of it is new. */
  async #noticeReplacement(inode: bigint, size: number): Promise<void> {
    const isOther = this.#inode !== null && this.#inode !== inode;
    this.#inode = inode;
    if (!isOther && size >= this.#readTo) return;
    const what = isOther ? "was replaced by another file" : `was cut from ${this.#readTo} to ${size} bytes`;
    this.#readTo = 0;
    this.#offset = 0;
    this.#line = 0;
    this.#open = [];
    this.#openBytes = 0;
    this.#isGivenUp = false;
    await this.#warn(`the event file ${what}; it is read from its start`, {});
  }

  async #takeLines(bytes: Buffer): Promise<void> {
    for (let from = 0; from < bytes.length; ) {
      const newline = bytes.indexOf(10, from);
      const to = newline < 0 ? bytes.length : newline;
      this.#keep(bytes.subarray(from, to));
      if (this.#openBytes > lineMibMax * 1024 ** 2) return this.#giveUp();
      if (newline < 0) return;
      await this.#takeOpenLine(this.#openBytes + 1);
      from = newline + 1;
    }
  }

  async #giveUp(): Promise<void> {
    this.#isGivenUp = true;
    this.#open = [];
    this.#openBytes = 0;
    this.#bad += 1;
    const where = `line ${this.#line + 1} of the event file`;
    await this.#warn(`${where} is longer than ${lineMibMax} MiB; the file is read no further`, {});
  }

  #keep(part: Buffer): void {
    this.#openBytes += part.length;
    if (this.#openBytes <= this.#options.lineBytesMax) this.#open.push(Buffer.from(part));
    else this.#open = [];
  }

  /** @param bytes Length of the line, with its newline if it has one. */
  async #takeOpenLine(bytes: number): Promise<void> {
    const isTooLong = this.#openBytes > this.#options.lineBytesMax;
    const content = Buffer.concat(this.#open);
    const eventFile = { line: this.#line + 1, offset: this.#offset, bytes };
    this.#open = [];
    this.#openBytes = 0;
    this.#line += 1;
    this.#offset += bytes;
    if (isTooLong) return this.#reportBad(eventFile, `longer than ${this.#options.lineBytesMax} bytes`, "");
    const text = decode(content);
    if (text === null) return this.#reportBad(eventFile, "not UTF-8", content.toString("latin1"));
    if (text.trim() === "") return;
    // Most programs report nothing: what reads a line is loaded by the first one.
    const { readEventLine } = await import("../protocol/event-file.ts");
    const read = readEventLine(text);
    if (!read.ok) return this.#reportBad(eventFile, read.cause, text);
    const { type, data } = this.#options.mask.json(read.record);
    if (type === "score.recorded") {
      this.#score = { score: data.score as number, passed: data.passed as boolean | null };
    }
    await this.#options.emit(type, { ...data, eventFile });
    this.#taken += 1;
  }

  async #reportBad(
    eventFile: { line: number; offset: number; bytes: number },
    cause: string,
    text: string,
  ): Promise<void> {
    this.#bad += 1;
    if (this.#bad > badLinesShown) return;
    const excerpt = this.#options.mask.text(text).slice(0, excerptChars);
    const message = this.#options.mask.text(`line ${eventFile.line} of the event file was not taken: ${cause}`);
    await this.#warn(message, { eventFile, excerpt });
  }

  #warn(message: string, more: Record<string, unknown>): Promise<void> {
    return this.#options.emit("log.written", { level: "warn", message, badLines: this.#bad, ...more });
  }
}

/** The file, if it is a regular one: a program could put a link or a pipe in its place. What comes later is read then. */
async function openRegular(path: string): Promise<FileHandle | { lack: string }> {
  let file: FileHandle;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return { lack: "is gone" };
    return { lack: code === "ELOOP" ? noFile : `cannot be read (${code})` };
  }
  if ((await file.stat()).isFile()) return file;
  await file.close();
  return { lack: noFile };
}

const noFile = "is no regular file any more";

function decode(bytes: Buffer): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
