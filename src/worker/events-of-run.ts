// The events of one run, page by page, for whatever is derived from all of them.

import type { LedgerEvent } from "../core/events.ts";
import type { Run } from "../core/run.ts";
import type { Ledger } from "../ledger/ledger.ts";

const pageEvents = 500;

/** Events up to the state that was read, so that what is made of them and that state are of one moment. */
export async function* eventsOfRun(ledger: Ledger, run: Pick<Run, "id" | "seq">): AsyncGenerator<LedgerEvent> {
  for (let after = 0; after < run.seq; ) {
    const page = await ledger.readEvents(run.id, after, Math.min(pageEvents, run.seq - after));
    const last = page.at(-1);
    if (last === undefined) return;
    yield* page;
    after = last.seq;
  }
}
