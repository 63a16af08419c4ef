// Decides commands on the present state of runs and appends what was decided.

import { decide, type RunCommand } from "../core/decide.ts";
import { RunledgerError } from "../core/errors.ts";
import type { Laned } from "../core/lane.ts";
import { limitKeysOf, limitWords } from "../core/limit-keys.ts";
import type { Run } from "../core/run.ts";
import { appendEvents } from "./append-events.ts";
import { type Draft, draftsOf } from "./draft.ts";
import type { EventRow } from "./event-row.ts";
import type { FoldedRun, WriteTransaction } from "./write-transaction.ts";

/** A run after a command: the text of its fold, and the rows of its events. Whoever reads them parses them. */
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

/** All or none: the first refusal is thrown, and the caller takes back what was done before it. */
export function executeAll(
  tx: WriteTransaction,
  { commands, actor }: { commands: { runId: string; command: RunCommand }[]; actor: string },
): ExecutedText[] {
  return commands.map(({ runId, command }) => execute(tx, { runId, command, actor }));
}

/** The run, which has to exist. @throws RunledgerError `run.not-found`, `run.deleted` */
export function existingRun(tx: WriteTransaction, runId: string): FoldedRun {
  const folded = tx.run(runId);
  if (folded === null) throw new RunledgerError("run.not-found", `no run has the id ${runId}`, { data: { runId } });
  return folded;
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
  const limit = tx.limitInTheWay(limitKeysOf(run ?? (drafts[0]?.data as Laned)));
  if (limit === null) return drafts;
  if (command.type === "claim")
    throw new RunledgerError("run.no-slot", limitWords(limit), { data: { runId, ...limit } });
  return drafts.filter(({ type }) => type !== "attempt.claimed");
}
