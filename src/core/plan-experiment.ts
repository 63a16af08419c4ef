// What an experiment is planned from, and its cells: subjects x agents x conditions x trials, each a run of its own.
// Pure. The cells are made one by one, so that a plan of many thousands costs no more memory than its subjects.

import type { EventData } from "./events.ts";
import { effectiveLimits, type RunLimitsPatch, runLimitsPatch } from "./limits.ts";

type Queued = EventData<"run.queued">;

export type PlannedSubject = {
  subject: Queued["subject"];
  minScore: number | null;
  /** Limits of the subject's own file. */
  limits: RunLimitsPatch;
};

/** `params` of each run of this agent: what it was given beside its name. */
export type PlannedAgent = { identity: NonNullable<Queued["agent"]>; params: Record<string, unknown> };

/** `set` maps paths in the subject to values: `limits.turns` to 5. */
export type Condition = EventData<"experiment.planned">["conditions"][number];

export type ExperimentPlan = {
  id: string;
  name: string | null;
  /** The experiment file, if there is one. */
  file: string | null;
  /** Files and folders as they were named. */
  sources: string[];
  subjects: PlannedSubject[];
  agents: PlannedAgent[];
  /** At least one; a single one without a name stands for none. */
  conditions: Condition[];
  trials: number;
  seedBase: number;
  /** Runs at once, as they were asked for. */
  jobs: number;
  /** Limits that lie over those of files and conditions. */
  limits: RunLimitsPatch;
  /** What all cells have alike. */
  shared: Pick<Queued, "labels" | "priority" | "retryPolicy" | "params" | "who">;
  /** Of the request that planned it, if that had a key of its own. */
  requestDigest?: string;
};

/** Subjects that the event names; the others are in the runs. */
const namedSubjectsMax = 100;
const namedSourcesMax = 100;
const seedMax = 0xffff_ffff;

export function cellCount({ subjects, agents, conditions, trials }: ExperimentPlan): number {
  return subjects.length * agents.length * conditions.length * trials;
}

/** The event that says what was planned. */
export function plannedEvent(plan: ExperimentPlan): EventData<"experiment.planned"> {
  const ids = plan.subjects.slice(0, namedSubjectsMax).map(({ subject }) => subject.id);
  return {
    id: plan.id,
    name: plan.name,
    file: plan.file,
    sources: plan.sources.slice(0, namedSourcesMax),
    subjects: { kind: plan.subjects[0]?.subject.kind ?? "benchmark", count: plan.subjects.length, ids },
    agents: plan.agents.map(({ identity }) => identity),
    conditions: plan.conditions,
    trials: plan.trials,
    seeds: { mode: "paired", base: plan.seedBase },
    limits: onlySet(plan.limits),
    cells: cellCount(plan),
    jobs: plan.jobs,
    who: plan.shared.who,
    ...(plan.requestDigest === undefined ? {} : { requestDigest: plan.requestDigest }),
  };
}

/** The runs of the plan in the order in which they are to be done: a whole round of trials before the next one. */
export function* cellsOf(plan: ExperimentPlan): Generator<Queued> {
  for (let trial = 1; trial <= plan.trials; trial += 1) {
    for (const subject of plan.subjects) {
      for (const condition of plan.conditions) {
        for (const agent of plan.agents) yield cellOf(plan, { trial, subject, condition, agent });
      }
    }
  }
}

/** Trial k has the same seed in every cell, so that agents and conditions are compared on the same worlds. */
export function seedOfTrial(base: number, trial: number): number {
  return (base + trial - 1) % (seedMax + 1);
}

/** The limits that a condition sets. */
export function limitsOfCondition({ set }: Condition): RunLimitsPatch {
  const limits = Object.entries(set).flatMap(([path, value]) => {
    const [, name] = /^limits\.(.+)$/.exec(path) ?? [];
    return name === undefined ? [] : [[name, value] as const];
  });
  return runLimitsPatch.parse(Object.fromEntries(limits));
}

/** The name of the condition that a run is of; null if its experiment has none. */
export function conditionOf({ params }: Pick<Queued, "params">): string | null {
  return typeof params.condition === "string" ? params.condition : null;
}

function onlySet(patch: RunLimitsPatch): Record<string, number | null> {
  return Object.fromEntries(
    Object.entries(patch).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

type Cell = { trial: number; subject: PlannedSubject; condition: Condition; agent: PlannedAgent };

function cellOf(plan: ExperimentPlan, { trial, subject, condition, agent }: Cell): Queued {
  const ofCondition = condition.name === null ? {} : { condition: condition.name };
  return {
    kind: subject.subject.kind,
    subject: subject.subject,
    agent: agent.identity,
    name: null,
    params: { ...plan.shared.params, ...agent.params, ...ofCondition },
    seed: seedOfTrial(plan.seedBase, trial),
    labels: plan.shared.labels,
    priority: plan.shared.priority,
    limits: effectiveLimits(subject.subject.kind, subject.limits, limitsOfCondition(condition), plan.limits),
    retryPolicy: plan.shared.retryPolicy,
    experimentId: plan.id,
    trial,
    minScore: subject.minScore,
    againOf: null,
    imported: false,
    who: plan.shared.who,
  };
}
