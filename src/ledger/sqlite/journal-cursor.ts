// How far the journal of an attempt was taken: a fold of the events that carry its records.

import type { DatabaseSync } from "node:sqlite";
import { type JournalCursor, journalStart } from "../../protocol/journal.ts";
import { statement } from "./statement.ts";

const sql = `SELECT n, journal_end AS offset, journal_crc AS crc FROM events
  WHERE run_id = ? AND attempt = ? AND n IS NOT NULL ORDER BY n DESC LIMIT 1`;

export function journalCursor(db: DatabaseSync, runId: string, attempt: number): JournalCursor {
  const row = statement(db, sql).get(runId, attempt) as JournalCursor | undefined;
  return row === undefined ? journalStart : { n: row.n, offset: row.offset, crc: row.crc };
}

/** The crc under which the ledger took a record, or null if the record left no event of its own. */
export function recordCrc(db: DatabaseSync, runId: string, attempt: number, n: number): string | null {
  const crcSql = "SELECT journal_crc AS crc FROM events WHERE run_id = ? AND attempt = ? AND n = ? AND n IS NOT NULL";
  const row = statement(db, crcSql).get(runId, attempt, n) as { crc: string } | undefined;
  return row?.crc ?? null;
}
