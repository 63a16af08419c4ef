// What `run --filter` leaves and what it takes out, and why: nothing that was named is passed over in silence.

import { shortId } from "../core/ids.ts";
import { counted, score } from "../views/number-words.ts";
import type { Context } from "./command.ts";
import { exitCodes } from "./exit-code.ts";
import type { LeftOut } from "./filter-benchmarks.ts";
import { wantsJsonl } from "./print-run.ts";
import type { RunPlan } from "./run-plan.ts";

/** Shown to people one by one. */
const shownMax = 50;

type Filtered = Pick<RunPlan, "filter" | "benchmarks" | "leftOut">;

/** `filter  failed: 3 benchmarks left, 14 left out: 12 passed, 2 never ended here` */
export function filterWords({ filter, benchmarks, leftOut }: Filtered): string {
  const counts = new Map<LeftOut["why"], Set<string>>();
  for (const { why, benchmark } of leftOut) counts.set(why, (counts.get(why) ?? new Set()).add(benchmark));
  const whys = [...counts].map(([why, ids]) => `${ids.size} ${why}`).join(", ");
  const out = new Set(leftOut.map(({ benchmark }) => benchmark)).size;
  return `filter  ${filter}: ${counted(benchmarks.length, "benchmark")} left, ${out} left out${whys === "" ? "" : `: ${whys}`}`;
}

/** The words, and a line for each that is left out; none without a filter. */
export function leftOutLines(plan: Filtered): string[] {
  const { filter, leftOut } = plan;
  if (filter === null) return [];
  const lines = leftOut.slice(0, shownMax).map(({ benchmark, agent, condition, why, run, score: given }) => {
    const by = [agent, ...(condition === null ? [] : [condition])].join(", ");
    const where = run === null ? "" : ` (run ${shortId(run)}${given === null ? "" : `, score ${score(given)}`})`;
    const hint = filter === "failed" && why === "cancelled" ? "; --filter unscored takes it" : "";
    return `left out ${benchmark} with ${by}: ${why}${where}${hint}`;
  });
  const more = leftOut.length - lines.length;
  return [filterWords(plan), ...lines, ...(more > 0 ? [`… and ${more} more left out`] : [])];
}

/** The filter took everything. That is no failure: there is nothing to do. @returns the exit code */
export function printNothingLeft(plan: Filtered, context: Context): number {
  const { output } = context;
  const { leftOut } = plan;
  if (wantsJsonl(context)) output.json({ type: "done", experiment: null, leftOut, exitCode: exitCodes.ok });
  else if (output.isJson) output.json({ experiment: null, cells: 0, runs: [], leftOut });
  else output.result([...leftOutLines(plan), "nothing is left to run; nothing was written"].join("\n"));
  return exitCodes.ok;
}
