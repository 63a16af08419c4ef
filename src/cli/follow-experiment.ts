// The events of an experiment's runs as the ledger gets them, by whomever the runs are worked on.

import type { LedgerEvent } from "../core/events.ts";
import type { Run } from "../core/run.ts";
import type { Cursor, Ledger } from "../ledger/ledger.ts";
import { runUnlessDeleted } from "./experiment-work.ts";

export type FollowExperimentOptions = {
  ledger: Ledger;
  experimentId: string;
  after: Cursor;
  /** Fires when nothing more is to come: what is there is still read. */
  signal: AbortSignal;
  onEvent?(event: LedgerEvent): void;
  /** A run has ended; as it is now. */
  onEnded(run: Run): void | Promise<void>;
  /** After each look, whether it found something or not; at least each second. */
  onLook?(): void | Promise<void>;
};

const pageEvents = 500;
const idleMs = 1_000;
const endings: readonly string[] = ["run.completed", "run.failed", "run.timed_out", "run.cancelled", "run.lost"];

/** Reads until the signal has fired and everything was read. */
export async function followExperiment(options: FollowExperimentOptions): Promise<void> {
  const { ledger, experimentId, signal, onEvent, onEnded, onLook } = options;
  const members = new Map<string, boolean>();
  const isMember = async (event: LedgerEvent): Promise<boolean> => {
    if (event.runId === null) return event.type === "experiment.planned" && event.data.id === experimentId;
    if (event.type === "run.queued") return event.data.experimentId === experimentId;
    const known = members.get(event.runId);
    if (known !== undefined) return known;
    const isOfIt = (await runUnlessDeleted(ledger, event.runId))?.experimentId === experimentId;
    members.set(event.runId, isOfIt);
    return isOfIt;
  };
  let cursor = options.after;
  for (;;) {
    const since = ledger.changeMark();
    const isLast = signal.aborted;
    const page = await ledger.readAll(cursor, pageEvents);
    cursor = page.cursor;
    for (const event of page.events) {
      if (!(await isMember(event))) continue;
      onEvent?.(event);
      if (event.runId === null || !endings.includes(event.type)) continue;
      // Nothing of it follows but by a person's command, so it need not be remembered.
      members.delete(event.runId);
      const run = await runUnlessDeleted(ledger, event.runId);
      if (run !== null) await onEnded(run);
    }
    await onLook?.();
    if (page.events.length > 0) continue;
    if (isLast) return;
    await ledger.waitForChange({ timeoutMs: idleMs, signal, since });
  }
}
