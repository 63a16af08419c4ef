// What came of an attempt, in words.

import type { Evidence } from "../../../../src/core/events.ts";
import type { Run } from "../../../../src/core/run.ts";
import type { AttemptBody } from "../../../../src/protocol/http-view-routes.ts";
import { seenWords } from "../../../../src/views/ending-report.ts";

/** `failed`, or how far it is. */
export function outcomeWords({ outcome, startedAt }: AttemptBody): string {
  return outcome?.replaceAll("_", " ") ?? (startedAt === null ? "claimed" : "under way");
}

/** Why it ended so, and what was seen of it; empty while it has not ended. */
export function endWords({ outcome, error, evidence, endedBy }: AttemptBody, kind: Run["kind"]): string[] {
  if (outcome === null) return [];
  const why = error === null ? (endedBy === null ? [] : [`ended by ${endedBy}`]) : [error.message];
  const seen = evidence === null ? [] : seenWords(evidence as unknown as Evidence, { kind, error });
  return [...why, ...seen].filter((words) => words !== "");
}
