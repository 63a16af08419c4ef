// Single events of a run as items of the views that list them. Each gives null for an event that is none of its own.

import { type EventData, isKnown, type LedgerEvent } from "../core/events.ts";
import type { FileBody, MessageBody, ScoreBody, StepBody, TransactionBody } from "../protocol/http-view-routes.ts";
import type { SessionStep } from "./session-file.ts";

/** What an agent or a program said. */
export function messageOf(event: LedgerEvent): MessageBody | null {
  if (!isKnown(event)) return null;
  const { seq, at, attempt } = event;
  switch (event.type) {
    case "agent.finished":
      return { seq, at, attempt, from: "agent", kind: event.data.how, text: event.data.text ?? "" };
    case "agent.messaged": {
      const { role, text, agent = "agent" } = event.data;
      return { seq, at, attempt, from: role === "assistant" ? agent : "runner", kind: role, text };
    }
    case "model.answered": {
      const said = saidByModel(event.data);
      return said === null ? null : { seq, at, attempt, ...said };
    }
    case "model.failed": {
      const { purpose, error } = event.data;
      return { seq, at, attempt, from: purpose, kind: "error", text: `${error.code}: ${error.message}` };
    }
    case "log.written":
      return { seq, at, attempt, from: event.actor, kind: event.data.level, text: event.data.message };
    default:
      return null;
  }
}

/**
 * What an answer holds that nobody has said otherwise: an agent's text comes as its message, so here only what it thought;
 * of a judge or an engine the text. An answer that was told again says nothing new.
 */
function saidByModel(answer: EventData<"model.answered">): Pick<MessageBody, "from" | "kind" | "text"> | null {
  const { purpose, text, reasoning, replayed } = answer;
  if (replayed) return null;
  if (purpose === "agent") return isSaid(reasoning) ? { from: "agent", kind: "reasoning", text: reasoning } : null;
  return isSaid(text) ? { from: purpose, kind: "assistant", text } : null;
}

function isSaid(text: string | null): text is string {
  return text !== null && text.trim() !== "";
}

export function transactionOf(event: LedgerEvent): TransactionBody | null {
  if (!isKnown(event) || event.type !== "transaction.executed") return null;
  const { seq, at, attempt } = event;
  return { ...event.data, seq, at, attempt };
}

/** A score of the whole, or of a step of a flow. */
export function scoreOf(event: LedgerEvent): ScoreBody | null {
  if (!isKnown(event)) return null;
  const { seq, at, attempt } = event;
  switch (event.type) {
    case "score.recorded": {
      const { score, passed, minScore, scoring = null } = event.data;
      return { seq, at, attempt, step: null, score, passed, minScore, scoring };
    }
    case "step.completed":
    case "step.failed": {
      const { step, score, passed } = event.data;
      if (typeof score !== "number") return null;
      const verdict = typeof passed === "boolean" ? passed : null;
      return { seq, at, attempt, step, score, passed: verdict, minScore: null, scoring: null };
    }
    default:
      return null;
  }
}

/** A file that was kept, by the name that it was given. */
export function fileOf(event: LedgerEvent): FileBody | null {
  if (!isKnown(event) || event.type !== "artifact.written") return null;
  const { name, bytes, digest } = event.data;
  return { name, bytes, digest, attempt: event.attempt, at: event.at };
}

/** A step of the session file in the spelling of the API. */
export function stepOf(step: SessionStep): StepBody {
  return {
    step: step.step,
    name: step.name,
    description: step.description,
    status: step.status,
    startedAt: step.started_at,
    endedAt: step.ended_at,
    actions: step.actions.map(({ call_id: callId, ...action }) => ({ callId, ...action })),
    observations: step.observations.map((one) => {
      if (one.type === "transaction") return { ...one };
      const { call_id: callId, ...observation } = one;
      return { callId, ...observation };
    }),
  };
}
