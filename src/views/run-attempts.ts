// The tries at a run, each with what was seen of its end: a fold of the run's events.

import { isKnown, type LedgerEvent } from "../core/events.ts";
import type { AttemptBody } from "../protocol/http-view-routes.ts";

/** Tries that are kept, the newest; a policy and a patient person may make many. */
const attemptsMax = 200;

export type AttemptFold = {
  /** Takes the run's next event, in order of `seq`. */
  take(event: LedgerEvent): void;
  result(): { attempts: AttemptBody[]; omitted: number };
};

/** A fold that has seen no event yet. */
export function collectAttempts(): AttemptFold {
  const attempts: AttemptBody[] = [];
  let omitted = 0;
  return {
    take(event) {
      if (!isKnown(event)) return;
      if (event.type === "attempt.claimed") {
        attempts.push(claimed(event, event.data.worker));
        if (attempts.length > attemptsMax) omitted += attempts.splice(0, 1).length;
        return;
      }
      const attempt = attempts.findLast((one) => one.attempt === event.attempt);
      if (attempt !== undefined) change(attempt, event);
    },
    result: () => ({ attempts, omitted }),
  };
}

function claimed({ attempt, seq, recordedAt }: LedgerEvent, worker: string): AttemptBody {
  return {
    ...{
      attempt: attempt ?? 0,
      claimedSeq: seq,
      claimedAt: recordedAt,
      startedAt: null,
      endedAt: null,
      worker,
      pid: null,
      containment: null,
      build: null,
    },
    ...{
      adoptions: 0,
      outcome: null,
      endedBy: null,
      error: null,
      score: null,
      passed: null,
      usage: null,
      evidence: null,
    },
  };
}

function change(attempt: AttemptBody, event: LedgerEvent): void {
  if (!isKnown(event)) return;
  switch (event.type) {
    case "attempt.started": {
      const { pid, containment, build } = event.data;
      Object.assign(attempt, { startedAt: event.recordedAt, pid, containment, build });
      break;
    }
    case "attempt.adopted":
      attempt.worker = event.data.worker;
      attempt.adoptions += 1;
      break;
    case "attempt.ended": {
      const { outcome, endedBy, error, score, passed, usage, evidence } = event.data;
      Object.assign(attempt, { endedAt: event.recordedAt, outcome, endedBy, error, score, passed, usage, evidence });
      break;
    }
    default:
      break; // what happened within the attempt is in other views
  }
}
