// Decides commands on the present state of runs and appends what was decided.

import { type Claim, decide, type RunCommand } from "../../core/decide.ts";
import { RunledgerError } from "../../core/errors.ts";
import type { RunKind } from "../../core/limits.ts";
import { appendEvents, draftsOf } from "./append-events.ts";
import type { EventRow } from "./event-row.ts";
import { nextInQueue } from "./next-in-queue.ts";
import type { WriteTransaction } from "./write-transaction.ts";

/** A run after a command as it crosses the thread's border: texts, which the other side parses. */
export type ExecutedText = { state: string; rows: EventRow[] };

/** @throws RunledgerError with the refusal's code. */
export function execute(
  tx: WriteTransaction,
  { runId, command, actor }: { runId: string; command: RunCommand; actor: string },
): ExecutedText {
  const before = tx.run(runId);
  const decision = decide(before?.run ?? null, command, tx.nowMs());
  if (!decision.isAccepted) {
    throw new RunledgerError(decision.code, decision.detail, { data: { runId, status: before?.run.status ?? null } });
  }
  if (decision.events.length === 0) return { state: before?.state ?? "null", rows: [] };
  const { folded, rows } = appendEvents(tx, runId, before, draftsOf(before?.run ?? null, decision.events, actor));
  return { state: folded.state, rows };
}

/** All or none: the first refusal is thrown, and the member is rolled back. */
export function executeAll(
  tx: WriteTransaction,
  { commands, actor }: { commands: { runId: string; command: RunCommand }[]; actor: string },
): ExecutedText[] {
  return commands.map(({ runId, command }) => execute(tx, { runId, command, actor }));
}

/** Claims the first run in the queue that is allowed, or null. */
export function claim(
  tx: WriteTransaction,
  { by, can }: { by: Claim; can: { kinds: RunKind[]; agents: string[] | null } },
): ExecutedText | null {
  const runId = nextInQueue(tx.db, { ...can, nowMs: tx.nowMs() });
  return runId === null ? null : execute(tx, { runId, command: { type: "claim", ...by }, actor: by.worker });
}
