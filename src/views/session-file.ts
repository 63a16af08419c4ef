// The session file: one ended run as the JSON that existing tools read. It is a fold over the run's events and holds
// nothing that is not in them; names and units are those of its readers, not ours.

import type { EventData, KnownEvent, LedgerEvent, RunError, Scoring, Usage } from "../core/events.ts";
import { isKnown } from "../core/events.ts";
import { type Run, usageOf } from "../core/run.ts";
import { tookMs } from "../core/run-time.ts";

export type SessionAction = { call_id: string; tool: string; args: Record<string, unknown>; at: string };

export type SessionObservation =
  | {
      type: "tool_result";
      call_id: string;
      tool: string;
      ok: boolean;
      result: unknown;
      error: unknown;
      ms: number;
      at: string;
    }
  | ({ type: "transaction"; at: string } & EventData<"transaction.executed">);

export type SessionStep = {
  /** From 1, in the order in which the steps began. */
  step: number;
  /** Null for what was done outside of any step. */
  name: string | null;
  description: string | null;
  /** `open` if it never ended. */
  status: "open" | "completed" | "failed";
  started_at: string;
  ended_at: string | null;
  actions: SessionAction[];
  observations: SessionObservation[];
};

export type SessionFile = {
  execution_id: string;
  session_id: string;
  /** The `seq` of the newest event that it tells of. */
  as_of_seq: number;
  benchmark_id: string;
  agent_type: string;
  /** Whole Unix seconds; null if no runner ever began. */
  start_time: number | null;
  /** Whole Unix seconds; null while the run has not ended. */
  end_time: number | null;
  /** RFC 3339, UTC. */
  started_at: string | null;
  ended_at: string | null;
  final_result: {
    /** True only for a verdict that says passed. */
    success: boolean;
    score: number | null;
    status: Run["status"];
    execution_time_ms: number | null;
    data: SessionData;
  };
  steps: SessionStep[];
  /** Actions and observations that are in the ledger and, for their number, not in this file. */
  omitted: number;
};

export type SessionData = {
  kind: Run["kind"];
  passed: boolean | null;
  min_score: number | null;
  scoring: Scoring | null;
  ended_by: string | null;
  error: RunError | null;
  answer: EventData<"agent.finished"> | null;
  attempts: number;
  seed: number | null;
  labels: Record<string, string>;
  usage: Usage;
  imported: boolean;
};

/** Actions and observations in one file; a file for people and small tools must stay one that they can open. */
const itemsMax = 5_000;

/** Steps, actions and observations of a run, folded event by event. */
export type SessionSteps = {
  /** Takes the run's next event; order is that of `seq`. */
  take(event: LedgerEvent): void;
  result(): { steps: SessionStep[]; omitted: number; answer: EventData<"agent.finished"> | null };
};

/** A fold that has seen no event yet. Steps are those of the try that counts: a try that starts anew empties it. */
export function collectSteps(): SessionSteps {
  let state = emptyState();
  return {
    take(event) {
      if (!isKnown(event)) return;
      if (startsAnew(state, event)) state = emptyState();
      else fold(state, event);
    },
    result: () => ({ steps: state.steps, omitted: state.omitted, answer: state.answer }),
  };
}

/** The session file of a run and what its events folded to. */
export function sessionFile(run: Run, { steps, omitted, answer }: ReturnType<SessionSteps["result"]>): SessionFile {
  return {
    execution_id: run.id,
    session_id: run.id,
    as_of_seq: run.seq,
    benchmark_id: run.subject.id,
    agent_type: run.agent?.name ?? run.kind,
    start_time: unixSeconds(run.startedAt),
    end_time: unixSeconds(run.endedAt),
    started_at: run.startedAt,
    ended_at: run.endedAt,
    final_result: {
      success: run.passed === true,
      score: run.score,
      status: run.status,
      execution_time_ms: tookMs(run),
      data: {
        kind: run.kind,
        passed: run.passed,
        min_score: run.minScore,
        scoring: run.scoring,
        ended_by: run.endedBy,
        error: run.error,
        answer,
        attempts: run.attempt?.number ?? 0,
        seed: run.seed,
        labels: run.labels,
        usage: usageOf(run),
        imported: run.imported,
      },
    },
    steps,
    omitted,
  };
}

type State = {
  steps: SessionStep[];
  /** The step that takes what comes next; null outside of any. */
  open: SessionStep | null;
  items: number;
  omitted: number;
  answer: EventData<"agent.finished"> | null;
  /** Whether there is a checkpoint to go on from. */
  isKept: boolean;
};

function emptyState(): State {
  return { steps: [], open: null, items: 0, omitted: 0, answer: null, isKept: false };
}

/** An attempt that goes on from a checkpoint goes on in the step that is open; every other try begins again. */
function startsAnew({ isKept }: State, event: KnownEvent): boolean {
  if (event.type === "attempt.claimed") return !isKept;
  return event.type === "run.retried" || (event.type === "run.retry_scheduled" && event.data.why === "policy");
}

function fold(state: State, event: KnownEvent): void {
  const { at } = event;
  switch (event.type) {
    case "step.started":
      begin(state, event.data.step, event.data.description ?? null, at);
      break;
    case "step.completed":
      end(state, event.data.step, "completed", at);
      break;
    case "step.failed":
      end(state, event.data.step, "failed", at);
      break;
    case "tool.called": {
      const { callId, tool, args } = event.data;
      keep(state, at, (step) => step.actions.push({ call_id: callId, tool, args, at }));
      break;
    }
    case "tool.returned": {
      const { callId, tool, ok, result = null, error = null, ms } = event.data;
      const observation = { type: "tool_result" as const, call_id: callId, tool, ok, result, error, ms, at };
      keep(state, at, (step) => step.observations.push(observation));
      break;
    }
    case "transaction.executed": {
      const observation = { ...event.data, type: "transaction" as const, at };
      keep(state, at, (step) => step.observations.push(observation));
      break;
    }
    case "agent.finished":
      state.answer = event.data;
      break;
    case "attempt.ended":
      state.isKept ||= event.data.checkpoint !== null;
      break;
    default:
      break; // the rest of a run is in its status, or is no deed of the agent
  }
}

function keep(state: State, at: string, add: (step: SessionStep) => void): void {
  state.items += 1;
  if (state.items > itemsMax) state.omitted += 1;
  else add(state.open ?? begin(state, null, null, at));
}

function begin(state: State, name: string | null, description: string | null, at: string): SessionStep {
  const number = state.steps.length + 1;
  const step: SessionStep = {
    step: number,
    name,
    description,
    status: "open",
    started_at: at,
    ended_at: null,
    actions: [],
    observations: [],
  };
  state.open = step;
  if (number <= itemsMax) state.steps.push(step);
  else state.omitted += 1;
  return step;
}

function end(state: State, name: string, status: "completed" | "failed", at: string): void {
  const step = state.steps.findLast((candidate) => candidate.name === name && candidate.ended_at === null);
  if (step === undefined) return;
  step.status = status;
  step.ended_at = at;
  if (state.open === step) state.open = null;
}

function unixSeconds(time: string | null): number | null {
  return time === null ? null : Math.floor(Date.parse(time) / 1000);
}
