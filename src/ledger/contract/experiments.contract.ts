// Experiments: planned whole or not at all, and what their runs add up to.

import { expect, it } from "vitest";
import type { Experiment } from "../../core/experiment.ts";
import { newRunId } from "../../core/ids.ts";
import type { ExperimentPlan } from "../../core/plan-experiment.ts";
import type { Run } from "../../core/run.ts";
import type { Ledger } from "../ledger.ts";
import {
  actor,
  claimBy,
  codeOf,
  conclusionOf,
  endingOf,
  findings,
  ingest,
  queuedData,
  SampleJournal,
  type StartedRun,
  type Subject,
  scoreRecord,
  startedRecord,
} from "./samples.contract.ts";

export function experimentClaims(subject: () => Subject): void {
  it("a plan queues every cell in its order, with the seed of its trial, and counts them", async () => {
    const { ledger } = subject();
    const plan = await samplePlan(ledger, { subjects: 2, trials: 2 });
    const planned = await ledger.planExperiment(plan, actor);
    expect(planned).toMatchObject({ id: plan.id, cells: 4, trials: 2, seeds: { mode: "paired", base: 40 } });
    expect(planned.tallies).toMatchObject([{ agent: "deterministic", status: "queued", standing: "open", runs: 4 }]);
    const runs = await runsOf(ledger, plan.id);
    expect(runs.map(({ subject: { id }, trial, seed }) => [id, trial, seed])).toEqual([
      ["s1", 1, 40],
      ["s2", 1, 40],
      ["s1", 2, 41],
      ["s2", 2, 41],
    ]);
    const [event] = (await ledger.readAll(null, 1)).events;
    expect(event).toMatchObject({ type: "experiment.planned", runId: null, data: { id: plan.id } });
  });

  it("a plan of which one cell is refused writes nothing", async () => {
    const { ledger, refuseRunsOf } = subject();
    await refuseRunsOf("s2");
    const plan = await samplePlan(ledger, { subjects: 2, trials: 1 });
    await codeOf(ledger.planExperiment(plan, actor));
    expect(await ledger.getExperiment(plan.id)).toBeNull();
    expect((await ledger.readAll(null, 10)).events).toEqual([]);
    expect(await findings(ledger)).toEqual([]);
  });

  it("what runs add up to follows them through claim, score, loss, retry and deletion", async () => {
    const { ledger } = subject();
    const plan = await samplePlan(ledger, { subjects: 4, trials: 1 });
    await ledger.planExperiment(plan, actor);
    const [first, second, third] = await runsOf(ledger, plan.id);
    await complete(ledger, first, { score: 0.25, passed: false, minScore: 1 });
    await complete(ledger, second);
    const lost = await begin(ledger, third);
    const error = { code: "runner.gone", origin: "runner" as const, message: "gone" };
    await ledger.conclude(conclusionOf(lost, endingOf("gone", error)));
    expect(await standings(ledger, plan.id)).toEqual({
      "below scored": 1,
      "passed scored": 1,
      "none open": 1,
      "none unscored": 1,
    });
    const scores = (await need(ledger, plan.id)).tallies.map(({ score }) => score);
    expect(scores.reduce((a, b) => a + b, 0)).toBe(1_250_000_000);
    await ledger.execute(lost.runId, { type: "retry", claim: null }, actor);
    expect(await standings(ledger, plan.id)).toEqual({ "below scored": 1, "passed scored": 1, "none open": 2 });
    await ledger.execute(first?.id ?? "", { type: "delete", isForced: false }, actor);
    expect(await standings(ledger, plan.id)).toEqual({ "passed scored": 1, "none open": 2 });
    expect(await findings(ledger)).toEqual([]);
  });

  it("an experiment is found by the tail of its id", async () => {
    const { ledger } = subject();
    const plan = await samplePlan(ledger, { subjects: 1, trials: 1 });
    await ledger.planExperiment(plan, actor);
    expect(await ledger.findExperiments(plan.id.slice(-6), 2)).toEqual([plan.id]);
    expect(await ledger.findExperiments(`${plan.id.slice(-5)}0`, 2)).not.toContain(plan.id);
    expect(await ledger.getExperiment(newRunId())).toBeNull();
  });

  it("verification finds a tally that is off and an experiment that is not listed; a rebuild mends both", async () => {
    const { ledger, damage } = subject();
    const plan = await samplePlan(ledger, { subjects: 2, trials: 1 });
    await ledger.planExperiment(plan, actor);
    await complete(ledger, (await runsOf(ledger, plan.id))[0]);
    const before = await need(ledger, plan.id);
    await damage("UPDATE tallies SET score = score + 1 WHERE standing = 'scored'");
    expect((await findings(ledger)).map(({ kind }) => kind)).toEqual(["count"]);
    await damage("DELETE FROM experiments");
    const found = await findings(ledger);
    expect(found.map(({ kind }) => kind).sort()).toEqual(["count", "projection"]);
    expect(found.find(({ kind }) => kind === "projection")?.position).toBe(before.position);
    await ledger.rebuild();
    expect(await findings(ledger)).toEqual([]);
    expect(await need(ledger, plan.id)).toEqual(before);
  });
}

/** A plan of one agent and one condition. */
export async function samplePlan(ledger: Ledger, of: { subjects: number; trials: number }): Promise<ExperimentPlan> {
  const { subject, agent, labels, priority, retryPolicy, minScore, who } = await queuedData(ledger);
  return {
    id: newRunId(),
    name: null,
    file: null,
    sources: ["benchmarks/"],
    subjects: Array.from({ length: of.subjects }, (_, index) => ({
      subject: { ...subject, id: `s${index + 1}` },
      minScore,
      limits: {},
    })),
    agents: agent === null ? [] : [{ identity: agent, params: {} }],
    conditions: [{ name: null, set: {} }],
    trials: of.trials,
    seedBase: 40,
    jobs: 2,
    limits: {},
    shared: { labels, priority, retryPolicy, params: {}, who },
  };
}

async function runsOf(ledger: Ledger, experimentId: string): Promise<Run[]> {
  return (await ledger.listRuns({ experimentId }, { order: "oldest" })).runs;
}

async function begin(ledger: Ledger, run: Run | undefined): Promise<StartedRun> {
  const runId = run?.id ?? "";
  const claim = claimBy("worker-1");
  await ledger.execute(runId, { type: "claim", ...claim }, actor);
  const started = { runId, attempt: 1, claimId: claim.claimId, journal: new SampleJournal() };
  await ingest(ledger, started, startedRecord);
  return started;
}

async function complete(ledger: Ledger, run: Run | undefined, score: object = scoreRecord[1]): Promise<void> {
  const started = await begin(ledger, run);
  await ingest(ledger, started, ["score.recorded", score]);
  await ledger.conclude(conclusionOf(started, endingOf("ok"), started.journal.finish()));
}

async function need(ledger: Ledger, experimentId: string): Promise<Experiment> {
  return (await ledger.getExperiment(experimentId)) ?? expect.fail("the experiment is not there");
}

async function standings(ledger: Ledger, experimentId: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { passed, standing, runs } of (await need(ledger, experimentId)).tallies) {
    const verdict = passed === null ? "none" : passed ? "passed" : "below";
    counts[`${verdict} ${standing}`] = (counts[`${verdict} ${standing}`] ?? 0) + runs;
  }
  return counts;
}
