// Claims the first run in the queue that is allowed and has room under its limits.

import type { Claim } from "../../core/decide.ts";
import type { Abilities } from "../../core/queue-view.ts";
import { type ExecutedText, execute } from "../execute.ts";
import { nextInQueue } from "./next-in-queue.ts";
import type { SqliteTransaction } from "./write-transaction.ts";

/** Null if there is none. */
export function claim(tx: SqliteTransaction, { by, can }: { by: Claim; can: Abilities }): ExecutedText | null {
  const runId = nextInQueue(tx.db, { can, nowMs: tx.nowMs() });
  return runId === null ? null : execute(tx, { runId, command: { type: "claim", ...by }, actor: by.worker });
}
