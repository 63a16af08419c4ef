// Where two runs part: their calls side by side, and one sentence that says it. A fold of what both did; the command line
// and the page show the same.

import { isTerminal } from "../core/moves.ts";
import type { RunBody } from "../protocol/http-resources.ts";
import type { StepBody } from "../protocol/http-view-routes.ts";
import { type AlignedRow, alignDeeds } from "./align-deeds.ts";
import { answerWords, rowWords } from "./difference-words.ts";
import { counted, score } from "./number-words.ts";
import { deedsOf, isSameValue } from "./run-deeds.ts";

/** One of the two, as much of it as a comparison needs. */
export type ComparedRun = {
  run: Pick<RunBody, "id" | "subject" | "agent" | "seed" | "status" | "passed" | "score">;
  steps: readonly StepBody[];
  /** Calls and answers that were too many to be told. */
  omitted: number;
  answer: Record<string, unknown> | null;
};

export type RunComparison = {
  rows: AlignedRow[];
  /** Nothing differs in what they did and in how they finished, as far as either has got. */
  isSame: boolean;
  /** Index of the first row that differs; null if no row does. */
  firstDifference: number | null;
  /** Where they part, or that they are the same. */
  sentence: string;
  /** Both verdicts and scores. */
  scores: string;
  /** What a reader must know before believing it: other content, other seeds, calls left out. */
  notes: string[];
};

/** Compares what the two did, call by call. */
export function compareRuns(a: ComparedRun, b: ComparedRun): RunComparison {
  const rows = alignDeeds(deedsOf(a.steps), deedsOf(b.steps));
  const index = rows.findIndex(({ difference }) => difference !== "none");
  const row = rows[index];
  const words = row === undefined ? finishDifference(a, b) : rowWords(row, whetherOver(a, b));
  return {
    rows,
    isSame: words === null,
    firstDifference: row === undefined ? null : index,
    sentence: words === null ? sameWords(a, b, rows.length) : `${untilWords(rows, index)}: ${words}.`,
    scores: `A ${verdictWords(a.run)}; B ${verdictWords(b.run)}`,
    notes: notesOf(a, b),
  };
}

function whetherOver({ run: a }: ComparedRun, { run: b }: ComparedRun) {
  return { isOverA: isTerminal(a.status), isOverB: isTerminal(b.status) };
}

/** `Same until call 3`; of a flow: `Same until step pay, call 3`. */
function untilWords(rows: readonly AlignedRow[], index: number): string {
  if (index < 0) return rows.length === 0 ? "Neither called a tool" : `The same ${counted(rows.length, "call")}, then`;
  if (index === 0) return "They part at the first call";
  const row = rows[index];
  const deed = row?.a ?? row?.b ?? null;
  if (deed === null || deed.step === null) return `Same until call ${deed?.call ?? index + 1}`;
  const isItsFirst = rows[index - 1]?.a?.step !== deed.step;
  return `Same until step ${deed.step}${isItsFirst ? "" : `, call ${deed.call}`}`;
}

function sameWords({ run: a }: ComparedRun, { run: b }: ComparedRun, calls: number): string {
  const going = [
    ...(isTerminal(a.status) ? [] : [`A is ${a.status}`]),
    ...(isTerminal(b.status) ? [] : [`B is ${b.status}`]),
  ];
  const did =
    calls === 0 ? "neither called a tool" : `${counted(calls, "call")} each, with the same arguments and results`;
  return going.length === 0 ? `The same: ${did}.` : `The same so far: ${did}; ${going.join(", ")}.`;
}

/** How they finished, where that differs; null if it does not, or if one has not got there. */
function finishDifference(a: ComparedRun, b: ComparedRun): string | null {
  if (!isTerminal(a.run.status) || !isTerminal(b.run.status)) return null;
  if (a.run.status !== b.run.status) return `A ${statusWords(a.run.status)}, B ${statusWords(b.run.status)}`;
  if (isSameValue(a.answer, b.answer)) return null;
  return `A ${answerWords(a.answer, b.answer)}, B ${answerWords(b.answer, a.answer)}`;
}

/** `passed with score 1.000000`, `was lost, without a score` */
function verdictWords({ status, passed, score: value }: ComparedRun["run"]): string {
  const verdict = passed === null ? "has no verdict" : passed ? "passed" : "is below";
  const points = value === null ? ", without a score" : ` with score ${score(value)}`;
  return `${status === "completed" ? verdict : statusWords(status)}${points}`;
}

function statusWords(status: RunBody["status"]): string {
  if (status === "completed" || status === "failed") return status;
  return status === "timed_out" ? "timed out" : isTerminal(status) ? `was ${status}` : `is ${status}`;
}

function notesOf(a: ComparedRun, b: ComparedRun): string[] {
  const notes: string[] = [];
  const [one, other] = [a.run.subject, b.run.subject];
  if (one.id !== other.id) notes.push(`They are of different subjects: A of ${one.id}, B of ${other.id}.`);
  else if (one.digest !== other.digest) notes.push(`${one.id} was changed between them: its content is not the same.`);
  if (a.run.seed !== b.run.seed) {
    const seeds = `A ${a.run.seed ?? "none"}, B ${b.run.seed ?? "none"}`;
    notes.push(`Their seeds differ (${seeds}); addresses and draws come from the seed.`);
  }
  for (const [side, { omitted }] of Object.entries({ A: a, B: b })) {
    if (omitted > 0) notes.push(`Of ${side} ${counted(omitted, "record")} were too many to be compared.`);
  }
  return notes;
}
