// What the ended benchmark runs of each agent add up to, over all benchmarks and for each: a fold that is kept in the
// transaction that ends a run, so that comparing agents costs the same however many runs there are.

import { type Standing, standingOf } from "../core/experiment.ts";
import { isTerminal } from "../core/moves.ts";
import type { Run } from "../core/run.ts";

/** Of one agent (a name with two digests is two) on one benchmark, or on all of them. */
export type AgentTally = {
  agent: string;
  digest: string;
  reference: boolean;
  /** Null: all benchmarks together. */
  subject: string | null;
  /** Runs that ended. */
  runs: number;
  /** Those of them that count: with a score, or as 0 by what their agent did. */
  scored: number;
  passed: number;
  /** Sum of scores in billionths. */
  score: number;
};

/** A row of agent_tallies; the subject of all benchmarks together is empty. */
export type AgentTallyRow = Omit<AgentTally, "reference" | "subject"> & { reference: number; subject_id: string };

export type AgentTallyQuery = {
  agent?: string;
  digest?: string;
  /** Null: the sums over all benchmarks; not given: one row a benchmark. */
  subject?: string | null;
  limit: number;
};

/** What of a run decides where it counts. */
export type RunOfAgent = Pick<Run, "kind" | "status" | "score" | "passed" | "error"> & {
  agent: Pick<NonNullable<Run["agent"]>, "name" | "digest" | "reference"> | null;
  subject: Pick<Run["subject"], "id">;
};

const billionth = 1e-9;
const counting: readonly Standing[] = ["scored", "zero"];

/** The rows in which a run counts, alone; none while it has not ended, and for what no agent did. */
export function agentTallyRows(run: RunOfAgent): AgentTallyRow[] {
  const { agent, kind, status } = run;
  if (agent === null || kind !== "benchmark" || !isTerminal(status)) return [];
  const isScored = counting.includes(standingOf(run).standing);
  const row = {
    ...{ agent: agent.name, digest: agent.digest, reference: agent.reference ? 1 : 0, runs: 1 },
    scored: isScored ? 1 : 0,
    passed: isScored && run.passed === true ? 1 : 0,
    score: isScored ? Math.round((run.score ?? 0) / billionth) : 0,
  };
  return [
    { ...row, subject_id: "" },
    { ...row, subject_id: run.subject.id },
  ];
}

/** What changes in the tallies when a run goes from what it was (null: it is new) to what it is (null: deleted). */
export function agentTallyChanges(before: RunOfAgent | null, after: RunOfAgent | null): AgentTallyRow[] {
  const isOpen = (run: RunOfAgent | null) => run === null || !isTerminal(run.status);
  if (isOpen(before) && isOpen(after)) return [];
  const [gone, come] = [before, after].map((run) => (run === null ? [] : agentTallyRows(run)));
  if (JSON.stringify(gone) === JSON.stringify(come)) return [];
  return [...(gone ?? []).map(negated), ...(come ?? [])];
}

function negated(row: AgentTallyRow): AgentTallyRow {
  return { ...row, runs: -row.runs, scored: -row.scored, passed: -row.passed, score: -row.score };
}

export function agentTallyOfRow({ reference, subject_id, ...row }: AgentTallyRow): AgentTally {
  return { ...row, reference: reference === 1, subject: subject_id === "" ? null : subject_id };
}
