// The events of one run, from the first to the end, as the ledger gets them. Whoever shows a run live reads it here.

import type { LedgerEvent } from "../core/events.ts";
import { isTerminal } from "../core/moves.ts";
import type { Run } from "../core/run.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { evolveStory, type RunStory } from "../views/run-story.ts";
import { deletedMeanwhile, isDeletion } from "./deletion.ts";

export type FollowOptions = {
  ledger: Ledger;
  runId: string;
  signal: AbortSignal;
  /** Events up to this seq are folded and not told: what came before this reader's part. 0 if not given. */
  afterSeq?: number;
  /** Each event with the story after it. */
  onEvent(event: LedgerEvent, story: RunStory): void | Promise<void>;
  /** Called about each second, whatever is new: in this run, or in others, which are changes of the ledger like its own. */
  onLook?(run: Run): void | Promise<void>;
};

const pageEvents = 500;
const lookMs = 1_000;

/**
 * Follows a run until nothing more can come by itself: it is terminal or paused and every event was read. Stops early
 * when the signal fires. @returns the story so far
 * @throws RunledgerError `run.deleted-meanwhile` if somebody deletes it
 */
export async function followRun(options: FollowOptions): Promise<RunStory> {
  try {
    return await follow(options);
  } catch (error) {
    throw isDeletion(error) ? deletedMeanwhile(options.runId) : error;
  }
}

async function follow(options: FollowOptions): Promise<RunStory> {
  const { ledger, runId, signal, afterSeq = 0, onEvent, onLook } = options;
  let story: RunStory | null = null;
  let lookAtMs = performance.now() + lookMs;
  while (!signal.aborted || story === null) {
    const since = ledger.changeMark();
    const events: LedgerEvent[] = await ledger.readEvents(runId, story?.run.seq ?? 0, pageEvents);
    for (const event of events) {
      story = evolveStory(story, event);
      if (event.seq > afterSeq) await onEvent(event, story);
    }
    if (events.length === 0) {
      if (story === null || (await ledger.isDeleted(runId))) throw deletedMeanwhile(runId);
      if (isAtRest(story.run)) break;
      await ledger.waitForChange({ timeoutMs: Math.max(0, lookAtMs - performance.now()), signal, since });
    }
    if (story === null || signal.aborted || performance.now() < lookAtMs) continue;
    lookAtMs = performance.now() + lookMs;
    await onLook?.(story.run);
  }
  return story;
}

/** Nothing happens to such a run until a person says so. */
function isAtRest({ status }: Run): boolean {
  return isTerminal(status) || status === "paused";
}
