// What an attempt prints, as it comes: from its log file, the first copy, while that is there, and from the ledger's
// own copy otherwise.

import { type FSWatcher, watch } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import type { Ledger } from "../ledger/ledger.ts";
import { attemptFiles } from "../protocol/attempt-files.ts";
import { attemptFolder } from "../worker/attempt-folder.ts";
import { createWake } from "../worker/wake.ts";

export type OutputPlace = { runId: string; attempt: number; stream: "stdout" | "stderr" };

const chunkBytes = 64 * 1024;
const pollMs = 250;

/** The stream from an offset to its present end. */
export async function* readOutput(ledger: Ledger, place: OutputPlace, from: number): AsyncGenerator<Uint8Array> {
  const path = join(attemptFolder({ home: ledger.home, ...place }), attemptFiles[place.stream]);
  const file = await open(path, "r").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "EACCES") return null;
    throw error;
  });
  let offset = from;
  try {
    for (;;) {
      const bytes: Uint8Array =
        file === null ? await ledger.readLog({ ...place, offset, limit: chunkBytes }) : await readAt(file, offset);
      if (bytes.length === 0) return;
      offset += bytes.length;
      yield bytes;
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
      for await (const bytes of readOutput(ledger, { runId, attempt, stream }, offsets[stream])) {
        offsets[stream] += bytes.length;
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

async function readAt(file: Awaited<ReturnType<typeof open>>, offset: number): Promise<Uint8Array> {
  const buffer = Buffer.alloc(chunkBytes);
  const { bytesRead } = await file.read(buffer, 0, chunkBytes, offset);
  return buffer.subarray(0, bytesRead);
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
