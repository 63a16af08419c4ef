// What a supervisor is given, and what it has seen when supervision ends.

import type { ProcessRef } from "../core/events.ts";
import type { Attempt, Run } from "../core/run.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { JournalCursor } from "../protocol/journal.ts";
import type { RunnerFacts } from "../protocol/spec.ts";
import type { OrdersFollower } from "./follow-orders.ts";
import type { Intake } from "./ingest.ts";
import type { Lease } from "./lease.ts";
import type { Exit } from "./spare-runners.ts";
import type { Seen } from "./weigh-evidence.ts";

/** The runner under supervision. One that was adopted is no child of ours: its exit cannot be collected. */
export type Supervised = {
  ledger: Ledger;
  run: Run;
  attempt: Attempt;
  folder: string;
  cursor: JournalCursor;
  ref: ProcessRef;
  /** What was written down of one that is taken up; null where nobody was handed the attempt, or right now by us. */
  facts: RunnerFacts | null;
  /** How long it had run when this supervision began, seconds. */
  ranBeforeS: number;
  exited: Promise<Exit> | null;
  /** Whether somebody may have supervised it before: another worker, or this one until a fault broke that off. */
  isTakenUp: boolean;
  /** Rings when somebody may have asked for something, or taken the attempt over. */
  followOrders: OrdersFollower["subscribe"];
  /** Fires when this worker is to leave its runners to whoever comes next. */
  leave: AbortSignal;
  lease: Lease;
};

/**
 * What supervision saw; the journal is still to be read to its end. `claimLost`: somebody else supervises now; `left`:
 * the runner lives, and nobody looks after it until it is adopted.
 */
export type Watched = {
  end: "gone" | "claimLost" | "left";
  intake: Intake;
  exit: Exit | null;
  killedFor: Seen["killedFor"];
  memory: Seen["memory"];
  /** Its processes were stopped, and still are: with `claimLost` they are to be killed as they stand. */
  isFrozen: boolean;
};
