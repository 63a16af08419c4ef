// How many runs a second go through the queue without runners: asked for, claimed, and ended, by one loop after the other
// and by many loops at once, whose writes share commits, on both databases in one run. `node bench/queue-rates.ts` for this alone.

import { readdirSync, readFileSync } from "node:fs";
import { newClaimId, newRunId } from "../src/core/ids.ts";
import type { Abilities } from "../src/core/queue-view.ts";
import { lose, SampleJournal } from "../src/ledger/contract/samples.contract.ts";
import type { Executed, Ledger } from "../src/ledger/ledger.ts";
import { openLedger } from "../src/ledger/open-ledger.ts";
import { type BenchDatabase, openBothDatabases } from "./both-databases.ts";
import { percentilesOf } from "./percentiles.ts";
import { type Report, type Row, reportLines, row, short } from "./report.ts";
import { queuedRun } from "./sample-events.ts";

/** `width`: how many loops there are, each with one run under way at a time. */
const sizes = [
  { how: "one loop", runs: 600, width: 1, goal: null },
  { how: "16 loops", runs: 4_000, width: 16, goal: 2_000 },
  { how: "500 loops", runs: 12_000, width: 500, goal: 10_000 },
] as const;
type Size = (typeof sizes)[number];
const any: Abilities = { kinds: ["benchmark"], agents: null, labels: {} };
/** In which /proc counts processor time. */
const ticksPerSecond = 100;
const place = { bootId: "bench", pidns: "bench" };

export async function benchQueueRates(): Promise<Report[]> {
  await using databases = await openBothDatabases();
  const reports: Report[] = [];
  for (const database of databases.all) {
    reports.push({
      title: `runs a second through the queue on ${database.name}, one process`,
      rows: await queueRateRows(database, databases.folder),
    });
  }
  return reports;
}

/** How many runs a second a new ledger on this database takes: queued, and claimed and ended, by each number of loops. */
export async function queueRateRows(
  { name, serverPid, newLedger }: BenchDatabase,
  cwd: string,
  asked: readonly Size[] = sizes,
): Promise<Row[]> {
  await using ledger = await openLedger({ url: await newLedger(), mustExist: false, cwd, env: {} });
  const rows: Row[] = [];
  // What is planned and compiled for the first time is paid before.
  await queueRuns(ledger, { runs: 200, width: 50 });
  await claimAndEnd(ledger, { runs: 200, width: 50 });
  for (const { how, goal, ...size } of asked) {
    const measure = async (what: string, work: () => Promise<number[]>, isMeant: boolean): Promise<void> => {
      const { rate, times, clientMs, serverMs } = await measured(work, size.runs, serverPid);
      const { p50, p99 } = percentilesOf(times);
      const cpu = `${short(clientMs)} ms here${serverMs === 0 ? "" : ` and ${short(serverMs)} ms in the server`} a run`;
      const one = row(`${what}, ${how}`, `${short(rate)}/s; p50 ${short(p50)}, p99 ${short(p99)} ms; ${cpu}`);
      const isJudged = isMeant && goal !== null && name === "PostgreSQL";
      const budget = !isJudged ? null : { words: `>= ${goal}/s`, isMet: rate >= goal };
      rows.push({ ...one, budget });
    };
    await measure("queued", () => queueRuns(ledger, size), false);
    await measure("claimed and ended", () => claimAndEnd(ledger, size), true);
  }
  return rows;
}

async function measured(work: () => Promise<number[]>, runs: number, serverPid: number) {
  const [cpu, server] = [process.cpuUsage(), cpuMsOf(serverPid)];
  const begunMs = performance.now();
  const times = await work();
  const seconds = (performance.now() - begunMs) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  const serverMs = (cpuMsOf(serverPid) - server) / runs;
  return { rate: runs / seconds, times, clientMs: (user + system) / 1_000 / runs, serverMs };
}

/** Queues so many runs, `width` of them under way at a time. @returns how long each took, milliseconds */
function queueRuns(ledger: Ledger, size: { runs: number; width: number }): Promise<number[]> {
  return inLanes(size, async () => {
    await ledger.execute(newRunId(), { type: "queue", data: queuedRun(), claim: null }, "bench");
  });
}

/** Claims so many runs and ends each: four events a run with the one that queued it. @returns how long each claim took, milliseconds */
async function claimAndEnd(ledger: Ledger, size: { runs: number; width: number }): Promise<number[]> {
  const claims: number[] = [];
  await inLanes(size, async () => {
    const begunMs = performance.now();
    const claim = { worker: "bench", place, claimId: newClaimId() };
    let taken: Executed | null = null;
    while (taken === null) taken = await ledger.claim(claim, any);
    claims.push(performance.now() - begunMs);
    await lose(ledger, { runId: taken.run.id, attempt: 1, claimId: claim.claimId, journal: new SampleJournal() });
  });
  return claims;
}

async function inLanes({ runs, width }: { runs: number; width: number }, work: () => Promise<void>): Promise<number[]> {
  const times: number[] = [];
  let left = runs;
  const lane = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const begunMs = performance.now();
      await work();
      times.push(performance.now() - begunMs);
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  return times;
}

/** Processor time that a process and its children, those that are gone included, have taken, milliseconds. */
function cpuMsOf(pid: number): number {
  if (pid === 0) return 0;
  let ticks = 0;
  for (const name of readdirSync("/proc").filter((one) => /^\d+$/.test(one))) {
    const fields = statOf(name);
    const isServer = Number(name) === pid;
    if (!isServer && Number(fields[1]) !== pid) continue;
    // utime and stime, and of the server those of children that were waited for.
    for (const at of isServer ? [11, 12, 13, 14] : [11, 12]) ticks += Number(fields[at]);
  }
  return (ticks * 1_000) / ticksPerSecond;
}

/** Fields of /proc/PID/stat behind the name, which may hold anything. */
function statOf(pid: string): string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return [];
  }
}

if (import.meta.main) {
  for (const report of await benchQueueRates()) console.log(`\n${reportLines(report).join("\n")}`);
}
