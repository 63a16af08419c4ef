// Ends an attempt, once, and appends in the same breath what that means for the run.

import { concludeAttempt } from "../core/conclude-attempt.ts";
import { liveAttempt } from "../core/decide.ts";
import { RunledgerError } from "../core/errors.ts";
import { appendEvents } from "./append-events.ts";
import { draftsOf } from "./draft.ts";
import { type ExecutedText, existingRun } from "./execute.ts";
import type { Conclusion } from "./ledger.ts";
import type { WriteTransaction } from "./write-transaction.ts";

/** @throws RunledgerError `run.claim-lost` if the attempt has ended or another supervises it. */
export function conclude(tx: WriteTransaction, conclusion: Conclusion): ExecutedText {
  const { runId, attempt, claimId, actor, ending, finishCursor } = conclusion;
  const before = existingRun(tx, runId);
  if (liveAttempt(before.run, claimId)?.number !== attempt) {
    const detail = `run ${runId}: this claim no longer supervises attempt ${attempt}`;
    throw new RunledgerError("run.claim-lost", detail, { data: { runId, attempt } });
  }
  const worker = before.run.attempt?.worker ?? "";
  if (ending.fact === "silent" && tx.isHeardOf(worker)) {
    const detail = `run ${runId}: worker ${worker} has been heard of again`;
    throw new RunledgerError("run.claim-lost", detail, { data: { runId, attempt } });
  }
  const { n } = tx.journalCursor(runId, attempt);
  if (finishCursor !== null && finishCursor.n !== n + 1) {
    const detail = `run ${runId}, attempt ${attempt}: the finish record is ${finishCursor.n}, the ledger has ${n} records`;
    throw new RunledgerError("journal.corrupt", detail, { data: { runId, attempt, n: finishCursor.n } });
  }
  const drafts = draftsOf(before.run, concludeAttempt(before.run, ending, tx.nowMs()), actor);
  const [ended] = drafts;
  if (ended !== undefined) ended.record = finishCursor;
  const { folded, rows } = appendEvents(tx, runId, before, drafts);
  return { state: folded.state, rows };
}
