// What an experiment adds up to. Each run of it counts in one tally; tallies hold whole numbers only, so that they come
// out the same in whatever order runs ended, and the ledger can move a run from one to another.

import type { EventData, RunError } from "./events.ts";
import { isActive, isTerminal, type RunStatus } from "./moves.ts";
import { conditionOf } from "./plan-experiment.ts";
import type { Run } from "./run-state.ts";
import { wilsonInterval } from "./wilson.ts";

/**
 * How a run counts. `zero`: it ended without a score by what its agent did, and counts as a score of 0. `unscored`: it
 * ended without a score and its agent had no part in it.
 */
export type Standing = "open" | "scored" | "zero" | "unscored";

/** What runs that count together have in common. */
export type TallyKey = {
  /** Name of the agent, and of the condition; empty if there is none. */
  agent: string;
  condition: string;
  status: RunStatus;
  passed: boolean | null;
  standing: Standing;
  /** Why there is no score: an error's origin, `limit:NAME` or `cancelled`; empty if there is one. */
  why: string;
};

/** What runs add up to: scores and costs in billionths. `priced`: runs whose cost is known. */
export type TallySum = { runs: number; score: number; tokens: number; priced: number; cost: number };

export type Tally = TallyKey & TallySum;

/** What was planned, and when. */
export type PlannedExperiment = EventData<"experiment.planned"> & { plannedAt: string; position: number };

/** An experiment as the ledger has it. */
export type Experiment = PlannedExperiment & { tallies: Tally[] };

export type ExperimentSummary = {
  planned: number;
  /** Planned cells that are there no more. */
  deleted: number;
  /** Not ended: waiting, held, or with a process. */
  queued: number;
  paused: number;
  running: number;
  ended: number;
  /** With a score, or counted as 0. */
  scored: number;
  passed: number;
  below: number;
  /** Those of the scored that count as 0, by what ended them. */
  countedAsZero: Record<string, number>;
  /** Ended without a score and without the agent's doing, by origin. */
  unscored: Record<string, number>;
  /** Passed of planned, and its 95 % interval after Wilson. */
  passRate: number;
  interval: [low: number, high: number];
  /** Of the scored; null if there is none. */
  mean: number | null;
  tokens: number;
  /** Null while no cost is known. */
  costUsd: number | null;
};

const billionth = 1e-9;
/** Sums are divided by it: a whole number of billionths times 1e-9 may come out above what it is. */
const billion = 1e9;

/** Limits on the process that the agent's doing meets; a start that failed or a supervisor that is gone is not among them. */
const agentsLimits = ["wall_s", "idle_s", "memory_mib", "output_mib", "journal_mib", "events"];

/** The tally that a run counts in, and what it adds to it. Usage counts when an attempt has ended. */
export function tallyOf(run: Run): Tally {
  const { tokens, costUsd } = run.usageEnded;
  return {
    agent: run.agent?.name ?? "",
    condition: conditionOf(run) ?? "",
    status: run.status,
    passed: run.passed,
    ...standingOf(run),
    runs: 1,
    score: Math.round((run.score ?? 0) / billionth),
    tokens,
    priced: costUsd === null ? 0 : 1,
    cost: Math.round((costUsd ?? 0) / billionth),
  };
}

/** How a run counts, and why it has no score. */
export function standingOf(run: Pick<Run, "status" | "score" | "error">): Pick<Tally, "standing" | "why"> {
  const { status, score, error } = run;
  if (!isTerminal(status)) return { standing: "open", why: "" };
  if (status === "cancelled") return { standing: "unscored", why: "cancelled" };
  if (status === "completed") {
    return score === null ? { standing: "unscored", why: "nothing to score" } : { standing: "scored", why: "" };
  }
  const isZero = status !== "lost" && error !== null && isAgents(error);
  return { standing: isZero ? "zero" : "unscored", why: whyOf(error, isZero) };
}

/** All cells of the experiment, or those of one agent and condition. */
export function summarize(experiment: Experiment, group?: Pick<TallyKey, "agent" | "condition">): ExperimentSummary {
  const isMine = ({ agent, condition }: TallyKey) =>
    group === undefined || (agent === group.agent && condition === group.condition);
  const tallies = experiment.tallies.filter(isMine);
  const count = (of: (tally: Tally) => boolean) => sum(tallies.filter(of), ({ runs }) => runs);
  const planned = group === undefined ? experiment.cells : experiment.cells / groupsOf(experiment).length;
  const scored = count(({ standing }) => standing === "scored" || standing === "zero");
  const passed = count((tally) => tally.passed === true);
  const priced = sum(tallies, (tally) => tally.priced);
  return {
    planned,
    deleted: planned - count(() => true),
    queued: count(({ status }) => status === "queued"),
    paused: count(({ status }) => status === "paused"),
    running: count(({ status }) => isActive(status)),
    ended: count(({ status }) => isTerminal(status)),
    scored,
    passed,
    below: count((tally) => tally.passed === false || tally.standing === "zero"),
    countedAsZero: byWhy(tallies, "zero"),
    unscored: byWhy(tallies, "unscored"),
    passRate: planned === 0 ? 0 : passed / planned,
    interval: wilsonInterval(passed, planned),
    mean: scored === 0 ? null : sum(tallies, (tally) => tally.score) / billion / scored,
    tokens: sum(tallies, (tally) => tally.tokens),
    costUsd: priced === 0 ? null : sum(tallies, (tally) => tally.cost) / billion,
  };
}

/** The groups that are compared with each other: each agent under each condition, in planned order. */
export function groupsOf({ agents, conditions }: Pick<Experiment, "agents" | "conditions">) {
  return conditions.flatMap((condition) =>
    agents.map((agent) => ({ agent: agent.name, condition: condition.name ?? "" })),
  );
}

/** Whether an error is of the agent's making: its own, or a limit on its process. */
function isAgents({ origin, limit }: RunError): boolean {
  return limit === undefined ? origin === "agent" : agentsLimits.includes(limit);
}

function whyOf(error: RunError | null, isZero: boolean): string {
  if (error === null) return "unknown";
  return isZero && error.limit !== undefined ? `limit:${error.limit}` : error.origin;
}

function byWhy(tallies: readonly Tally[], standing: Standing): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const tally of tallies) {
    if (tally.standing === standing && tally.runs > 0) counts[tally.why] = (counts[tally.why] ?? 0) + tally.runs;
  }
  return counts;
}

function sum(tallies: readonly Tally[], of: (tally: Tally) => number): number {
  return tallies.reduce((total, tally) => total + of(tally), 0);
}
