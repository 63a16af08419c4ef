// An experiment in words: what was planned, how far it is, and what its runs add up to.

import {
  type Experiment,
  type ExperimentSummary,
  groupsOf,
  type PlannedExperiment,
  summarize,
} from "../core/experiment.ts";
import { shortId } from "../core/ids.ts";
import { alignColumns, displayWidth } from "./columns.ts";
import { counted, dollars, grouped, roughly } from "./number-words.ts";
import { tone } from "./tone.ts";

const barWidth = 24;
const namesMax = 3;

/** `experiment  c04e11b2   17 benchmarks × glm-4.6 × 1 trial = 17 runs` */
export function experimentHeader(experiment: PlannedExperiment): string {
  const { id, name, seeds, jobs } = experiment;
  const parts = [tone("strong", shortId(id)), ...(name === null ? [] : [name]), planWords(experiment)];
  return `experiment  ${parts.join("   ")}   seed ${seeds.base}   -j ${jobs}`;
}

/** `17 benchmarks × glm-4.6 × 1 trial = 17 runs` */
export function planWords({ subjects, agents, conditions, trials, cells }: PlannedPlan): string {
  const named = conditions.flatMap(({ name }) => name ?? []);
  const factors = [
    counted(subjects.count, subjects.kind),
    namesOr(
      agents.map(({ name }) => name),
      "agent",
    ),
    ...(named.length === 0 ? [] : [namesOr(named, "condition")]),
    counted(trials, "trial"),
  ];
  return `${factors.join(" × ")} = ${counted(cells, "run")}`;
}
type PlannedPlan = Pick<PlannedExperiment, "subjects" | "agents" | "conditions" | "trials" | "cells">;

/** `████░░ 14/17   13 passed  1 below  0 failed   2 running   41 s   62,118 tokens   $0.049` */
export function progressLine(summary: ExperimentSummary, elapsedMs: number): string {
  const { planned, ended, passed, below, running, queued, tokens, costUsd } = summary;
  const filled = planned === 0 ? 0 : Math.floor((ended / planned) * barWidth);
  const failed = unscoredCount(summary);
  const parts = [
    `${"█".repeat(filled)}${"░".repeat(barWidth - filled)}  ${ended}/${planned}`,
    [
      tone(passed > 0 ? "good" : "dim", `${passed} passed`),
      tone(below > 0 ? "bad" : "dim", `${below} below`),
      tone(failed > 0 ? "bad" : "dim", `${failed} unscored`),
    ].join("  "),
    `${running} running`,
    ...(queued > 0 ? [`${queued} waiting`] : []),
    roughly(elapsedMs),
    ...(tokens > 0 ? [`${grouped(tokens)} tokens`] : []),
    ...(costUsd === null ? [] : [dollars(costUsd)]),
  ];
  return `  ${parts.join("   ")}`;
}

/** What the runs add up to: the counts, the rates, and the rates of each group that is compared. */
export function summaryLines(experiment: Experiment): string[] {
  const summary = summarize(experiment);
  const groups = groupsOf(experiment);
  const lines = [`  ${countWords(summary)}`, `  ${rateWords(summary)}${usageWords(summary)}`];
  if (groups.length < 2) return lines;
  const rows = groups.map((group) => {
    const name = [group.agent, group.condition].filter((part) => part !== "").join(" · ");
    const own = summarize(experiment, group);
    return [`    ${name}`, `${rateWords(own)}${usageWords(own)}`];
  });
  // A rate over agents or conditions together compares nothing; each has its own.
  return [lines[0] ?? "", ...alignColumns(rows)];
}

/** `17 planned · 17 ended · 16 scored · 15 passed · 1 below · 1 unscored (runner)` */
function countWords(summary: ExperimentSummary): string {
  const { planned, deleted, ended, queued, paused, running, scored, passed, below, unscored } = summary;
  const zeros = Object.entries(summary.countedAsZero);
  const asZero = zeros.length === 0 ? "" : ` (${zeros.map(([why, runs]) => `${runs} as 0: ${why}`).join(", ")})`;
  const parts = [`${planned} planned`, `${ended} ended`];
  if (queued > 0) parts.push(`${queued} not started`);
  if (running > 0) parts.push(`${running} running`);
  if (paused > 0) parts.push(`${paused} paused`);
  if (deleted > 0) parts.push(`${deleted} deleted`);
  parts.push(`${scored} scored`, `${passed} passed`, `${below} below${asZero}`);
  const whys = Object.entries(unscored);
  if (whys.length > 0) {
    const words = whys.length === 1 ? (whys[0]?.[0] ?? "") : whys.map(([why, runs]) => `${runs} ${why}`).join(", ");
    parts.push(`${unscoredCount(summary)} unscored (${words})`);
  }
  return parts.join(" · ");
}

/** `pass rate 15 of 17 planned = 88 % (95 % interval 66–97 %) · mean of 16 scored 0.969` */
function rateWords({ planned, passed, passRate, interval, mean, scored }: ExperimentSummary): string {
  const [low, high] = interval;
  const range = `95 % interval ${percent(low)}–${percent(high)} %`;
  const meanWords = mean === null ? "" : ` · mean of ${scored} scored ${mean.toFixed(3)}`;
  return `pass rate ${passed} of ${planned} planned = ${percent(passRate)} % (${range})${meanWords}`;
}

/** `12 done · $0.03 · 4 left: 3 not started, 1 lost`; what was cancelled and stays so is not done: `2 cancelled`. */
export function resumeWords(summary: ExperimentSummary, left: Record<string, number>): string {
  const parts = Object.entries(left).filter(([, runs]) => runs > 0);
  const total = parts.reduce((sum, [, runs]) => sum + runs, 0);
  const words = parts.map(([what, runs]) => `${runs} ${what}`).join(", ");
  const cost = summary.costUsd === null ? "" : ` · ${dollars(summary.costUsd)}`;
  const cancelled = Math.max(0, (summary.unscored.cancelled ?? 0) - (left.cancelled ?? 0));
  const done = summary.planned - total - summary.deleted - cancelled;
  const stopped = cancelled === 0 ? "" : ` · ${cancelled} cancelled`;
  return `${done} done${cost}${stopped} · ${total} left${words === "" ? "" : `: ${words}`}`;
}

export function unscoredCount({ unscored }: Pick<ExperimentSummary, "unscored">): number {
  return Object.values(unscored).reduce((sum, runs) => sum + runs, 0);
}

/** The block cut to the terminal: a line that wraps could not be drawn over. */
export function fitLine(line: string, width: number): string {
  if (displayWidth(line) < width) return line;
  let cut = line;
  while (cut.length > 0 && displayWidth(cut) >= width - 1) cut = cut.slice(0, -1);
  return `${cut}…`;
}

function usageWords({ tokens, costUsd }: ExperimentSummary): string {
  const cost = costUsd === null ? "no price known" : dollars(costUsd);
  const words = tokens > 0 || costUsd !== null ? [`${grouped(tokens)} tokens`, cost] : [];
  return words.map((part) => ` · ${part}`).join("");
}

function namesOr(names: readonly string[], noun: string): string {
  return names.length <= namesMax ? names.join(", ") : counted(names.length, noun);
}

/** No digits that the counts do not have; and never 100 or 0 for what is only near it. */
export function percent(share: number): string {
  const whole = Math.round(share * 100);
  if (whole === 100 && share < 1) return "99";
  if (whole === 0 && share > 0) return "1";
  return String(whole);
}
