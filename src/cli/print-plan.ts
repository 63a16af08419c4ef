// `run --dry-run`: what would be run, and what it could cost at worst under its limits. Nothing is written.

import { besideContent } from "../benchmarks/subject-needs.ts";
import { newRunId } from "../core/ids.ts";
import { cellCount, cellsOf, conditionOf, type ExperimentPlan } from "../core/plan-experiment.ts";
import { planWords } from "../views/experiment-words.ts";
import { counted, dollars, roughly } from "../views/number-words.ts";
import type { Context } from "./command.ts";
import { exitCodes } from "./exit-code.ts";
import { findLedger } from "./find-ledger.ts";
import { leftOutLines } from "./print-left-out.ts";
import type { RunPlan } from "./run-plan.ts";

/** Cells shown to people one by one. */
const shownMax = 50;

/** What all cells together could use before a limit ends them; null where no limit does. */
export type WorstCase = {
  modelCalls: number | null;
  tokens: number | null;
  costUsd: number | null;
  wallS: number | null;
};

export function printPlan(plan: RunPlan, context: Context): number {
  const { output, cwd, env } = context;
  const place = findLedger({ option: context.options.text("ledger"), env, cwd });
  const experiment = experimentPlan(plan, noDigest);
  const worst = worstCase(experiment);
  const files = new Map(plan.benchmarks.map(({ id, task, digest }) => [id, { file: task.file, digest }]));
  if (output.isJson) {
    const runs = Array.from(cellsOf(experiment), (cell) => ({
      ...{ benchmark: cell.subject.id, ...files.get(cell.subject.id) },
      ...{ agent: cell.agent?.name ?? null, condition: conditionOf(cell), trial: cell.trial },
      ...{ seed: cell.seed, limits: cell.limits },
    }));
    output.json({
      ledger: { url: place.shown, exists: place.exists },
      cells: runs.length,
      worstCase: worst,
      runs,
      leftOut: plan.leftOut,
    });
    return exitCodes.ok;
  }
  output.result(`ledger  ${place.shown}${place.exists ? "" : " (would be made)"}`);
  const planned = { ...experiment, subjects: { kind: "benchmark" as const, count: plan.benchmarks.length, ids: [] } };
  const agents = experiment.agents.map(({ identity }) => identity);
  if (plan.isExperiment) output.result(`plan    ${planWords({ ...planned, agents, cells: cellCount(experiment) })}`);
  for (const line of leftOutLines(plan)) output.result(line);
  let shown = 0;
  for (const cell of cellsOf(experiment)) {
    if (shown === shownMax) break;
    shown += 1;
    const set = Object.entries(cell.limits).filter(([, value]) => value !== null);
    const where = [conditionOf(cell), plan.trials > 1 ? `trial ${cell.trial}` : null].filter((part) => part !== null);
    const by = [cell.agent?.name ?? "no agent", ...where, `seed ${cell.seed}`].join(", ");
    output.result(`would run ${cell.subject.id} (${files.get(cell.subject.id)?.file}) with ${by}`);
    output.result(`  limits ${set.map(([name, value]) => `${name}=${value}`).join(" ")}`);
  }
  if (cellCount(experiment) > shown) output.result(`… and ${counted(cellCount(experiment) - shown, "more run")}`);
  output.result(`worst case under the limits: ${worstWords(worst)}`);
  output.result("nothing was written");
  return exitCodes.ok;
}

/** The plan as the ledger takes it, with the digest under which each benchmark's content is kept. */
export function experimentPlan(plan: RunPlan, digestOf: (benchmarkId: string) => string): ExperimentPlan {
  const { name, file, sources, benchmarks, needs, agents, conditions, trials, seedBase, jobs, priority, choices, who } =
    plan;
  return {
    id: newRunId(),
    ...{ name, file, sources, agents, conditions, trials, seedBase, jobs },
    subjects: benchmarks.map(({ id, task, groundTruth, conceal }) => ({
      subject: { kind: "benchmark", id, digest: digestOf(id), ...besideContent({ needs: needs.get(id), conceal }) },
      minScore: groundTruth.min_score,
      limits: task.limits,
    })),
    limits: choices.limits,
    shared: { labels: choices.labels, priority, retryPolicy: choices.retryPolicy, params: {}, who },
  };
}

/** Sums of the limits over all cells. Only an agent with a model is billed. */
export function worstCase(plan: ExperimentPlan): WorstCase {
  const worst: WorstCase = { modelCalls: 0, tokens: 0, costUsd: 0, wallS: 0 };
  const add = (key: keyof WorstCase, value: number | null): void => {
    const sum = worst[key];
    worst[key] = sum === null || value === null ? null : sum + value;
  };
  for (const { agent, limits } of cellsOf(plan)) {
    const isBilled = agent?.kind === "model";
    add("modelCalls", isBilled ? (limits.turns ?? null) : 0);
    add("tokens", isBilled ? (limits.tokens ?? null) : 0);
    add("costUsd", isBilled ? (limits.cost_usd ?? null) : 0);
    add("wallS", limits.wall_s ?? null);
  }
  return { ...worst, wallS: worst.wallS === null ? null : worst.wallS / Math.min(plan.jobs, cellCount(plan)) };
}

/** `340 model calls, $8.50, 2 h 50 m` */
export function worstWords({ modelCalls, tokens, costUsd, wallS }: WorstCase): string {
  const parts = [modelCalls === null ? "model calls without limit" : counted(modelCalls, "model call")];
  if (modelCalls !== 0) {
    parts.push(tokens === null ? "tokens without limit" : counted(tokens, "token"));
    parts.push(costUsd === null ? "cost without limit" : dollars(costUsd));
  }
  parts.push(wallS === null ? "time without limit" : roughly(wallS * 1000));
  return parts.join(", ");
}

function noDigest(): string {
  return "";
}
