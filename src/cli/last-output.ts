// The last lines that a running attempt printed, for a look at it: out of its files, or from the server that has them.

import { open } from "node:fs/promises";
import { join } from "node:path";
import type { Run } from "../core/run.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { attemptFiles } from "../protocol/attempt-files.ts";
import type { Client } from "../protocol/http-client.ts";
import { attemptFolder } from "../worker/attempt-folder.ts";
import { remoteViewOf } from "./remote-view.ts";

const tailBytes = 4 * 1024;
const linesMax = 3;
const streams = ["stdout", "stderr"] as const;

type Tail = { lines: string[]; writtenMs: number };

/** At most three lines, of the stream that was written last; none if nothing was printed or the files are not here. */
export async function lastOutput(ledger: Ledger, { id, attempt }: Run): Promise<string[]> {
  if (attempt === null) return [];
  const place = { runId: id, attempt: attempt.number };
  const remote = remoteViewOf(ledger);
  const folder = attemptFolder({ home: ledger.home, ...place });
  const tails = await Promise.all(
    streams.map((stream) =>
      remote === null ? tailOf(join(folder, attemptFiles[stream])) : tailThrough(remote.client, { ...place, stream }),
    ),
  );
  const [latest] = tails.filter((tail) => tail !== null).sort((a, b) => b.writtenMs - a.writtenMs);
  return latest?.lines.slice(-linesMax) ?? [];
}

async function tailOf(path: string): Promise<Tail | null> {
  const file = await open(path, "r").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "EACCES") return null;
    throw error;
  });
  if (file === null) return null;
  try {
    const { size, mtimeMs } = await file.stat();
    const from = Math.max(0, size - tailBytes);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(tailBytes), 0, tailBytes, from);
    return tailIn(buffer.subarray(0, bytesRead).toString("utf8"), mtimeMs);
  } finally {
    await file.close();
  }
}

async function tailThrough(
  client: Client,
  { runId: id, attempt, stream }: { runId: string; attempt: number; stream: (typeof streams)[number] },
): Promise<Tail | null> {
  const read = (of: { offset?: number; limit: number }) =>
    client.call("runLogs", { params: { id }, query: { attempt, stream, ...of } });
  const { bytes, writtenAt } = await read({ limit: 1 });
  if (writtenAt === null) return null;
  const { text } = await read({ offset: Math.max(0, bytes - tailBytes), limit: tailBytes });
  return tailIn(text, Date.parse(writtenAt));
}

function tailIn(text: string, writtenMs: number): Tail | null {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.length === 0 ? null : { lines, writtenMs };
}
