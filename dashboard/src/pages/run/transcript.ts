// What happened in a run as one story: steps, calls with their answers, and what was said, in their order. A fold of the
// run's events, as far as they were read.

import { currentEvent, isKnown, type LedgerEvent } from "../../../../src/core/events.ts";
import type { EventBody } from "../../../../src/protocol/http-resources.ts";
import type { MessageBody } from "../../../../src/protocol/http-view-routes.ts";
import { messageOf } from "../../../../src/views/run-items.ts";

export type Answer = { ok: boolean; result: unknown; error: unknown; ms: number };
/** `open`: no end was read. */
type Standing = "open" | "completed" | "failed";

export type StoryRow =
  | { kind: "attempt"; seq: number; at: string; attempt: number; outcome: string | null }
  | {
      kind: "step";
      seq: number;
      at: string;
      name: string;
      description: string | null;
      standing: Standing;
      endedAt: string | null;
    }
  | { kind: "call"; seq: number; at: string; tool: string; args: Record<string, unknown>; answer: Answer | null }
  | { kind: "message"; seq: number; at: string; message: MessageBody };
/** `isWithin`: within a step. `isOver`: its attempt has ended, so what is open stays so. */
export type PlacedRow = StoryRow & { isWithin: boolean; isOver: boolean };

export const callTypes = ["step.started", "step.completed", "step.failed", "tool.called", "tool.returned"] as const;
export const messageTypes = [
  ...["agent.messaged", "agent.finished", "model.answered", "model.failed", "log.written"],
] as const;
/** Where attempts begin and end; in every story. */
export const frameTypes = ["attempt.claimed", "attempt.ended"] as const;

type State = {
  rows: PlacedRow[];
  step: Extract<PlacedRow, { kind: "step" }> | null;
  /** Calls without an answer so far, by their id. */
  open: Map<string, Extract<PlacedRow, { kind: "call" }>>;
  /** Where the rows of the attempt begin. */
  begin: number;
};

/** The rows of consecutive events; `withAttempts` puts a heading before each attempt. */
export function storyOf(events: readonly EventBody[], { withAttempts }: { withAttempts: boolean }): PlacedRow[] {
  const state: State = { rows: [], step: null, open: new Map(), begin: 0 };
  for (const body of events) take(state, currentEvent(body), withAttempts);
  return state.rows;
}

function take(state: State, event: LedgerEvent, withAttempts: boolean): void {
  if (!isKnown(event)) return;
  const { seq, at } = event;
  const place = { seq, at, isWithin: state.step !== null, isOver: false };
  switch (event.type) {
    case "attempt.claimed":
      Object.assign(state, { step: null, begin: state.rows.length });
      state.open.clear();
      if (withAttempts) {
        const attempt = event.attempt ?? 0;
        state.rows.push({ ...place, kind: "attempt", attempt, outcome: null, isWithin: false });
      }
      break;
    case "attempt.ended":
      for (const row of state.rows.slice(state.begin)) {
        row.isOver = true;
        if (row.kind === "attempt") row.outcome = event.data.outcome;
      }
      state.step = null;
      break;
    case "step.started": {
      const { step: name, description = null } = event.data;
      state.step = { ...place, kind: "step", name, description, standing: "open", endedAt: null, isWithin: false };
      state.rows.push(state.step);
      break;
    }
    case "step.completed":
    case "step.failed":
      if (state.step?.name === event.data.step) {
        state.step.standing = event.type === "step.failed" ? "failed" : "completed";
        state.step.endedAt = at;
      }
      state.step = null;
      break;
    case "tool.called": {
      const { tool, args, callId } = event.data;
      const row = { ...place, kind: "call" as const, tool, args, answer: null };
      state.rows.push(row);
      state.open.set(callId, row);
      break;
    }
    case "tool.returned": {
      const { ok, result = null, error = null, ms, callId } = event.data;
      const row = state.open.get(callId);
      if (row !== undefined) row.answer = { ok, result, error, ms };
      state.open.delete(callId);
      break;
    }
    default: {
      const message = messageOf(event);
      if (message !== null) state.rows.push({ ...place, kind: "message", message });
    }
  }
}
