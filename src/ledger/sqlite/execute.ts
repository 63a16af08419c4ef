// Decides commands on the present state of runs and appends what was decided.

import { type Claim, decide, type RunCommand } from "../../core/decide.ts";
import { RunledgerError } from "../../core/errors.ts";
import type { Laned } from "../../core/lane.ts";
import { limitKeysOf, limitWords } from "../../core/limit-keys.ts";
import type { Abilities } from "../../core/queue-view.ts";
import type { Run } from "../../core/run.ts";
import { appendEvents, type Draft, draftsOf } from "./append-events.ts";
import type { EventRow } from "./event-row.ts";
import { nextInQueue } from "./next-in-queue.ts";
import { limitInTheWay } from "./slots.ts";
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
  const drafts = draftsOf(before?.run ?? null, decision.events, actor);
  const allowed = withinLimits(tx, { runId, run: before?.run ?? null, command, drafts });
  const { folded, rows } = appendEvents(tx, runId, before, allowed);
  return { state: folded.state, rows };
}

/**
 * The drafts without their claim if a limit has no room for it: the run then is in the queue.
 * @throws RunledgerError `run.no-slot` for a claim alone
 */
function withinLimits(
  tx: WriteTransaction,
  of: { runId: string; run: Run | null; command: RunCommand; drafts: Draft[] },
): Draft[] {
  const { runId, run, command, drafts } = of;
  if (!drafts.some(({ type }) => type === "attempt.claimed")) return drafts;
  // A new run is what its cleaned run.queued says.
  const limit = limitInTheWay(tx.db, limitKeysOf(run ?? (drafts[0]?.data as Laned)));
  if (limit === null) return drafts;
  if (command.type === "claim")
    throw new RunledgerError("run.no-slot", limitWords(limit), { data: { runId, ...limit } });
  return drafts.filter(({ type }) => type !== "attempt.claimed");
}

/** All or none: the first refusal is thrown, and the member is rolled back. */
export function executeAll(
  tx: WriteTransaction,
  { commands, actor }: { commands: { runId: string; command: RunCommand }[]; actor: string },
): ExecutedText[] {
  return commands.map(({ runId, command }) => execute(tx, { runId, command, actor }));
}

/** Claims the first run in the queue that is allowed and has room under its limits, or null. */
export function claim(tx: WriteTransaction, { by, can }: { by: Claim; can: Abilities }): ExecutedText | null {
  const runId = nextInQueue(tx.db, { can, nowMs: tx.nowMs() });
  return runId === null ? null : execute(tx, { runId, command: { type: "claim", ...by }, actor: by.worker });
}
