// Where words go: results to stdout, progress and errors to stderr. Whatever is printed passes here, and here control
// characters are removed and tones become colours, so that text written by an agent can neither move the cursor nor
// paint the screen.

import { cleanForTerminal, plainTones, withColours } from "../views/tone.ts";
import { LiveBlock } from "./live-block.ts";

/** What is needed of a stream; process.stdout and process.stderr fit. */
export type OutputStream = {
  write(text: string | Uint8Array): boolean;
  isTTY?: boolean;
  columns?: number;
  /** More was written than its reader has taken: `drain` comes once it has. */
  readonly writableNeedDrain?: boolean;
  on?(event: StreamEvent, listener: (error: NodeJS.ErrnoException) => void): unknown;
  off?(event: StreamEvent, listener: (error: NodeJS.ErrnoException) => void): unknown;
};

type StreamEvent = "drain" | "error" | "close";

export type Output = {
  /** `json`: stdout gets JSON and nothing else. */
  readonly isJson: boolean;
  /** Whether people read stdout: local times, columns, colours; else tabs, ISO times and whole ids. */
  readonly isTerminal: boolean;
  readonly isProgressTerminal: boolean;
  /** Columns of the terminal on stdout. */
  readonly width: number;
  /** Fires when nobody reads stdout any more. */
  readonly gone: AbortSignal;
  /** A line (or several) of the result. */
  result(text: string): void;
  /** The result as one JSON value. */
  json(value: unknown): void;
  /** A line of progress; left out with --quiet. */
  progress(text: string): void;
  /** A line that --quiet keeps: warnings and errors. */
  warn(text: string): void;
  /** Lines that stay below all others on a terminal and are drawn over by the next ones; none takes them away. */
  live(lines: readonly string[]): void;
  /** Bytes of another program, as they are. */
  bytes(stream: "stdout" | "stderr", bytes: Uint8Array): void;
  /** Resolves once stdout takes more, or nobody reads it any more: who writes much waits for it. */
  drained(): Promise<void>;
};

export type OutputOptions = { isJson: boolean; isQuiet: boolean; hasColour: boolean };

const widthDefault = 100;

/** Writes on these streams; a stream whose reader has gone is written no more, without an error. */
export function openOutput(
  streams: { stdout: OutputStream; stderr: OutputStream },
  options: OutputOptions,
): Output & Disposable {
  const gone = new AbortController();
  const stdout = guarded(streams.stdout, () => gone.abort());
  const stderr = guarded(streams.stderr, () => {});
  const paint = (stream: OutputStream) => (stream.isTTY === true && options.hasColour ? withColours : plainTones);
  const decode = { stdout: terminalText(), stderr: terminalText() };
  const line = (stream: OutputStream, text: string) => `${paint(stream)(cleanForTerminal(text))}\n`;
  const block = new LiveBlock((text) => stderr.write(text));
  return {
    isJson: options.isJson,
    isTerminal: streams.stdout.isTTY === true,
    isProgressTerminal: streams.stderr.isTTY === true,
    width: streams.stdout.columns || widthDefault,
    gone: gone.signal,
    result: (text) => {
      if (!options.isJson) block.above(() => stdout.write(line(streams.stdout, text)));
    },
    json: (value) => stdout.write(`${jsonText(value)}\n`),
    progress: (text) => {
      if (!options.isQuiet) block.above(() => stderr.write(line(streams.stderr, text)));
    },
    warn: (text) => block.above(() => stderr.write(line(streams.stderr, text))),
    live: (lines) => {
      if (!options.isQuiet && streams.stderr.isTTY === true) block.draw(lines.map((one) => line(streams.stderr, one)));
    },
    bytes: (stream, bytes) => {
      const to = stream === "stdout" ? stdout : stderr;
      to.write(streams[stream].isTTY === true ? decode[stream](bytes) : bytes);
    },
    drained: () => stdout.drained(),
    [Symbol.dispose]() {
      block.draw([]);
      stdout.release();
      stderr.release();
    },
  };
}

/** Whether colours are wanted, after no-color.org and force-color.org. */
export function wantsColour(env: Readonly<Record<string, string | undefined>>, isRefused: boolean): boolean {
  const isOff = (env.NO_COLOR ?? "") !== "" || env.TERM === "dumb";
  return !isRefused && !isOff;
}

/** JSON in which a terminal finds no control characters, not even those that JSON allows in strings. */
function jsonText(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\u009f]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Bytes of a program as a terminal may get them: a lone carriage return ends a line, other controls are removed. */
function terminalText(): (bytes: Uint8Array) => string {
  const decoder = new TextDecoder();
  return (bytes) => cleanForTerminal(decoder.decode(bytes, { stream: true }).replace(/\r(?!\n)/g, "\n"));
}

function guarded(stream: OutputStream, onGone: () => void) {
  let isOpen = true;
  const leave = () => {
    isOpen = false;
    onGone();
  };
  const onError = (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE" && error.code !== "EIO" && error.code !== "ERR_STREAM_DESTROYED") throw error;
    leave();
  };
  stream.on?.("error", onError);
  return {
    write(text: string | Uint8Array): void {
      if (isOpen) stream.write(text);
    },
    drained(): Promise<void> {
      if (!isOpen || stream.writableNeedDrain !== true) return Promise.resolve();
      const { promise, resolve } = Promise.withResolvers<void>();
      const done = () => resolve();
      // Whatever is written after it would be thrown away without a word.
      const closed = () => {
        leave();
        resolve();
      };
      const listeners = { drain: done, error: done, close: closed };
      const events = ["drain", "error", "close"] as const;
      for (const event of events) stream.on?.(event, listeners[event]);
      return promise.finally(() => {
        for (const event of events) stream.off?.(event, listeners[event]);
      });
    },
    // The listener stays a turn longer, since a broken pipe is reported after the write.
    release: () => void setImmediate(() => stream.off?.("error", onError)),
  };
}
