// Memory of a supervising process while a journal of 100,000 events goes through it: it must not grow with what was
// taken. Measured in a process of its own, where nothing else has been.

import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { newRunId } from "../src/core/ids.ts";
import type { Ledger } from "../src/ledger/ledger.ts";
import { openLedger } from "../src/ledger/open-ledger.ts";
import { attemptFiles } from "../src/protocol/attempt-files.ts";
import { journalStart } from "../src/protocol/journal.ts";
import { createIntake } from "../src/worker/ingest.ts";
import { type Report, row } from "./report.ts";
import { journalBytes, queuedRun } from "./sample-events.ts";

const events = 100_000;
const stepEvents = 10_000;
const settledEvents = 30_000;
/** By this much it may grow after that, MiB: what a garbage collector leaves lying. */
const growthMibMax = 32;

type Reading = { taken: number; rssMib: number };

export async function benchMemory(): Promise<Report[]> {
  const folder = mkdtempSync(join(tmpdir(), "runledger-bench-"));
  try {
    // Made here, so that the process that is measured never held more of it than it reads at a time.
    writeFileSync(join(folder, attemptFiles.journal), journalBytes(events, events).bytes);
    const { stdout } = await promisify(execFile)(process.execPath, [fileURLToPath(import.meta.url), folder]);
    return [reportOf(JSON.parse(stdout) as Reading[])];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function reportOf(readings: Reading[]): Report {
  // The first steps fill caches and compile; from then on it is to be flat.
  const settled = readings.filter(({ taken }) => taken >= settledEvents).map(({ rssMib }) => rssMib);
  const growthMib = (settled.at(-1) ?? 0) - (settled[0] ?? 0);
  const rows = readings.map(({ taken, rssMib }) => row(`after ${taken} events`, `${rssMib.toFixed(0)} MiB`));
  const what = `after ${settledEvents} events to the last`;
  const budget = { words: `grows by <= ${growthMibMax} MiB`, isMet: growthMib <= growthMibMax };
  rows.push({ what, figure: `${growthMib.toFixed(0)} MiB`, ratio: null, budget });
  return { title: `resident memory of the process that ingests ${events} events of one journal`, rows };
}

/** In the process that is measured: takes the journal in `folder` into a new ledger. */
async function measure(folder: string): Promise<Reading[]> {
  await using ledger = await openLedger({ url: join(folder, ".runledger"), mustExist: false });
  const runId = newRunId();
  const claim = { worker: "bench", place: { bootId: "bench", pidns: "bench" }, claimId: "bench" };
  await ledger.execute(runId, { type: "queue", data: queuedRun(), claim }, "bench");
  const readings: Reading[] = [];
  const watched = countingLedger(ledger, (taken) => {
    readings.push({ taken, rssMib: process.memoryUsage.rss() / 2 ** 20 });
  });
  const of = { ledger: watched, runId, attempt: 1, claimId: "bench", folder, cursor: journalStart };
  await createIntake(of).pump();
  return readings;
}

/** The ledger, with a call back at every step. */
function countingLedger(ledger: Ledger, onStep: (taken: number) => void): Ledger {
  let taken = 0;
  return new Proxy(ledger, {
    get(target, name) {
      if (name !== "ingest") return Reflect.get(target, name, target);
      return async (batch: Parameters<Ledger["ingest"]>[0]) => {
        const before = taken;
        const done = await target.ingest(batch);
        taken += done.taken;
        if (Math.floor(taken / stepEvents) > Math.floor(before / stepEvents)) onStep(taken);
        return done;
      };
    },
  });
}

if (import.meta.main) process.stdout.write(JSON.stringify(await measure(process.argv[2] ?? "")));
