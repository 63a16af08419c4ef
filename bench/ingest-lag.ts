// How far the ledger is behind what runs report: twenty programs at once that report 200 events a second each, one
// worker process that supervises them all, and this process that reads. From the record's time to its being read.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { delayRow } from "./percentiles.ts";
import { root } from "./place.ts";
import { type Report, row, short } from "./report.ts";
import { openWorkerPlace, type WorkerPlace } from "./worker-place.ts";

const runs = 20;
const eventsASecond = 200;
const p99MsMax = 100;

export async function benchIngestLag({ seconds = 10 } = {}): Promise<Report[]> {
  await using place = await openWorkerPlace();
  const worker = await place.startWorker({ slots: runs, role: "reporter" });
  const reporter = [process.execPath, join(root, "bench/reports-steadily.mjs"), String(eventsASecond)];
  const runIds = await Promise.all(Array.from({ length: runs }, () => place.queue(reporter, "reporter")));
  const pids: number[] = [];
  for (const runId of runIds) pids.push((await place.reached(runId, "running")).attempt?.pid ?? -1);
  // Twenty starts of Node have to be over first.
  await follow(place, seconds / 2);
  const before = { worker: cpuMs(worker.pid), runners: pids.map(cpuMs) };
  const { lags, tookS } = await follow(place, seconds);
  const workerMs = cpuMs(worker.pid) - before.worker;
  const runnersMs = pids.reduce((sum, pid, index) => sum + cpuMs(pid) - (before.runners[index] ?? 0), 0);
  await Promise.all(runIds.map((runId) => place.end(runId)));
  const rate = lags.length / tookS;
  const isFull = rate >= 0.95 * runs * eventsASecond;
  return [
    {
      title: `${runs} runs at once that report ${eventsASecond} events a second each`,
      rows: [
        delayRow("from the record's time to its being read elsewhere", lags, p99MsMax),
        {
          ...row("events read", `${rate.toFixed(0)} a second`),
          budget: { words: `all of ${runs * eventsASecond} a second, less 5 %`, isMet: isFull },
        },
        row("processor time of an event in its runner", `${short(runnersMs / lags.length)} ms`),
        row("processor time of an event in the worker", `${short(workerMs / lags.length)} ms`),
      ],
    },
  ];
}

/** Processor time that a process has used, all its threads; the kernel counts in ticks of 10 ms. */
function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Reads what the programs report for so long. */
async function follow({ ledger }: WorkerPlace, seconds: number): Promise<{ lags: number[]; tookS: number }> {
  const lags: number[] = [];
  const beginMs = performance.now();
  let cursor = await ledger.headCursor();
  while (performance.now() - beginMs < seconds * 1_000) {
    const since = ledger.changeMark();
    const page = await ledger.readAll(cursor, 1_000);
    const readMs = Date.now();
    cursor = page.cursor;
    for (const { type, at } of page.events) if (type === "x.tick") lags.push(readMs - Date.parse(at));
    if (page.events.length === 0) await ledger.waitForChange({ since, timeoutMs: 1_000 });
  }
  return { lags, tookS: (performance.now() - beginMs) / 1_000 };
}
