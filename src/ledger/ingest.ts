// Takes journal records exactly once. Records of a live attempt become events; what comes after the attempt's end is
// counted in one attempt.late and changes nothing.

import { RunledgerError } from "../core/errors.ts";
import { dataFault, eventCatalogue, isEventType, isJournalType } from "../core/events.ts";
import { cleanJson } from "../core/text.ts";
import { finishType, type JournalCursor } from "../protocol/journal.ts";
import { appendEvents } from "./append-events.ts";
import { type Draft, draftOf } from "./draft.ts";
import { existingRun } from "./execute.ts";
import type { IncomingRecord, JournalBatch } from "./ledger.ts";
import { recordTimeMs } from "./record-time.ts";
import type { WriteTransaction } from "./write-transaction.ts";

export type IngestedText = { state: string; taken: number; late: number; cursor: JournalCursor };

export function ingest(tx: WriteTransaction, batch: JournalBatch): IngestedText {
  const { runId, attempt } = batch;
  const folded = existingRun(tx, runId);
  const live =
    folded.run.attempt?.number === attempt && folded.run.attempt.outcome === null ? folded.run.attempt : null;
  const claimId = live === null ? tx.claimIdOf(runId, attempt) : live.claimId;
  if (claimId !== batch.claimId) {
    const detail = `run ${runId}: this claim no longer supervises attempt ${attempt}`;
    throw new RunledgerError("run.claim-lost", detail, { data: { runId, attempt } });
  }
  const cursor = tx.journalCursor(runId, attempt);
  const fresh = freshRecords(tx, batch, cursor);
  const last = fresh.at(-1);
  if (last === undefined) return { state: folded.state, taken: 0, late: 0, cursor };
  const drafts = live === null ? [lateDraft(batch, fresh)] : fresh.map((record) => recordDraft(batch, record));
  const appended = appendEvents(tx, runId, folded, drafts);
  const next = { n: last.n, offset: last.end, crc: last.crc };
  const count = fresh.length;
  return { state: appended.folded.state, taken: live ? count : 0, late: live ? 0 : count, cursor: next };
}

/** The records after the cursor. What the ledger has already has to be the same record, and nothing may be missing. */
function freshRecords(tx: WriteTransaction, batch: JournalBatch, cursor: JournalCursor): IncomingRecord[] {
  const { runId, attempt, records } = batch;
  const fresh: IncomingRecord[] = [];
  for (const record of records) {
    if (record.n <= cursor.n) {
      const known = record.n === cursor.n ? cursor.crc : tx.recordCrc(runId, attempt, record.n);
      if (known !== null && known !== record.crc) {
        throw corrupt(batch, record, `it was taken with the crc ${known} and now has ${record.crc}`);
      }
      continue;
    }
    const expected = cursor.n + fresh.length + 1;
    if (record.n !== expected) throw corrupt(batch, record, `record ${expected} has to come first`);
    fresh.push(record);
  }
  return fresh;
}

function recordDraft(batch: JournalBatch, record: IncomingRecord): Draft {
  const { n, type, end, crc } = record;
  if (!isJournalType(type)) throw corrupt(batch, record, `a journal may not hold ${type}`);
  const ms = recordTimeMs(record.at);
  if (ms === null) throw corrupt(batch, record, `its time is ${record.at}`);
  const dataText = cleanJson(record.dataText);
  const data = JSON.parse(dataText) as Record<string, unknown>;
  let v = 1;
  if (isEventType(type)) {
    const fault = dataFault(type, data);
    if (fault !== null) throw corrupt(batch, record, `its data is no ${type}: ${fault}`);
    v = eventCatalogue[type].v;
  }
  const { attempt, actor } = batch;
  return { type, v, attempt, at: { text: record.at, ms }, actor, data, dataText, record: { n, offset: end, crc } };
}

/** One event for all that came too late, with the result that it claims. */
function lateDraft(batch: JournalBatch, late: IncomingRecord[]): Draft {
  let claims: string | null = null;
  let score: number | null = null;
  for (const { type, dataText } of late) {
    if (type === finishType) claims = textOrNull(member(dataText, "outcome"));
    if (type === "score.recorded") score = numberOrNull(member(dataText, "score"));
  }
  const last = late.at(-1);
  const draft = draftOf(
    { type: "attempt.late", data: { records: late.length, claims, score } },
    { attempt: batch.attempt, actor: batch.actor },
  );
  return { ...draft, record: last === undefined ? null : { n: last.n, offset: last.end, crc: last.crc } };
}

function corrupt(batch: JournalBatch, record: IncomingRecord, cause: string): RunledgerError {
  const { runId, attempt } = batch;
  const detail = `run ${runId}, attempt ${attempt}, journal record ${record.n}: ${cause}`;
  return new RunledgerError("journal.corrupt", detail, { data: { runId, attempt, n: record.n } });
}

/** One member of a late record's data; late data is not validated, since nothing but this is made of it. */
function member(dataText: string, key: string): unknown {
  return (JSON.parse(dataText) as Record<string, unknown>)[key];
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function numberOrNull(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
