// Holds an experiment against its plan and its runs: each planned cell is there once, and what the ledger and its clients
// were told of it is what its runs add up to.

import type { Episode } from "../episode.ts";
import type { Folded } from "./fold.ts";
import type { Rows, TallyRow } from "./rows.ts";

type Known = { rows: Rows; folds: ReadonlyMap<string, Folded> };
type Plan = { id: string; cells: number; trials: number; subjects: { ids: string[] }; agents: { name: string }[] };
type Cell = { experimentId: string | null; subject: { id: string }; agent: { name: string } | null; trial: number };

const billionth = 1e-9;
const terminal = ["completed", "failed", "timed_out", "cancelled", "lost"];

/** What does not fit. */
export function checkExperiments(episode: Episode, known: Known): string[] {
  const plans = known.rows.events
    .filter(({ type }) => type === "experiment.planned")
    .map(({ data }) => JSON.parse(data) as Plan);
  const listed = known.rows.experiments.toSorted().join();
  const planned = plans.map(({ id }) => id);
  return [
    ...(listed === planned.toSorted().join()
      ? []
      : [`the experiments ${planned} were planned, and ${listed} are listed`]),
    ...plans.flatMap((plan) => [
      ...(plan.cells === episode.experiment?.cells ? [] : [`experiment ${plan.id} has ${plan.cells} cells`]),
      ...cellFaults(plan, known),
      ...tallyFaults(plan, known),
      ...answerFaults(plan, episode, known),
    ]),
  ];
}

function cellFaults({ id, trials, subjects, agents }: Plan, { rows }: Known): string[] {
  const wanted = subjects.ids.flatMap((subject) =>
    agents.flatMap(({ name }) => Array.from({ length: trials }, (_, index) => `${subject} ${name} ${index + 1}`)),
  );
  const there = rows.events.flatMap(({ type, data }) => {
    if (type !== "run.queued") return [];
    const { experimentId, subject, agent, trial } = JSON.parse(data) as Cell;
    return experimentId === id ? [`${subject.id} ${agent?.name} ${trial}`] : [];
  });
  return there.toSorted().join() === wanted.toSorted().join()
    ? []
    : [`experiment ${id} was planned as ${wanted.join(", ")}, and its runs are ${there.join(", ")}`];
}

/** Whether a failed run counts as 0 or has no score is for its error to say; all else follows from status and score. */
function standingOf({ status, score }: Pick<Folded, "status" | "score">): string {
  if (!terminal.includes(status ?? "")) return "open";
  if (status === "failed" || status === "timed_out") return "by error";
  return status === "completed" && score !== null ? "scored" : "unscored";
}

function tallyFaults({ id }: Plan, { rows, folds }: Known): string[] {
  const said = new Map<string, { runs: number; score: number }>();
  const add = (of: Pick<TallyRow, "status" | "verdict" | "standing" | "runs" | "score">): void => {
    const key = `${of.status} ${of.verdict} ${of.standing}`;
    const sum = said.get(key) ?? { runs: 0, score: 0 };
    said.set(key, { runs: sum.runs + of.runs, score: sum.score + of.score });
  };
  for (const run of runsOf(id, rows)) {
    const fold = folds.get(run.run_id);
    if (fold === undefined) continue;
    const verdict = fold.passed === null ? "none" : fold.passed ? "passed" : "below";
    const score = Math.round((fold.score ?? 0) / billionth);
    add({ status: String(fold.status), verdict, standing: standingOf(fold), runs: 1, score });
  }
  const expected = wordsOf(said);
  said.clear();
  for (const tally of rows.tallies.filter((one) => one.experiment_id === id)) {
    const isByError = tally.status === "failed" || tally.status === "timed_out";
    add({ ...tally, standing: isByError ? "by error" : tally.standing });
  }
  const kept = wordsOf(said);
  return kept === expected ? [] : [`experiment ${id} is kept as ${kept}; its runs say ${expected}`];
}

function wordsOf(sums: ReadonlyMap<string, { runs: number; score: number }>): string {
  return [...sums]
    .map(([key, { runs, score }]) => `${key}: ${runs} (${score})`)
    .toSorted()
    .join(", ");
}

function runsOf(id: string, { runs }: Rows): Rows["runs"] {
  return runs.filter((run) => run.experiment_id === id);
}

/** What the last who asked was shown, when all was over. */
function answerFaults({ id, cells }: Plan, { answers }: Episode, { rows, folds }: Known): string[] {
  const shown = answers.findLast(({ args, code }) => args[0] === "show" && args[1] === id && code === 0);
  const { planned, ended, passed } = (shown?.values[0]?.experiment ?? {}) as Record<string, unknown>;
  const mine = runsOf(id, rows).map((run) => folds.get(run.run_id));
  const expected = [
    cells,
    mine.filter((fold) => terminal.includes(fold?.status ?? "")).length,
    mine.filter((fold) => fold?.passed === true).length,
  ];
  return JSON.stringify([planned, ended, passed]) === JSON.stringify(expected)
    ? []
    : [`experiment ${id} was shown with ${[planned, ended, passed]} planned, ended and passed; it has ${expected}`];
}
