// Takes a program's stdout and stderr out of their pipes: masks secrets, counts, writes the files, keeps the last
// lines of stderr as evidence. A pipe is read no faster than its file takes it, so a flood waits in the program.

import { join } from "node:path";
import type { Readable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import { attemptFiles } from "../protocol/attempt-files.ts";
import type { SecretMask } from "../protocol/mask-secrets.ts";
import { type OutputFile, openOutputFile } from "./output-file.ts";

export type OutputCounts = { bytes: number; cutBytes: number };

export type ProgramOutput = {
  counts(): Record<"stdout" | "stderr", OutputCounts>;
  /** The last lines of stderr, masked. */
  lastStderr(): string;
  /** Reads what is still in the pipes, for at most `withinMs`, and closes the files. May be called again. */
  finish(withinMs: number): Promise<void>;
};

export type OutputOptions = {
  program: { stdout: Readable; stderr: Readable };
  /** Where `stdout.log` and `stderr.log` lie. */
  folder: string;
  mask: SecretMask;
  /** Kept of each stream, half of it from each end; null keeps all. */
  outputMib: number | null;
  /** Called once when both streams together are beyond `floodFactor` times the limit. */
  onFlood(): void;
  emit(type: string, data: Record<string, unknown>): Promise<void>;
};

/** Output beyond the limit is cut; beyond this many times the limit it is a fault. */
export const floodFactor = 16;
const mib = 1024 * 1024;
const lastStderrLines = 20;
const lastStderrBytes = 4096;

/** Begins to read. The files are there when it resolves. */
export async function recordOutput(options: OutputOptions): Promise<ProgramOutput> {
  const endBytes = options.outputMib === null ? Number.POSITIVE_INFINITY : (options.outputMib * mib) / 2;
  const [stdout, stderr] = await Promise.all([
    openOutputFile(join(options.folder, attemptFiles.stdout), endBytes),
    openOutputFile(join(options.folder, attemptFiles.stderr), endBytes),
  ]);
  const tail = new Tail(lastStderrBytes);
  const flood = floodGauge(options);
  const pumps = Promise.all([
    pump("stdout", stdout, options, endBytes, flood),
    pump("stderr", stderr, options, endBytes, flood, tail),
  ]);
  pumps.catch(() => {}); // told by finish
  return {
    counts: () => ({ stdout: countsOf(stdout), stderr: countsOf(stderr) }),
    lastStderr: () => tail.lines(lastStderrLines),
    async finish(withinMs) {
      const isDry = await Promise.race([pumps.then(() => true), wait(withinMs, false, { ref: false })]);
      if (!isDry) {
        options.program.stdout.destroy();
        options.program.stderr.destroy();
      }
      await pumps;
    },
  };
}

async function pump(
  name: "stdout" | "stderr",
  file: OutputFile,
  options: OutputOptions,
  endBytes: number,
  onBytes: (count: number) => void,
  tail?: Tail,
): Promise<void> {
  const mask = options.mask.stream();
  const put = async (bytes: Buffer): Promise<void> => {
    const isFirstBeyond = file.bytes <= endBytes && file.bytes + bytes.length > endBytes;
    tail?.push(bytes);
    await file.write(bytes);
    if (isFirstBeyond) {
      const message = `${name} is longer than ${endBytes} bytes; its end is written when the program has ended`;
      await options.emit("log.written", { level: "warn", message });
    }
  };
  try {
    for await (const chunk of chunksOf(options.program[name])) {
      onBytes(chunk.length);
      await put(mask.push(chunk));
    }
    await put(mask.end());
  } finally {
    await file.close();
  }
}

/** The stream's chunks; one that was destroyed ends here like one that ended. */
async function* chunksOf(stream: Readable): AsyncGenerator<Buffer> {
  try {
    yield* stream;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
  }
}

function floodGauge(options: OutputOptions): (count: number) => void {
  const most = options.outputMib === null ? Number.POSITIVE_INFINITY : options.outputMib * mib * floodFactor;
  let bytes = 0;
  return (count) => {
    const isFirst = bytes <= most && bytes + count > most;
    bytes += count;
    if (isFirst) options.onFlood();
  };
}

function countsOf(file: OutputFile): OutputCounts {
  return { bytes: file.bytes, cutBytes: file.cutBytes };
}

/** The last bytes of a stream. */
class Tail {
  readonly #most: number;
  #bytes: Buffer = Buffer.alloc(0);

  constructor(most: number) {
    this.#most = most;
  }

  push(chunk: Buffer): void {
    const all = Buffer.concat([this.#bytes, chunk.subarray(-this.#most)]);
    this.#bytes = all.subarray(-this.#most);
  }

  lines(count: number): string {
    return this.#bytes.toString().trimEnd().split("\n").slice(-count).join("\n");
  }
}
