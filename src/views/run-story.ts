// What a report of one run needs beyond its fold: the transactions of the try that counts, what was seen of each end,
// and what was going on at that moment. A fold like the run's own, event by event.

import { type EventData, type Evidence, isKnown, type LedgerEvent } from "../core/events.ts";
import { evolve, type Run } from "../core/run.ts";

export type Transaction = EventData<"transaction.executed">;

export type RunStory = {
  run: Run;
  /** The last `transactionsMax` of the present try, and how many there were. */
  transactions: Transaction[];
  transactionCount: number;
  /** The last attempt's end as it was recorded; null while it has none. */
  ending: { data: EventData<"attempt.ended">; at: string; before: Run } | null;
  answer: EventData<"agent.finished"> | null;
};

/** Transactions that a report shows; `show --tx N` reads any of them. */
const transactionsMax = 20;

/** The story after one more event of the run. */
export function evolveStory(story: RunStory | null, event: LedgerEvent): RunStory {
  const run = evolve(story?.run ?? null, event);
  const last = story === null ? emptyStory(run) : { ...story, run };
  if (!isKnown(event)) return last;
  switch (event.type) {
    case "attempt.claimed":
      return emptyStory(run);
    case "transaction.executed":
      return {
        ...last,
        transactions: [...last.transactions, event.data].slice(-transactionsMax),
        transactionCount: last.transactionCount + 1,
      };
    case "agent.finished":
      return { ...last, answer: event.data };
    case "attempt.ended":
      return { ...last, ending: { data: event.data, at: event.recordedAt, before: story?.run ?? run } };
    default:
      return last;
  }
}

/** The story of a run from its first event; null if there are none. */
export function foldStory(events: Iterable<LedgerEvent>): RunStory | null {
  let story: RunStory | null = null;
  for (const event of events) story = evolveStory(story, event);
  return story;
}

/** What was seen of the last end. */
export function lastEvidence(story: RunStory): Evidence | null {
  return story.ending?.data.evidence ?? null;
}

function emptyStory(run: Run): RunStory {
  return { run, transactions: [], transactionCount: 0, ending: null, answer: null };
}
