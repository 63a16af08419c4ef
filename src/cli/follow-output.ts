// What an attempt prints, as it comes: from its log file, the first copy, while that is there, and from the ledger's
// own copy otherwise.

import { type FSWatcher, watch } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import type { Ledger } from "../ledger/ledger.ts";
import { attemptFiles } from "../protocol/attempt-files.ts";
import { attemptFolder } from "../worker/attempt-folder.ts";
import { createWake } from "../worker/wake.ts";

export type OutputPlace = { runId: string; attempt: number; stream: "stdout" | "stderr" };

const chunkBytes = 64 * 1024;
const pollMs = 250;

/** Bytes to show, and the offset in the stream after them. */
export type OutputPiece = { bytes: Uint8Array; end: number };

/** The stream from an offset to its present end. What the ledger has cut out of it is a line that says so. */
export async function* readOutput(ledger: Ledger, place: OutputPlace, from: number): AsyncGenerator<OutputPiece> {
  const path = join(attemptFolder({ home: ledger.home, ...place }), attemptFiles[place.stream]);
  const file = await open(path, "r").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "EACCES") return null;
    throw error;
  });
  let offset = from;
  try {
    for (;;) {
      const piece: OutputPiece | null =
        file === null ? await readKept(ledger, place, offset) : await readAt(file, offset);
      if (piece === null) return;
      offset = piece.end;
      yield piece;
    }
  } finally {
    await file?.close();
  }
}

export type OutputFollower = {
  /** Writes what is left and stops. Call it when the attempt has ended. */
  finish(): Promise<void>;
};

/** Hands both streams of an attempt to `write` as they grow, until `finish`. */
export function followOutput(of: {
  ledger: Ledger;
  runId: string;
  attempt: number;
  write(stream: "stdout" | "stderr", bytes: Uint8Array): void;
}): OutputFollower {
  const { ledger, runId, attempt, write } = of;
  const offsets = { stdout: 0, stderr: 0 };
  const wake = createWake();
  const watcher = watchFolder(attemptFolder({ home: ledger.home, runId, attempt }), () => wake.ring());
  let isEnding = false;
  const copy = async (): Promise<void> => {
    for (const stream of ["stdout", "stderr"] as const) {
      for await (const { bytes, end } of readOutput(ledger, { runId, attempt, stream }, offsets[stream])) {
        offsets[stream] = end;
        write(stream, bytes);
      }
    }
  };
  const loop = async (): Promise<void> => {
    while (!isEnding) {
      await copy();
      await wake.next(pollMs);
    }
    await copy();
  };
  const done = loop();
  // Somebody waits for it in finish; until then a failure must not end the process.
  done.catch(() => {});
  return {
    async finish() {
      isEnding = true;
      wake.ring();
      await done.finally(() => watcher?.close());
    },
  };
}

async function readAt(file: FileHandle, offset: number): Promise<OutputPiece | null> {
  const buffer = Buffer.alloc(chunkBytes);
  const { bytesRead } = await file.read(buffer, 0, chunkBytes, offset);
  return bytesRead === 0 ? null : { bytes: buffer.subarray(0, bytesRead), end: offset + bytesRead };
}

/** From the ledger's copy, which has lost the middle of a long stream: what is gone is told and jumped over. */
async function readKept(ledger: Ledger, place: OutputPlace, offset: number): Promise<OutputPiece | null> {
  const bytes = await ledger.readLog({ ...place, offset, limit: chunkBytes });
  if (bytes.length > 0) return { bytes, end: offset + bytes.length };
  const cut = await ledger.logCut(place);
  if (cut === null || offset < cut.from || offset >= cut.to) return null;
  return { bytes: Buffer.from(`\n… ${cut.to - offset} bytes not kept …\n`), end: cut.to };
}

/** Makes it quick; the poll makes it sure. */
function watchFolder(folder: string, onChange: () => void): FSWatcher | null {
  try {
    const watcher = watch(folder, { persistent: false }, onChange);
    watcher.on("error", () => watcher.close());
    return watcher;
  } catch {
    return null;
  }
}
