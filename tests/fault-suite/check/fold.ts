// A fold of a run's events that was written from docs/run-lifecycle.md and shares no code with the product's. It is
// stricter than a fold has to be: whatever an event may not follow is told.

import type { EventRow } from "./rows.ts";

/** An attempt as its events tell of it. */
export type FoldedAttempt = {
  number: number;
  claimId: string;
  worker: string;
  pid: number | null;
  isOrphaned: boolean;
  outcome: string | null;
  /** What was seen of its end, as `attempt.ended` says. */
  evidence: Record<string, unknown> | null;
  endedMs: number | null;
  checkpoint: string | null;
  /** Status of the run right before the end. */
  statusAtEnd: string | null;
  /** Attempts of one lineage go on from each other's checkpoints: in it no step is done twice. */
  lineage: number;
};

export type Folded = {
  status: string | null;
  passed: boolean | null;
  score: number | null;
  attempts: FoldedAttempt[];
  /** The status after each event, by its seq. */
  statusAt: Map<number, string>;
  faults: string[];
};

const active = ["starting", "running", "pausing", "cancelling"];
const acting = ["running", "pausing", "cancelling"];

/** Lifecycle events of a run: after which statuses each may come, and what it makes of them. */
const moves: Record<string, { from: readonly string[]; to: string | null }> = {
  "run.pause_requested": { from: ["starting", "running"], to: "pausing" },
  "run.paused": { from: ["queued", "starting", "pausing"], to: "paused" },
  "run.resumed": { from: ["paused"], to: "queued" },
  "run.cancel_requested": { from: active, to: "cancelling" },
  "run.cancelled": { from: ["queued", "paused", "cancelling"], to: "cancelled" },
  "run.completed": { from: acting, to: "completed" },
  "run.failed": { from: active, to: "failed" },
  "run.timed_out": { from: ["queued", ...active], to: "timed_out" },
  "run.lost": { from: active, to: "lost" },
  "run.retry_scheduled": { from: ["starting", "running"], to: "queued" },
  "run.retried": { from: ["failed", "timed_out", "lost", "cancelled"], to: "queued" },
  "run.delete_requested": {
    from: ["queued", "paused", ...active, "completed", "failed", "timed_out", "cancelled", "lost"],
    to: null,
  },
};

/** What may follow an attempt's end, by its outcome. */
const consequences: Record<string, readonly string[]> = {
  completed: ["run.completed"],
  cancelled: ["run.cancelled"],
  paused: ["run.paused"],
  failed: ["run.failed", "run.retry_scheduled"],
  limit: ["run.failed", "run.timed_out", "run.retry_scheduled"],
  lost: ["run.lost", "run.retry_scheduled"],
  orphaned: ["run.retry_scheduled", "run.paused", "run.cancelled"],
  given_back: ["run.retry_scheduled", "run.failed"],
};
const ends = new Set(Object.values(consequences).flat());

/** Folds the events of one run. */
export function foldRun(events: readonly EventRow[]): Folded {
  const fold: Fold = new Fold();
  for (const [index, event] of events.entries()) {
    if (event.seq !== index + 1)
      fold.faults.push(`event ${event.position} has seq ${event.seq}, and ${index + 1} is next`);
    fold.take(event, JSON.parse(event.data) as Record<string, unknown>, events[index + 1]);
    fold.statusAt.set(event.seq, fold.status ?? "none");
  }
  return fold;
}

class Fold implements Folded {
  status: string | null = null;
  passed: boolean | null = null;
  score: number | null = null;
  readonly attempts: FoldedAttempt[] = [];
  readonly statusAt = new Map<number, string>();
  readonly faults: string[] = [];
  #last: EventRow | null = null;
  #lineage = 0;

  take(event: EventRow, data: Record<string, unknown>, next: EventRow | undefined): void {
    const { type } = event;
    if (type === "run.queued") {
      if (this.status !== null) this.#fault(event, "the run was there already");
      this.status = "queued";
    } else if (type.startsWith("attempt.")) this.#attempt(event, data, next);
    else if (type in moves) this.#move(event, data);
    else this.#work(event);
    this.#last = event;
  }

  #fault({ position, type }: EventRow, why: string): void {
    this.faults.push(`${type} at position ${position}: ${why}`);
  }

  #move(event: EventRow, data: Record<string, unknown>): void {
    const { from, to } = moves[event.type] ?? { from: [], to: null };
    if (!from.includes(this.status ?? "")) this.#fault(event, `it may not follow ${this.status}`);
    const isAlone = ends.has(event.type) && this.#last?.type !== "attempt.ended";
    if (isAlone && !["queued", "paused"].includes(this.status ?? ""))
      this.#fault(event, "no ending of the attempt came before it");
    if (event.type === "run.retried" || data.why === "policy") this.#lineage += 1;
    if (event.type === "run.completed") {
      this.passed = data.passed as boolean | null;
      this.score = data.score as number | null;
    }
    if (to !== null) this.status = to;
  }

  #attempt(event: EventRow, data: Record<string, unknown>, next: EventRow | undefined): void {
    if (event.type === "attempt.claimed") {
      this.#claim(event, data);
      return;
    }
    const attempt = this.attempts.at(-1);
    if (attempt === undefined || attempt.number !== event.attempt) {
      this.#fault(event, "it is not of the present attempt");
      return;
    }
    const isLate = event.type === "attempt.late";
    if (isLate !== (attempt.outcome !== null)) this.#fault(event, `attempt ${attempt.number} has ended: ${!isLate}`);
    const isOfLock = ["attempt.orphaned", "attempt.adopted"].includes(event.type);
    // Who finds a supervisor gone has looked at its lock, and at nobody else's.
    if (isOfLock && !String(data.evidence).includes(attempt.worker))
      this.#fault(event, `${attempt.worker} supervised, and the evidence is: ${data.evidence}`);
    if (event.type === "attempt.started") this.#start(event, attempt, data);
    if (event.type === "attempt.orphaned") attempt.isOrphaned = true;
    if (event.type === "attempt.adopted")
      Object.assign(attempt, { claimId: data.claimId, worker: data.worker, isOrphaned: false });
    if (event.type === "attempt.ended") this.#end({ event, attempt, data, next });
  }

  #start(event: EventRow, attempt: FoldedAttempt, data: Record<string, unknown>): void {
    if (attempt.pid !== null) this.#fault(event, "it had started");
    attempt.pid = data.pid as number;
    if (this.status === "starting") this.status = "running";
  }

  #claim(event: EventRow, data: Record<string, unknown>): void {
    if (this.status !== "queued") this.#fault(event, `the run is ${this.status}`);
    const number = this.attempts.length + 1;
    if (event.attempt !== number) this.#fault(event, `attempt ${number} is next`);
    this.status = "starting";
    this.passed = null;
    this.score = null;
    const nothing = {
      pid: null,
      isOrphaned: false,
      outcome: null,
      evidence: null,
      endedMs: null,
      checkpoint: null,
      statusAtEnd: null,
    };
    this.attempts.push({
      number,
      claimId: String(data.claimId),
      worker: String(data.worker),
      ...nothing,
      lineage: this.#lineage,
    });
  }

  #end(of: {
    event: EventRow;
    attempt: FoldedAttempt;
    data: Record<string, unknown>;
    next: EventRow | undefined;
  }): void {
    const { event, attempt, data, next } = of;
    const outcome = String(data.outcome);
    attempt.outcome = outcome;
    attempt.isOrphaned = false;
    attempt.evidence = data.evidence as Record<string, unknown>;
    attempt.endedMs = event.recorded_at;
    attempt.checkpoint = data.checkpoint as string | null;
    attempt.statusAtEnd = this.status;
    if (!active.includes(this.status ?? "")) this.#fault(event, `the run is ${this.status}`);
    const allowed = consequences[outcome] ?? [];
    const isFollowed = next !== undefined && next.recorded_at === event.recorded_at && allowed.includes(next.type);
    if (!isFollowed) this.#fault(event, `${outcome} is followed by ${next?.type ?? "nothing"}`);
  }

  /** What a runner has reported. */
  #work(event: EventRow): void {
    const attempt = this.attempts.at(-1);
    if (event.n === null) this.#fault(event, "it is of no journal");
    if (attempt === undefined || attempt.number !== event.attempt || attempt.outcome !== null)
      this.#fault(event, "it is of no living attempt");
    if (!acting.includes(this.status ?? "")) this.#fault(event, `the run is ${this.status}`);
  }
}
