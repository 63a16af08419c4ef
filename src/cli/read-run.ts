// All events of one run, page by page.

import type { LedgerEvent } from "../core/events.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { evolveStory, type RunStory } from "../views/run-story.ts";

const pageEvents = 500;

/** The run's events in order, from the first to the newest at the time of reading. */
export async function* eventsOf(ledger: Ledger, runId: string): AsyncGenerator<LedgerEvent> {
  for (let after = 0; ; ) {
    const page = await ledger.readEvents(runId, after, pageEvents);
    yield* page;
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.seq;
  }
}

/** The story as it stood after the last event that `isWithin`; null if there is none. */
export async function storyOf(
  ledger: Ledger,
  runId: string,
  isWithin: (event: LedgerEvent) => boolean = () => true,
): Promise<RunStory | null> {
  let story: RunStory | null = null;
  for await (const event of eventsOf(ledger, runId)) {
    if (!isWithin(event)) break;
    story = evolveStory(story, event);
  }
  return story;
}
