// How long a run waits for a worker that has nothing to do: from the answer to whoever queued it until the claim can be
// read, with the ledger idle, and beside a process that ingests a journal at full speed.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { newRunId } from "../src/core/ids.ts";
import { openLedger } from "../src/ledger/open-ledger.ts";
import { journalStart, readRecords } from "../src/protocol/journal.ts";
import { measureFsync } from "./machine.ts";
import { percentilesOf } from "./percentiles.ts";
import { type Report, type Row, row, short } from "./report.ts";
import { journalBytes, queuedRun } from "./sample-events.ts";
import { openWorkerPlace, type WorkerPlace } from "./worker-place.ts";

/** The run before is over this long before the next is queued, milliseconds: its last writes are not measured. */
const pauseMs = 40;
const ingestGroup = 100;

/** How many claims are measured idle, and as many beside an ingest. */
const claimsDefault = 100;

export async function benchClaim({ claims = claimsDefault } = {}): Promise<Report[]> {
  return [{ title: claimTitle(claims), rows: await claimRows({ claims }) }];
}

export function claimTitle(claims = claimsDefault): string {
  return `${claims} claims by a worker with a free slot, from the answer to the queueing until the claim is read`;
}

/** @param of.url Where the new ledger lies; an SQLite file in a folder of its own if not given. */
export async function claimRows(of: { claims?: number; url?: string }): Promise<Row[]> {
  const { claims = claimsDefault, url = null } = of;
  await using place = await openWorkerPlace({ url });
  await place.startWorker({ slots: 2, role: "claimer" });
  const fsync = [measureFsync(20)];
  // What is loaded for the first time is paid before.
  await measure(place, 5);
  const idle = await measure(place, claims);
  fsync.push(measureFsync(20));
  const ingester = spawn(process.execPath, [fileURLToPath(import.meta.url), "ingest", url ?? place.ledger.home], {
    env: { ...process.env, RUNLEDGER_HOME: place.ledger.home },
    stdio: ["pipe", "pipe", "inherit"],
  });
  await once(ingester.stdout, "data");
  const beside = await measure(place, claims).finally(() => stop(ingester));
  fsync.push(measureFsync(20));
  const p50MsMax = 2 * percentilesOf(fsync).p50 + 3;
  return [...rows("idle", idle, p50MsMax), ...rows("beside an ingest at full speed", beside, p50MsMax)];
}

function rows(what: string, values: readonly number[], p50MsMax: number): Row[] {
  const { p50, p99, max } = percentilesOf(values);
  const p99MsMax = 10 * p50MsMax;
  const first = row(`${what}, p50`, `${short(p50)} ms`);
  const last = row(`${what}, p99`, `${short(p99)} ms (max ${short(max)})`);
  return [
    { ...first, budget: { words: `<= 2 x fsync + 3 ms = ${short(p50MsMax)} ms`, isMet: p50 <= p50MsMax } },
    { ...last, budget: { words: `<= 10 x that = ${short(p99MsMax)} ms`, isMet: p99 <= p99MsMax } },
  ];
}

async function measure({ ledger, queue, reached }: WorkerPlace, claims: number): Promise<number[]> {
  const delays: number[] = [];
  for (let claim = 0; claim < claims; claim += 1) {
    const runId = await queue(["true"], "claimer");
    const queuedMs = performance.now();
    for (;;) {
      const since = ledger.changeMark();
      const events = await ledger.readEvents(runId, 1, 1);
      if (events.length > 0) break;
      await ledger.waitForChange({ since, timeoutMs: 1_000 });
    }
    delays.push(performance.now() - queuedMs);
    await reached(runId, "completed");
    await wait(pauseMs);
  }
  return delays;
}

async function stop(child: ChildProcess): Promise<void> {
  const exit = once(child, "exit");
  child.stdin?.end();
  await exit;
}

/** The other process: takes journals of ever new runs into the ledger, one group after another, until it is told. */
async function ingestForEver(url: string): Promise<void> {
  const ledger = await openLedger({ url, mustExist: true });
  let isOver = false;
  process.stdin.on("end", () => {
    isOver = true;
  });
  process.stdin.resume();
  const claim = { worker: "bench", place: { bootId: "bench", pidns: "bench" }, claimId: "bench" };
  const lock = await ledger.holdLock(claim.worker);
  const { bytes, ends } = journalBytes(20_000, ingestGroup);
  while (!isOver) {
    const runId = newRunId();
    await ledger.execute(runId, { type: "queue", data: queuedRun(), claim }, "bench");
    let cursor = journalStart;
    for (const end of ends) {
      if (isOver) break;
      const read = readRecords(bytes.subarray(cursor.offset, end), cursor);
      cursor = read.cursor;
      await ledger.ingest({ runId, attempt: 1, claimId: claim.claimId, actor: "bench", records: read.records });
    }
    process.stdout.write("taken\n");
  }
  await lock.release();
  await ledger.close();
}

if (import.meta.main && process.argv[2] === "ingest") await ingestForEver(process.argv[3] ?? "");
