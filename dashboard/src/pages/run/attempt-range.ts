// Which attempt the tabs are of, and between which events it lies. An attempt's events go from its claim to the next one.

import { createContext, useContext } from "react";
import type { AttemptBody } from "../../../../src/protocol/http-view-routes.ts";
import { useApi } from "../../api/use-api.ts";
import { usePageRun } from "./use-run.ts";

export type AttemptRange = {
  /** Null: the whole run, whatever attempts it had. */
  attempt: number | null;
  /** The first event, by its seq, and the last one by now. */
  first: number;
  last: number;
};

export const AttemptRangeContext = createContext<AttemptRange | null>(null);

/** What the address chose: one attempt, or the whole run. */
export function useAttemptRange(): AttemptRange {
  const { run } = usePageRun();
  return useContext(AttemptRangeContext) ?? { attempt: null, first: 1, last: run.seq };
}

/** The attempts of the run, read again when one begins or ends. */
export function useAttempts({ isWanted = true } = {}) {
  const { run } = usePageRun();
  const { number = 0, outcome = null, startedAt = null } = run.attempt ?? {};
  const version = `${number} ${outcome} ${startedAt}`;
  const params = { id: run.id };
  return useApi("runAttempts", { params }, { isWanted: isWanted && number > 0, keepsLast: true, version });
}

/** Where an attempt lies among the events of its run; null for one that is not among those that were read. */
export function rangeOf(attempts: readonly AttemptBody[], attempt: number, lastSeq: number): AttemptRange | null {
  const index = attempts.findIndex((one) => one.attempt === attempt);
  const own = attempts[index];
  if (own === undefined) return null;
  const next = attempts[index + 1];
  return { attempt, first: own.claimedSeq, last: next === undefined ? lastSeq : next.claimedSeq - 1 };
}
