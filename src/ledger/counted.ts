// What is counted of a run, and where: the counts of runs by status and verdict, and the tallies of experiments.

import { type Tally, type TallySum, tallyOf } from "../core/experiment.ts";
import type { RunStatus } from "../core/moves.ts";
import type { Run } from "../core/run.ts";

/** A run as counts see it. */
export type Counted = Pick<Run, "status" | "passed"> & { subject: Pick<Run["subject"], "id"> };

export type Verdict = "passed" | "below" | "none";

export const passedOf: Record<Verdict, boolean | null> = { passed: true, below: false, none: null };

export function verdictOf(passed: boolean | null): Verdict {
  if (passed === null) return "none";
  return passed ? "passed" : "below";
}

/** The scopes that a run counts in: all runs, and those of its subject. */
export function scopesOf(run: Counted): string[] {
  return [scopeOf(null), scopeOf(run.subject.id)];
}

/** The scope of one subject, or of all runs. */
export function scopeOf(subject: string | null): string {
  return subject === null ? "" : `subject:${subject}`;
}

/** True if a run counts after a change where it did before. */
export function countsAlike(before: Counted, after: Counted): boolean {
  return before.status === after.status && before.passed === after.passed;
}

/** A row of tallies: its key, and what is added up under it. */
export type TallyRow = Omit<Tally, "passed"> & { verdict: Verdict };

/** The row in which a run of an experiment counts, alone. */
export function tallyRowOf(run: Run): TallyRow {
  const { passed, ...tally } = tallyOf(run);
  return { ...tally, verdict: verdictOf(passed) };
}

export function tallyOfRow({ verdict, ...row }: TallyRow): Tally {
  return { ...row, passed: passedOf[verdict] };
}

/** True if a run adds to its experiment after a change what it did before. Most events change nothing of it. */
export function talliesAlike(before: Run, after: Run): boolean {
  return (
    countsAlike(before, after) &&
    before.score === after.score &&
    before.error === after.error &&
    before.usageEnded === after.usageEnded
  );
}

/** The tally's key columns behind the experiment's id, in their order. */
export function tallyKeyOf({ agent, condition, status, verdict, standing, why }: TallyRow): string[] {
  return [agent, condition, status, verdict, standing, why];
}

/** The tally's sums in the order of their columns. */
export function tallySumsOf({ runs, score, tokens, priced, cost }: TallySum): number[] {
  return [runs, score, tokens, priced, cost];
}

/** A count under its name, as findings tell it. */
export function countName(of: { scope: string; status: RunStatus; verdict: Verdict }): string {
  const { scope, status, verdict } = of;
  return `${scope === "" ? "all runs" : scope}, ${status}, ${verdict === "none" ? "no verdict" : verdict}`;
}
