// Runs that went through a file of events are the same runs, and what does not add up is not taken.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { LedgerEvent } from "../core/events.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { openLedger } from "../ledger/open-ledger.ts";
import { exportRuns } from "../views/export-runs.ts";
import { makeGoodRun, makeStream, queuedBenchmark } from "../views/made-events.ts";
import { eventsOfRun } from "./events-of-run.ts";
import { importEvents } from "./import-events.ts";

let project: string;
let ledger: Ledger;
beforeEach(async () => {
  project = mkdtempSync(join(tmpdir(), "runledger-events-"));
  ledger = await openLedger({ url: join(project, ".runledger"), mustExist: false });
});
afterEach(async () => {
  await ledger.close();
  rmSync(project, { recursive: true, force: true });
});

const good = makeGoodRun();
const textOf = (events: readonly object[]) => events.map((event) => `${JSON.stringify(event)}\n`).join("");

async function take(text: string) {
  const path = join(project, "events.jsonl");
  writeFileSync(path, text);
  const results = [];
  for await (const { runId, result, why } of importEvents(ledger, path)) results.push({ runId, result, why });
  return results;
}

test("a run that was exported and imported has the same events, and is exported the same again", async () => {
  expect(await take(textOf(good.events))).toEqual([
    { runId: good.run.id, result: "taken", why: `${good.events.length} events` },
  ]);
  const run = await ledger.getRun(good.run.id);
  if (run === null) throw new Error("no run");
  expect(run).toMatchObject({ status: "completed", score: 1, passed: true, imported: true, scoring: good.run.scoring });
  let text = "";
  const runs = (async function* () {
    yield { run, events: () => eventsOfRun(ledger, run) };
  })();
  for await (const piece of exportRuns("jsonl", runs)) text += piece;
  const core = ({ seq, attempt, v, type, at, actor, data }: LedgerEvent) => ({
    seq,
    attempt,
    v,
    type,
    at,
    actor,
    data,
  });
  const back = text
    .trimEnd()
    .split("\n")
    .map((line) => core(JSON.parse(line)));
  const [queued, ...rest] = good.events.map(core);
  expect(back).toEqual([{ ...queued, data: { ...queued?.data, imported: true } }, ...rest]);
  for await (const finding of ledger.verify()) expect.unreachable(finding.detail);
});

test("a second time it is known, and nothing changes", async () => {
  await take(textOf(good.events));
  expect(await take(textOf(good.events))).toMatchObject([{ result: "known" }]);
});

test("several runs in one file are each taken by themselves", async () => {
  const other = good.events.map((event) => ({ ...event, runId: "01a201c5-bf07-7467-aa3d-000000000002" }));
  expect(await take(textOf([...good.events, ...other]))).toMatchObject([
    { runId: good.run.id, result: "taken" },
    { runId: "01a201c5-bf07-7467-aa3d-000000000002", result: "taken" },
  ]);
});

test("a run that had not ended is refused: it would be run, or called lost, here", async () => {
  const queued = makeStream(queuedBenchmark, { isLeftQueued: true });
  for (const events of [queued.events, good.events.slice(0, 6)]) {
    expect(await take(textOf(events))).toMatchObject([{ result: "refused", why: expect.stringContaining("was ") }]);
  }
  expect(await ledger.newestRun(0)).toBeNull();
});

test("a gap, a missing beginning, a torn line and an event of another shape are refused, and nothing is written", async () => {
  const broken = {
    empty: "",
    gap: textOf(good.events.toSpliced(4, 1)),
    "no beginning": textOf(good.events.slice(1)),
    torn: textOf(good.events).slice(0, -20),
    shape: textOf(good.events.map((event) => ({ ...event, at: "yesterday" }))),
  };
  for (const [name, text] of Object.entries(broken)) {
    expect(await take(text), name).toMatchObject([{ result: "refused" }]);
  }
  expect(await ledger.newestRun(0)).toBeNull();
});

test("a run that was deleted here does not come back", async () => {
  await take(textOf(good.events));
  await ledger.execute(good.run.id, { type: "delete", isForced: false }, "cli");
  expect(await take(textOf(good.events))).toMatchObject([{ result: "refused" }]);
});
