// The whole shipped suite as an experiment, three trials, two runs at once, against as many bare starts of Node; and how
// fast an experiment of thousands is planned.

import { findBenchmarkFiles, loadFile } from "../src/benchmarks/load.ts";
import { contentOfBenchmark } from "../src/benchmarks/subject-content.ts";
import { ExperimentWork } from "../src/cli/experiment-work.ts";
import { summarize } from "../src/core/experiment.ts";
import { newRunId } from "../src/core/ids.ts";
import type { ExperimentPlan, PlannedSubject } from "../src/core/plan-experiment.ts";
import type { Ledger } from "../src/ledger/ledger.ts";
import { bareNode } from "./machine.ts";
import { figureOf, pairedRatio, takeTurns, timed } from "./measure.ts";
import { benchmark001, openPlace, root } from "./place.ts";
import { type Report, row, short, spread } from "./report.ts";

const atOnce = 2;
const trials = 3;
const plannedCells = 5_000;

export async function benchSuite(): Promise<Report[]> {
  return [await wholeSuite(), await planning()];
}

async function wholeSuite(): Promise<Report> {
  await using place = await openPlace({ spares: atOnce, keepsSpares: true });
  const { ledger, worker } = place;
  const files = findBenchmarkFiles(["benchmarks"], root);
  const subjects: PlannedSubject[] = [];
  for (const benchmark of files.flatMap(loadFile)) {
    const digest = await ledger.putBlob(Buffer.from(JSON.stringify(contentOfBenchmark(benchmark))));
    const { id, task, groundTruth } = benchmark;
    subjects.push({ subject: { kind: "benchmark", id, digest }, minScore: groundTruth.min_score, limits: task.limits });
  }
  const plans: string[] = [];
  const experiment = async (): Promise<void> => {
    const plan = planOf(subjects, 1);
    plans.push(plan.id);
    await ledger.planExperiment(plan, "bench");
    await new ExperimentWork({ ledger, worker, experimentId: plan.id, jobs: atOnce, env: {} }).toEnd();
  };
  // Trial by trial in turns, so that a machine that slows down meets both alike.
  const took = await takeTurns(trials, {
    bare: () => timed(() => lanes(subjects.length, bareNode)),
    suite: () => timed(experiment),
  });
  const each = (values: number[]) => figureOf(values.map((ms) => ms / subjects.length));
  const sum = (values: number[]) => short(values.reduce((total, ms) => total + ms, 0) / 1_000);
  const cells = subjects.length * trials;
  return {
    title: `${subjects.length} benchmarks of the suite x ${trials} trials = ${cells} runs, ${atOnce} at a time`,
    rows: [
      row("bare node, as many starts", `${sum(took.bare)} s in all, ${spread(each(took.bare))} each`, 1),
      row(
        "the experiment",
        `${sum(took.suite)} s in all, ${spread(each(took.suite))} each`,
        pairedRatio(took.suite, took.bare),
      ),
      row("passed", `${await passed(ledger, plans)} of ${cells}`),
    ],
  };
}

async function passed(ledger: Ledger, experimentIds: readonly string[]): Promise<number> {
  let count = 0;
  for (const id of experimentIds) {
    const experiment = await ledger.getExperiment(id);
    if (experiment === null) throw new Error(`experiment ${id} is not there`);
    count += summarize(experiment).passed;
  }
  return count;
}

/** One transaction: the event, and a queued run for each cell. */
async function planning(): Promise<Report> {
  await using place = await openPlace({ spares: 0, keepsSpares: false });
  const { ledger } = place;
  const digest = await ledger.putBlob(Buffer.from("{}"));
  const subjects: PlannedSubject[] = Array.from({ length: plannedCells }, (_, index) => ({
    ...{ subject: { kind: "benchmark", id: `sums/c${index}`, digest }, minScore: 1, limits: {} },
  }));
  const values: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    values.push(await timed(() => ledger.planExperiment(planOf(subjects, 1), "bench")));
  }
  return { title: `planning ${plannedCells} runs`, rows: [row("in one transaction", spread(figureOf(values)))] };
}

function planOf(subjects: PlannedSubject[], times: number): ExperimentPlan {
  const { agent } = benchmark001();
  return {
    ...{ id: newRunId(), name: null, file: null, sources: ["benchmarks"], subjects, limits: {} },
    ...{ conditions: [{ name: null, set: {} }], trials: times, seedBase: 7, jobs: atOnce },
    agents: agent === null ? [] : [{ identity: agent, params: {} }],
    shared: {
      ...{ labels: {}, priority: "normal", params: {}, who: "bench" },
      retryPolicy: { retries: 0, backoffMs: 0, origins: [] },
    },
  };
}

async function lanes(count: number, work: () => Promise<unknown>): Promise<void> {
  let left = count;
  const lane = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await work();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}
