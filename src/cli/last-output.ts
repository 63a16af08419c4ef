// The last lines that a running attempt printed, for a look at it.

import { open } from "node:fs/promises";
import { join } from "node:path";
import type { Run } from "../core/run.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { attemptFiles } from "../protocol/attempt-files.ts";
import { attemptFolder } from "../worker/attempt-folder.ts";

const tailBytes = 4 * 1024;
const linesMax = 3;

/** At most three lines, of the stream that was written last; none if nothing was printed or the files are not here. */
export async function lastOutput(ledger: Ledger, { id, attempt }: Run): Promise<string[]> {
  if (attempt === null) return [];
  const folder = attemptFolder({ home: ledger.home, runId: id, attempt: attempt.number });
  const tails = await Promise.all([attemptFiles.stdout, attemptFiles.stderr].map((name) => tailOf(join(folder, name))));
  const [latest] = tails.filter((tail) => tail !== null).sort((a, b) => b.writtenMs - a.writtenMs);
  return latest?.lines.slice(-linesMax) ?? [];
}

async function tailOf(path: string): Promise<{ lines: string[]; writtenMs: number } | null> {
  const file = await open(path, "r").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "EACCES") return null;
    throw error;
  });
  if (file === null) return null;
  try {
    const { size, mtimeMs } = await file.stat();
    const from = Math.max(0, size - tailBytes);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(tailBytes), 0, tailBytes, from);
    const lines = buffer
      .subarray(0, bytesRead)
      .toString("utf8")
      .split("\n")
      .filter((line) => line.trim() !== "");
    return lines.length === 0 ? null : { lines, writtenMs: mtimeMs };
  } finally {
    await file.close();
  }
}
