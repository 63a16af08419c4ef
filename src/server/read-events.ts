// Events of one run, page by page: for folds that need all of them, and for lists that need the next few of a kind.

import type { LedgerEvent } from "../core/events.ts";
import type { Run } from "../core/run.ts";
import { systemLimits } from "../core/system-limits.ts";
import type { Ledger } from "../ledger/ledger.ts";

const pageEvents = 500;

/** All events of a run as they are by now. */
async function* eventsOfRun(ledger: Ledger, runId: string): AsyncGenerator<LedgerEvent> {
  for (let after = 0; ; ) {
    const page = await ledger.readEvents(runId, after, pageEvents);
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < pageEvents) return;
    after = last.seq;
  }
}

/** Gives a fold all events of a run. @returns the fold */
export async function foldRun<F extends { take(event: LedgerEvent): unknown }>(
  ledger: Ledger,
  runId: string,
  fold: F,
): Promise<F> {
  for await (const event of eventsOfRun(ledger, runId)) fold.take(event);
  return fold;
}

/** Gives a fold the events up to the moment of this run as it was read, so that both say the same. @returns the fold */
export async function foldUntil<F extends { take(event: LedgerEvent): unknown }>(
  ledger: Ledger,
  run: Pick<Run, "id" | "seq">,
  fold: F,
): Promise<F> {
  for await (const event of eventsOfRun(ledger, run.id)) {
    if (event.seq > run.seq) break;
    fold.take(event);
  }
  return fold;
}

/**
 * The next items after `seq`, at most `limit`. One request looks at a limited number of events: a page may come back
 * short, with the place to go on from.
 */
export async function pageOfItems<T>(
  ledger: Ledger,
  of: { runId: string; after: number; limit: number; pick: (event: LedgerEvent) => T | null },
): Promise<{ items: T[]; next: number | null }> {
  const { runId, limit, pick } = of;
  const items: T[] = [];
  let { after } = of;
  for (let looks = 0; looks < systemLimits.pageLooksMax; looks += pageEvents) {
    const page = await ledger.readEvents(runId, after, pageEvents);
    for (const event of page) {
      const item = pick(event);
      if (item !== null) items.push(item);
      after = event.seq;
      if (items.length === limit) return { items, next: after };
    }
    if (page.length < pageEvents) return { items, next: null };
  }
  return { items, next: after };
}
