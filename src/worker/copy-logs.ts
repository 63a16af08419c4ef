// Output of an attempt on its way into the ledger: the log files are the first copy, never the only one once the
// attempt has ended.

import { statSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { systemLimits } from "../core/system-limits.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { attemptFiles } from "../protocol/attempt-files.ts";

export type LogCopy = {
  /** Copies what the files have by now and the ledger has not. */
  copy(): Promise<void>;
};

const streams = ["stdout", "stderr"] as const;

export function createLogCopy(of: { ledger: Ledger; runId: string; attempt: number; folder: string }): LogCopy {
  const { ledger, runId, attempt, folder } = of;
  const offsets: Record<(typeof streams)[number], number | null> = { stdout: null, stderr: null };
  const copyStream = async (stream: (typeof streams)[number]): Promise<void> => {
    const path = join(folder, attemptFiles[stream]);
    let offset = offsets[stream];
    // Most looks find no news, and a look must cost next to nothing: there is one a second for each run.
    if (offset !== null && (statSync(path, { throwIfNoEntry: false })?.size ?? 0) <= offset) return;
    offset ??= await ledger.logSize({ runId, attempt, stream });
    for await (const bytes of chunksOf(path, offset)) {
      await ledger.putLog([{ runId, attempt, stream, offset, bytes }]);
      offset += bytes.length;
    }
    offsets[stream] = offset;
  };
  let last = Promise.resolve();
  return {
    copy() {
      last = last
        .catch(() => undefined)
        .then(async () => {
          for (const stream of streams) await copyStream(stream);
        });
      return last;
    },
  };
}

/** The file from an offset to its present end, in log chunks; nothing if there is no such file. */
async function* chunksOf(path: string, offset: number): AsyncGenerator<Uint8Array> {
  const file = await open(path, "r").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (file === null) return;
  try {
    for (let at = offset; ; ) {
      const buffer = Buffer.alloc(systemLimits.logChunkBytesMax);
      const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
      at += bytesRead;
    }
  } finally {
    await file.close();
  }
}
