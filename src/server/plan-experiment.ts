// Plans an experiment for a request: its cells are the same as those of the command line.

import type { Benchmark } from "../benchmarks/benchmark.ts";
import { canonicalJson } from "../core/document-value.ts";
import { RunledgerError } from "../core/errors.ts";
import type { EventData } from "../core/events.ts";
import type { Experiment } from "../core/experiment.ts";
import { effectiveLimits } from "../core/limits.ts";
import {
  cellCount,
  type ExperimentPlan,
  limitsOfCondition,
  type PlannedSubject,
  plannedEvent,
} from "../core/plan-experiment.ts";
import { systemLimits } from "../core/system-limits.ts";
import type { NewExperiment } from "../protocol/http-experiment-routes.ts";
import { inlineBenchmarks } from "./inline-benchmarks.ts";
import { identityOf, keepBenchmark, randomSeed, retryPolicyOf } from "./queue-run.ts";
import { apiActor, type Site } from "./site.ts";

const jobsDefault = 4;

/**
 * The plan that the request asks for.
 * @throws RunledgerError `benchmark.unknown`, `agent.unknown`, `request.invalid`, `provider.no-price`
 */
export async function planOf(site: Site, asked: NewExperiment, key: string | undefined): Promise<ExperimentPlan> {
  const { benchmarks, agents = [site.agents.defaultName], conditions = [], labels = {}, priority = "normal" } = asked;
  refuseTwins("benchmarks", benchmarks);
  refuseTwins("agents", agents);
  refuseTwins(
    "conditions",
    conditions.map(({ name }) => name),
  );
  const plan: ExperimentPlan = {
    id: identityOf({ key, route: "createExperiment", asked, givenId: asked.id }).runId,
    name: asked.name ?? null,
    file: null,
    sources: benchmarks,
    subjects: [],
    agents: agents.map((name) => site.agents.choose(name)),
    conditions: conditions.length === 0 ? [{ name: null, set: {} }] : conditions.map(conditionOf),
    trials: asked.trials ?? 1,
    seedBase: asked.seed ?? randomSeed(),
    jobs: asked.jobs ?? jobsDefault,
    limits: { ...site.limits, ...asked.limits },
    shared: { labels, priority, retryPolicy: retryPolicyOf(asked.retries ?? 0), params: {}, who: site.who },
  };
  const cells = cellCount({ ...plan, subjects: benchmarks.map(() => placeholder) });
  if (cells > systemLimits.experimentCellsMax) {
    const detail = `the plan has ${cells} runs; an experiment has at most ${systemLimits.experimentCellsMax}`;
    throw new RunledgerError("request.invalid", detail);
  }
  const subjects: PlannedSubject[] = [];
  const inline = new Map((asked.inline ?? []).flatMap(inlineBenchmarks).map((one) => [one.id, one]));
  const catalog = await site.catalog.fresh();
  for (const id of benchmarks) subjects.push(await subjectOf(site, inline.get(id) ?? catalog.get(id).benchmark));
  refuseUnpricedCells(site, { ...plan, subjects });
  return { ...plan, subjects };
}

/** @throws RunledgerError `provider.no-price` if a cell's limit on cost could not be kept */
function refuseUnpricedCells(site: Site, { agents, subjects, conditions, limits }: ExperimentPlan): void {
  for (const { identity } of agents) {
    for (const subject of subjects) {
      for (const condition of conditions) {
        const all = effectiveLimits("benchmark", subject.limits, limitsOfCondition(condition), limits);
        site.agents.refuseUnpriced(identity, all);
      }
    }
  }
}

/**
 * Plans it, or gives the one that the same request planned before.
 * @throws RunledgerError `run.id-taken`, or `request.key-reused` if another request came with the same key
 */
export async function planOnce({ ledger }: Site, plan: ExperimentPlan, hasKey: boolean): Promise<Experiment> {
  const known = (await ledger.getExperiment(plan.id)) ?? null;
  if (known === null) return ledger.planExperiment(plan, apiActor);
  if (!hasKey) throw new RunledgerError("run.id-taken", `an experiment with the id ${plan.id} exists already`);
  if (sameRequest(known) === sameRequest(plannedEvent(plan))) return known;
  throw new RunledgerError("request.key-reused", `the key stands for experiment ${plan.id}, which is another plan`);
}

type Asked = Pick<
  EventData<"experiment.planned">,
  "name" | "sources" | "agents" | "conditions" | "trials" | "jobs" | "limits"
>;

/** What a request says of a plan; seed and digests of contents come from elsewhere. */
function sameRequest({ name, sources, agents, conditions, trials, jobs, limits }: Asked): string {
  const agentNames = agents.map((agent) => agent.name);
  return canonicalJson({ name, sources, agentNames, conditions, trials, jobs, limits });
}

const placeholder: PlannedSubject = {
  subject: { kind: "benchmark", id: "", digest: "" },
  minScore: null,
  limits: {},
};

async function subjectOf(site: Site, benchmark: Benchmark): Promise<PlannedSubject> {
  return {
    subject: await keepBenchmark(site, benchmark),
    minScore: benchmark.groundTruth.min_score,
    limits: benchmark.task.limits,
  };
}

function conditionOf({ name, limits = {} }: NonNullable<NewExperiment["conditions"]>[number]) {
  const set = Object.entries(limits).map(([limit, value]) => [`limits.${limit}`, value] as const);
  return { name, set: Object.fromEntries(set) };
}

function refuseTwins(what: string, names: readonly string[]): void {
  const twin = names.find((name, index) => names.indexOf(name) !== index);
  if (twin !== undefined) throw new RunledgerError("request.invalid", `${what} has ${JSON.stringify(twin)} twice`);
}
