// How soon a change is heard of by another process, and whether any is missed: lone commits, each made only when the
// other process has read the one before it, so that nothing but its own bell can wake the listener.

import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { newRunId } from "../src/core/ids.ts";
import type { Ledger } from "../src/ledger/ledger.ts";
import { openLedger } from "../src/ledger/open-ledger.ts";
import { queuedRun } from "./sample-events.ts";

export type ChangeFigures = {
  commits: number;
  /** Milliseconds from the answer to the committing process until the other one had read the change. */
  p50Ms: number;
  p99Ms: number;
  /** Changes of which nothing was heard within the bound, after which only the look at the data version is left. */
  missed: number;
};

/** A change heard of later than this came by the look four times a second, and not by the bell. */
const heardMsMax = 200;

/** @param of.url Where the new ledger lies; an SQLite file in a folder of its own if not given. */
export async function benchChange(of: { commits?: number; url?: string } = {}): Promise<ChangeFigures> {
  const { commits = 10_000 } = of;
  const folder = mkdtempSync(join(tmpdir(), "runledger-bench-"));
  const url = of.url ?? folder;
  const ledger = await openLedger({ url, mustExist: false, cwd: folder });
  const listener = spawn(process.execPath, [fileURLToPath(import.meta.url), "listen", url], {
    cwd: folder,
    stdio: ["pipe", "pipe", "inherit"],
  });
  try {
    return await commitAlone(ledger, listener, commits);
  } finally {
    const exit = once(listener, "exit");
    listener.stdin.end();
    await exit;
    await ledger.close();
    rmSync(folder, { recursive: true });
  }
}

async function commitAlone(
  ledger: Ledger,
  listener: ChildProcessByStdio<Writable, Readable, null>,
  commits: number,
): Promise<ChangeFigures> {
  const lines = createInterface({ input: listener.stdout })[Symbol.asyncIterator]();
  await lines.next();
  const runId = newRunId();
  await ledger.execute(runId, { type: "queue", data: queuedRun(), claim: null }, "bench");
  await lines.next();
  const delays: number[] = [];
  for (let commit = 0; commit < commits; commit += 1) {
    const command = commit % 2 === 0 ? ({ type: "pause" } as const) : ({ type: "resume", claim: null } as const);
    await ledger.execute(runId, command, "bench");
    const answeredMs = nowMs();
    const { value } = await lines.next();
    delays.push(Math.max(0, Number(value) - answeredMs));
  }
  delays.sort((a, b) => a - b);
  const at = (share: number) => Math.round((delays[Math.floor(delays.length * share)] ?? 0) * 100) / 100;
  return { commits, p50Ms: at(0.5), p99Ms: at(0.99), missed: delays.filter((delay) => delay > heardMsMax).length };
}

/** On the machine's own clock, which all processes share: `performance` counts from each one's start, and those drift apart. */
function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** The other process: prints the moment at which it had read each change. */
async function listen(url: string): Promise<void> {
  const ledger = await openLedger({ url, mustExist: true });
  const stop = new AbortController();
  process.stdin.on("end", () => stop.abort()).resume();
  let since = ledger.changeMark();
  let cursor = await ledger.headCursor();
  console.log("ready");
  while (!stop.signal.aborted) {
    if (!(await ledger.waitForChange({ since, timeoutMs: 60_000, signal: stop.signal }))) continue;
    since = ledger.changeMark();
    const page = await ledger.readAll(cursor, 100);
    cursor = page.cursor;
    for (const _ of page.events) console.log(nowMs());
  }
  await ledger.close();
}

if (import.meta.main) {
  const [mode, argument] = process.argv.slice(2);
  if (mode === "listen") await listen(argument ?? "");
  else console.table([await benchChange({ commits: Number(mode ?? 10_000) })]);
}
