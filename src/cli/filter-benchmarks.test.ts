// `run --filter` decides by the newest ended run of each benchmark, agent and condition, and says what it leaves out.

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { agentIdentity } from "../agents/known-agents.ts";
import type { EventData } from "../core/events.ts";
import { newRunId } from "../core/ids.ts";
import type { Finish } from "../protocol/spec.ts";
import { finished, makeAttempt, queuedData, scored, started } from "../worker/attempt-folder.fixture.ts";
import { Project, type Ran } from "./project.fixture.ts";

let project: Project;

const benchmark = (id: string) => `
id: ${id}
description: A word.
prompt: Say yes.
ground_truth: {answer_assertions: [{type: Equals, value: yes}]}
solution: [{tool: answer, args: {text: yes}}]
`;

beforeEach(() => {
  project = new Project();
  mkdirSync(join(project.folder, "suite"));
});
afterEach(() => project[Symbol.dispose]());

function lay(...ids: string[]): void {
  for (const id of ids) writeFileSync(join(project.folder, "suite", `${id}.yml`), benchmark(id));
}

const agent = agentIdentity("deterministic");
const subjectOf = (id: string) => ({ kind: "benchmark" as const, id, digest: `sha256:${"0".repeat(64)}` });

/** A run of the benchmark that is in the ledger with this end. */
async function ended(id: string, end: Partial<Finish> | number, queued: Partial<EventData<"run.queued">> = {}) {
  const runId = newRunId();
  const journal = typeof end === "number" ? [started, scored(end), finished()] : [started, finished(end)];
  const whole = { subject: subjectOf(id), agent, ...queued };
  makeAttempt({ folder: project.runFolder(runId), runId, journal, queued: whole });
  expect(await project.runledger("import", project.runFolder(runId))).toMatchObject({ code: 0 });
  return runId;
}

const failing = (origin: "agent" | "environment"): Partial<Finish> => ({
  outcome: "failed",
  error: { code: "agent.failed", origin, message: "broke" },
});

type Plan = { runs: { benchmark: string }[]; leftOut: { benchmark: string; why: string; run: string | null }[] };
const filter = (choice: string, ...more: string[]) =>
  project.runledger("run", "suite", "--filter", choice, "--dry-run", "--json", ...more);
const planned = (ran: Ran) => (ran.json() as Plan).runs.map((run) => run.benchmark);
const whys = (ran: Ran) => (ran.json() as Plan).leftOut.map((one) => `${one.benchmark}: ${one.why}`);

test("failed takes what ended without passing, unscored what has no score, and each says why the rest is left out", async () => {
  lay("below", "broken", "cancelled", "gave-up", "new", "passed");
  const passed = await ended("passed", 1);
  await ended("below", 0.5);
  await ended("broken", failing("environment"));
  await ended("gave-up", failing("agent"));
  await project.withLedger(async (ledger) => {
    const [id, data] = [newRunId(), queuedData({ subject: subjectOf("cancelled"), agent })];
    await ledger.execute(id, { type: "queue", data, claim: null }, "cli");
    await ledger.execute(id, { type: "cancel", graceMs: 0 }, "cli");
  });
  const failed = await filter("failed");
  expect(planned(failed)).toEqual(["below", "broken", "gave-up"]);
  expect(whys(failed)).toEqual(["cancelled: cancelled", "new: never ended here", "passed: passed"]);
  const unscored = await filter("unscored");
  expect(planned(unscored)).toEqual(["broken", "cancelled", "new"]);
  expect(whys(unscored)).toEqual(["below: below", "gave-up: counts as 0", "passed: passed"]);
  expect((unscored.json() as Plan).leftOut.at(-1)?.run).toBe(passed);
  expect(planned(await filter("unscored", "--limit", "2"))).toEqual(["broken", "cancelled"]);
});

test("the newest ended run decides, of the same agent and condition, whatever the trial", async () => {
  lay("a", "b", "c");
  await ended("a", 0.5);
  await ended("a", 1, { trial: 3 });
  await ended("b", 1);
  await ended("b", 0, { params: { condition: "short" } });
  await ended("c", 1);
  await ended("c", 0, { agent: { ...agent, digest: `sha256:${"1".repeat(64)}` } });
  const ran = await project.runledger("run", "suite", "--filter", "failed");
  expect(ran).toMatchObject({ code: 0, stderr: "" });
  expect(ran.stdout).toContain("filter  failed: 0 benchmarks left, 3 left out: 3 passed\n");
  expect(ran.stdout).toContain("nothing is left to run; nothing was written");
  const { runs } = await project.withLedger((ledger) => ledger.listRuns({}, { pageSize: 100 }));
  expect(runs).toHaveLength(6);
});

test("agents that would be left different benchmarks are refused, and alike ones are planned together", async () => {
  lay("a", "b");
  writeFileSync(join(project.folder, "script.json"), "[]");
  const both = ["--agent", "deterministic", "--agent", "scripted", "--script", "script.json"];
  expect(planned(await filter("unscored", ...both))).toEqual(["a", "a", "b", "b"]);
  await ended("b", 1);
  const refused = await project.runledger("run", "suite", "--filter", "unscored", ...both);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain("b is left for scripted and is not left for deterministic");
});

test("without a ledger nothing has run, and none is made to find that out", async () => {
  lay("a");
  const place = ["--ledger", join(project.folder, "elsewhere")];
  expect(planned(await filter("unscored", ...place))).toEqual(["a"]);
  expect(whys(await filter("failed", ...place))).toEqual(["a: never ended here"]);
  expect(existsSync(join(project.folder, "elsewhere"))).toBe(false);
  const wrong = await filter("passed");
  expect([wrong.code, wrong.stdout]).toEqual([2, expect.stringContaining("--filter takes failed or unscored")]);
});
