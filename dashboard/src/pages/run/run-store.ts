// One run as its page holds it: the fold as the server had it at one event, and from there on the page's own fold by the
// same function. What cannot be folded, since it is seen and not recorded (who is alive, what is waited for), is read.

import { type Computed, computeFields } from "../../../../src/core/computed.ts";
import { RunledgerError } from "../../../../src/core/errors.ts";
import { currentEvent, type LedgerEvent } from "../../../../src/core/events.ts";
import { isActive, isTerminal } from "../../../../src/core/moves.ts";
import { evolve, type Run } from "../../../../src/core/run.ts";
import type { EventBody, RunBody } from "../../../../src/protocol/http-resources.ts";
import { type RunResource, runResource } from "../../../../src/views/run-resource.ts";
import { listenToChanges } from "../../api/change-feed.ts";
import { client } from "../../api/client.ts";
import { type LiveStream, openLiveStream } from "../../api/live-stream.ts";
import { whileShown } from "../../api/while-shown.ts";

export type RunView = {
  /** Null until it was read. */
  run: Run | null;
  /** The same as the API shows it, with what was seen at the last look. */
  shown: RunResource | null;
  /** Why it could not be read; null if it could. */
  error: unknown;
  isDeleted: boolean;
};

/** Events of a burst are shown together. */
const publishMs = 80;
/** How often what is seen and not recorded is looked at again, while the run is at work or waits. */
const lookMs = 3_000;

export class RunStore {
  readonly id: string;
  readonly #listeners = new Set<() => void>();
  #run: Run | null = null;
  #seen: RunBody | null = null;
  #view: RunView = { run: null, shown: null, error: null, isDeleted: false };
  #stream: LiveStream | null = null;
  #stopFeed: (() => void) | null = null;
  #publishing: ReturnType<typeof setTimeout> | undefined;
  #stopLooking: (() => void) | null = null;
  #isClosed = false;

  constructor(id: string) {
    this.id = id;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly view = (): RunView => this.#view;

  /** Reads and follows it until the function that it gives is called. It may begin again afterwards. */
  begin(): () => void {
    this.#isClosed = false;
    void this.open();
    return () => this.#close();
  }

  /** Reads the run and follows it from there. */
  async open(): Promise<void> {
    this.#stopLooking?.();
    try {
      const params = { id: this.id };
      const [seen, state] = await Promise.all([
        client.call("getRun", { params }),
        client.call("runState", { params, query: {} }),
      ]);
      if (this.#isClosed) return;
      this.#seen = seen;
      this.#run = state.run as Run;
      this.#publish({ error: null });
      this.#follow();
      this.#stopLooking?.();
      this.#stopLooking = whileShown(lookMs, () => void this.#lookAgain());
    } catch (error) {
      if (!this.#isClosed) this.#fail(error);
    }
  }

  #close(): void {
    this.#isClosed = true;
    clearTimeout(this.#publishing);
    this.#stopLooking?.();
    this.#leave();
  }

  /** An ended run has no stream of its own any more; that somebody retries or deletes it, the changes tell. */
  #follow(): void {
    this.#leave();
    if (this.#run === null || this.#isClosed) return;
    if (isTerminal(this.#run.status)) {
      this.#stopFeed = listenToChanges({
        onChanges: ({ runs, deleted }) => {
          const changed = runs.find(({ id }) => id === this.id);
          if (deleted.includes(this.id)) this.#publish({ isDeleted: true });
          else if (changed !== undefined && changed.seq > (this.#run?.seq ?? 0)) void this.open();
        },
        onReset: () => void this.#lookAgain(),
      });
      return;
    }
    const opened = openLiveStream({
      name: `run ${this.id}`,
      from: String(this.#run.seq),
      urlOf: (from) => client.urlOf("runEvents", { params: { id: this.id }, query: { after: Number(from ?? 0) } }),
      onMessage: ({ type, data }) => {
        if (opened !== this.#stream) return;
        if (type === "message") this.#take(JSON.parse(data) as EventBody);
        else void this.open();
      },
    });
    this.#stream = opened;
  }

  #leave(): void {
    this.#stream?.close();
    this.#stream = null;
    this.#stopFeed?.();
    this.#stopFeed = null;
  }

  #take(body: EventBody): void {
    if (this.#run === null || body.seq <= this.#run.seq) return;
    if (body.seq > this.#run.seq + 1) {
      void this.open();
      return;
    }
    const event: LedgerEvent = currentEvent(body);
    this.#run = evolve(this.#run, event);
    this.#publishing ??= setTimeout(() => this.#publish({}), publishMs);
    if (/^(run|attempt)\./.test(event.type) && event.type !== "run.progressed") void this.#lookAgain();
  }

  async #lookAgain(): Promise<void> {
    if (document.hidden || this.#run === null) return;
    const needsLook = !isTerminal(this.#run.status) || this.#seen?.status !== this.#run.status;
    if (!needsLook) return;
    try {
      const seen = await client.call("getRun", { params: { id: this.id } });
      if (this.#isClosed) return;
      this.#seen = seen;
      this.#publish({});
    } catch (error) {
      // The banner tells of a server that is silent; what is shown stays what was read.
      if (error instanceof RunledgerError && error.code === "run.deleted") this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    const isDeleted = error instanceof RunledgerError && error.code === "run.deleted";
    if (isDeleted) this.#leave();
    this.#publish(isDeleted ? { isDeleted } : { error });
  }

  #publish(change: Partial<RunView>): void {
    clearTimeout(this.#publishing);
    this.#publishing = undefined;
    const shown = this.#run === null ? null : shownRun(this.#run, this.#seen);
    this.#view = { ...this.#view, run: this.#run, shown, ...change };
    for (const listener of [...this.#listeners]) listener();
  }
}

/** What is computed is as old as the last look; where the fold has moved on since, only what the fold itself says is kept. */
function shownRun(run: Run, seen: RunBody | null): RunResource {
  const bare = computeFields(run, { isWorkerAlive: null, isRunnerAlive: null, nowMs: Date.now() });
  const isFresh = seen !== null && seen.status === run.status && seen.attempt === (run.attempt?.number ?? 0);
  const computed: Computed = {
    ...bare,
    liveness: isFresh && isActive(run.status) ? seen.liveness : null,
    waitingFor: isFresh ? seen.waitingFor : bare.waitingFor,
  };
  return runResource(run, computed, (seen?.files ?? {}) as RunResource["files"], seen?.isChangedSince ?? null);
}
