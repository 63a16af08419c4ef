import { expect, test } from "vitest";
import { computeFields } from "../core/computed.ts";
import type { Run } from "../core/run.ts";
import { displayWidth } from "./columns.ts";
import {
  madeClaim,
  madeStart,
  makeGoodRun,
  makeStream,
  queuedBenchmark,
  queuedProgram,
  timesOfAttempts,
} from "./made-events.ts";
import { runCsvRow } from "./run-csv.ts";
import { countLine, type ListedRun, runTable, runTabs } from "./run-list.ts";
import { plainTones } from "./tone.ts";

const nowMs = Date.parse("2026-11-22T10:00:10.000Z");

function listed(run: Run, isRunnerAlive = true, isWorkerAlive = true): ListedRun {
  return { run, computed: computeFields(run, { isWorkerAlive, isRunnerAlive, nowMs }) };
}

function belowRun(): Run {
  return makeStream(queuedBenchmark)
    .journal("attempt.started", madeStart)
    .journal("score.recorded", { score: 0.5, passed: false, minScore: 1 })
    .conclude({ fact: "ok" }).run;
}

test("completed carries its verdict: a mark for people, a word for programs", () => {
  const rows = [listed(makeGoodRun().run), listed(belowRun())];
  const [, passed = "", below = ""] = runTable(rows, nowMs, 200).map(plainTones);
  expect(passed).toMatch(/^7d20ee53 {2}completed ✔ {2}1\.00/);
  expect(below).toMatch(/completed ✘ {2}0\.50 .* needs 1\.00$/);
  expect(runTabs(rows).map((row) => row.split("\t")[2])).toEqual(["verdict", "passed", "below"]);
});

test.each([80, 100])("on a terminal of %i columns every row fits, and a long note is cut", (width) => {
  const long = makeStream({ ...queuedProgram, name: "a program with a name of many words that is cut" })
    .journal("attempt.started", madeStart)
    .command({ type: "orphan", claimId: madeClaim.claimId, evidence: "the lock is free" });
  const table = runTable([listed(makeGoodRun().run), listed(long.run, true, false)], nowMs, width).map(plainTones);
  expect(table.filter((row) => displayWidth(row) > width)).toEqual([]);
  expect(table[0]).not.toContain("AGENT");
  expect(table[2]).toMatch(/unsupervised sin.*…$/);
});

test("a completed run without anything to pass is neither passed nor below", () => {
  const run = makeStream(queuedProgram).journal("attempt.started", madeStart).conclude({ fact: "ok" }).run;
  expect(plainTones(runTable([listed(run)], nowMs, 200)[1] ?? "")).toContain("completed ·  –");
  expect(
    runTabs([listed(run)])[1]
      ?.split("\t")
      .slice(1, 4),
  ).toEqual(["completed", "", ""]);
});

test("both lists hold the same runs, statuses, subjects and notes", () => {
  const rows = [listed(makeGoodRun().run), listed(belowRun())];
  const table = runTable(rows, nowMs, 200).slice(1).map(plainTones);
  const tabs = runTabs(rows)
    .slice(1)
    .map((row) => row.split("\t"));
  for (const [index, fields] of tabs.entries()) {
    const [id = "", status = "", , , , subject = "", agent = ""] = fields;
    for (const field of [id.slice(-8), status, subject, agent, fields.at(-1) ?? ""])
      expect(table[index]).toContain(field);
  }
});

test("a run took as long as its attempts together, in lists and in what is exported", () => {
  const made = makeStream(queuedProgram)
    .journal("attempt.started", madeStart)
    .conclude({ fact: "exit", error: { code: "program.failed", origin: "agent", message: "exit 1" } })
    .command({ type: "retry", claim: madeClaim })
    .journal("attempt.started", madeStart)
    .journal("log.written", { level: "info", message: "works" })
    .conclude({ fact: "ok" });
  const seconds = timesOfAttempts(made.events).reduce((sum, ms) => sum + ms, 0) / 1000;
  expect(runTabs([listed(made.run)])[1]?.split("\t")[10]).toBe(String(seconds));
  expect(runCsvRow(made.run).split(",")).toContain(String(seconds));
  expect(plainTones(runTable([listed(made.run)], nowMs, 200)[1] ?? "")).toContain(`${seconds.toFixed(3)} s`);
});

test("every row of the tabs has as many fields as the header", () => {
  const counts = runTabs([listed(makeGoodRun().run), listed(belowRun())]).map((row) => row.split("\t").length);
  expect(new Set(counts).size).toBe(1);
});

test("an unsupervised run says since when, and when it will end itself", () => {
  const made = makeStream(queuedProgram)
    .journal("attempt.started", madeStart)
    .command({ type: "orphan", claimId: madeClaim.claimId, evidence: "the lock is free" });
  const [, row = ""] = runTabs([listed(made.run, true, false)]);
  expect(row).toContain(
    "unsupervised since 2026-11-22T10:00:00.130Z; ends itself at 2026-11-22T10:10:00.130Z unless adopted: watch 7d20ee53",
  );
});

test("a run that waits on a tool says on which and for how long", () => {
  const made = makeStream(queuedBenchmark)
    .journal("attempt.started", madeStart)
    .journal("tool.called", { callId: "1", tool: "spl_transfer", args: {} });
  expect(runTabs([listed(made.run)])[1]).toMatch(/waiting on tool spl_transfer for 10 s$/);
});

test("the counts name every status that there is and how many of the completed passed", () => {
  const line = countLine([
    { status: "completed", passed: true, runs: 15 },
    { status: "completed", passed: false, runs: 2 },
    { status: "timed_out", passed: null, runs: 1 },
    { status: "running", passed: null, runs: 1 },
    { status: "failed", passed: null, runs: 0 },
  ]);
  expect(line).toBe("19 runs: 1 running · 17 completed (15 passed) · 1 timed_out");
  expect(countLine([])).toBe("0 runs");
});
