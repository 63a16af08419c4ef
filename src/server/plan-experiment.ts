// Plans an experiment for a request: its cells are the same as those of the command line.

import type { Benchmark } from "../benchmarks/benchmark.ts";
import { RunledgerError } from "../core/errors.ts";
import type { Experiment } from "../core/experiment.ts";
import { effectiveLimits } from "../core/limits.ts";
import { cellCount, type ExperimentPlan, limitsOfCondition, type PlannedSubject } from "../core/plan-experiment.ts";
import { systemLimits } from "../core/system-limits.ts";
import type { NewExperiment } from "../protocol/http-experiment-routes.ts";
import { inlineBenchmarks } from "./inline-benchmarks.ts";
import { makeOnce } from "./make-once.ts";
import { identityOf, idTaken, keepBenchmark, type RequestIdentity, randomSeed, retryPolicyOf } from "./queue-run.ts";
import { apiActor, type Site } from "./site.ts";

const jobsDefault = 4;

/**
 * Plans what the request asks for, or gives what the same request planned before.
 * @throws RunledgerError `benchmark.unknown`, `agent.unknown`, `request.invalid`, `provider.no-price`, `run.id-taken`,
 *   `request.key-reused`
 */
export async function planOnce(site: Site, asked: NewExperiment, key: string | undefined): Promise<Experiment> {
  const { ledger } = site;
  const identity = identityOf({ key, route: "createExperiment", asked, givenId: asked.id });
  const known = await plannedBefore(ledger, identity);
  if (known !== null) return known;
  const plan = await planOf(site, asked, identity);
  return makeOnce({
    make: () => ledger.planExperiment(plan, apiActor),
    find: () => plannedBefore(ledger, identity),
  });
}

/** @throws RunledgerError `run.id-taken`, or `request.key-reused` if another request came with the same key */
async function plannedBefore(
  ledger: Site["ledger"],
  { runId: id, digest }: RequestIdentity,
): Promise<Experiment | null> {
  const known: (Experiment & { requestDigest?: unknown }) | null = await ledger.getExperiment(id);
  if (known === null && (await ledger.getRun(id)) === null) return null;
  if (known !== null && digest !== null && known.requestDigest === digest) return known;
  throw idTaken(id, { what: known === null ? "run" : "experiment", hasKey: digest !== null });
}

async function planOf(site: Site, asked: NewExperiment, identity: RequestIdentity): Promise<ExperimentPlan> {
  const { benchmarks, agents = [site.agents.defaultName], conditions = [], labels = {}, priority = "normal" } = asked;
  refuseTwins("benchmarks", benchmarks);
  refuseTwins("agents", agents);
  refuseTwins(
    "conditions",
    conditions.map(({ name }) => name),
  );
  const plan: ExperimentPlan = {
    id: identity.runId,
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
    ...(identity.digest === null ? {} : { requestDigest: identity.digest }),
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
