// The events of an experiment's runs as the ledger gets them, by whomever the runs are worked on.

import { RunledgerError } from "../core/errors.ts";
import type { LedgerEvent } from "../core/events.ts";
import { isTerminal, runStatuses } from "../core/moves.ts";
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
  /** A run has ended; as it is now. Of each end it is told once, also of those whose events were missed. */
  onEnded(run: Run): void | Promise<void>;
  /** The ledger goes on from another point, as after a failover: events between the two may be missed. */
  onReset?(): void;
  /** After each look, whether it found something or not; at least each second. */
  onLook?(): void | Promise<void>;
};

const pageEvents = 500;
const pageRuns = 200;
const idleMs = 1_000;
const endings: readonly string[] = ["run.completed", "run.failed", "run.timed_out", "run.cancelled", "run.lost"];

/** Reads until the signal has fired and everything was read. */
export async function followExperiment(options: FollowExperimentOptions): Promise<void> {
  const { ledger, experimentId, signal, onEvent, onReset, onLook } = options;
  const isMember = memberTest(ledger, experimentId);
  const ends = new Ends(options);
  await ends.note();
  let cursor = options.after;
  for (;;) {
    const since = ledger.changeMark();
    const isLast = signal.aborted;
    const page = await unlessReset(ledger.readAll(cursor, pageEvents));
    if (page === null) {
      // From the new cursor on nothing is missed; what ended before it is found by the runs themselves.
      cursor = await ledger.headCursor();
      onReset?.();
      await ends.tellMissed();
    } else {
      cursor = page.cursor;
      for (const event of page.events) {
        if (!(await isMember(event))) continue;
        onEvent?.(event);
        await ends.onEvent(event);
      }
    }
    await onLook?.();
    if (page !== null && page.events.length > 0) continue;
    if (isLast) return;
    await ledger.waitForChange({ timeoutMs: idleMs, signal, since });
  }
}

/** Null if the cursor is of another epoch than the ledger has by now. */
async function unlessReset<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof RunledgerError && error.code === "cursor.reset") return null;
    throw error;
  }
}

/** Whether an event is of the experiment or of a run of it. */
function memberTest(ledger: Ledger, experimentId: string): (event: LedgerEvent) => Promise<boolean> {
  const members = new Map<string, boolean>();
  return async (event) => {
    if (event.runId === null) return event.type === "experiment.planned" && event.data.id === experimentId;
    if (event.type === "run.queued") return event.data.experimentId === experimentId;
    // Nothing of an ended run follows but by a person's command, so it need not be remembered.
    const known = members.get(event.runId);
    if (endings.includes(event.type)) members.delete(event.runId);
    if (known !== undefined) return known;
    const isOfIt = (await runUnlessDeleted(ledger, event.runId))?.experimentId === experimentId;
    if (!endings.includes(event.type)) members.set(event.runId, isOfIt);
    return isOfIt;
  };
}

/** Tells of each end once. */
class Ends {
  readonly #of: FollowExperimentOptions;
  /** By run the end that was told last, and up to which of its events nothing is left to tell. */
  readonly #told = new Map<string, { endedAt: string | null; seq: number }>();

  constructor(of: FollowExperimentOptions) {
    this.#of = of;
  }

  /** What had ended before is not told. What ends right now comes as an event, and is. */
  async note(): Promise<void> {
    for await (const { id, endedAt } of this.#endedRuns()) this.#told.set(id, { endedAt, seq: 0 });
  }

  async onEvent({ runId, type, seq }: LedgerEvent): Promise<void> {
    if (runId === null || !endings.includes(type) || seq <= (this.#told.get(runId)?.seq ?? 0)) return;
    const run = await runUnlessDeleted(this.#of.ledger, runId);
    if (run === null) return;
    this.#told.set(runId, { endedAt: run.endedAt, seq });
    await this.#of.onEnded(run);
  }

  /** Ends whose events were missed. */
  async tellMissed(): Promise<void> {
    for await (const run of this.#endedRuns()) {
      const { id, endedAt, seq } = run;
      if (this.#told.get(id)?.endedAt === endedAt) continue;
      this.#told.set(id, { endedAt, seq });
      await this.#of.onEnded(run);
    }
  }

  async *#endedRuns(): AsyncGenerator<Run> {
    const { ledger, experimentId } = this.#of;
    const filter = { experimentId, statuses: runStatuses.filter(isTerminal) };
    for (let pageToken: string | null | undefined; pageToken !== null; ) {
      const page = await ledger.listRuns(filter, {
        ...{ order: "oldest", pageSize: pageRuns, pageToken: pageToken ?? null },
      });
      yield* page.runs;
      pageToken = page.nextToken;
    }
  }
}
