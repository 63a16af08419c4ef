// Reads events in order: of one run by seq, of the whole ledger by transaction and position, as far as every transaction
// before has ended. A later position may be committed before an earlier one, so nothing else is safe.

import { setTimeout as sleep } from "node:timers/promises";
import { type EventRow, eventColumns } from "../event-row.ts";
import type { Connection } from "./connection.ts";
import { type FeedPlace, feedStart } from "./cursor.ts";

/** Events of a run after `afterSeq`. */
export function readEvents(
  connection: Connection,
  { runId, afterSeq, limit }: { runId: string; afterSeq: number; limit: number },
): Promise<EventRow[]> {
  const sql = `SELECT ${eventColumns} FROM events WHERE run_id = $1 AND seq > $2 ORDER BY seq LIMIT $3`;
  return connection.rows(sql, [runId, afterSeq, limit]);
}

const isSettled = "events.xid < pg_snapshot_xmin(pg_current_snapshot())";

/** Events of the ledger after a place. */
export function readAll(
  connection: Connection,
  { after, limit }: { after: FeedPlace; limit: number },
): Promise<(EventRow & { xid: string })[]> {
  const sql = `SELECT ${eventColumns}, xid::text AS xid FROM events
    WHERE (events.xid, position) > ($1::text::xid8, $2) AND ${isSettled} ORDER BY events.xid, position LIMIT $3`;
  return connection.rows(sql, [after.xid, after.position, limit]);
}

/** The place of the newest event that may be read. */
export async function feedHead(connection: Connection): Promise<FeedPlace> {
  const sql = `SELECT xid::text AS xid, position FROM events WHERE ${isSettled}
    ORDER BY events.xid DESC, position DESC LIMIT 1`;
  return (await connection.row<FeedPlace>(sql)) ?? feedStart;
}

/** Whether there are committed events that may not be read yet, since a transaction before theirs goes on. */
async function isHeldBack(connection: Connection): Promise<boolean> {
  const sql = `SELECT EXISTS (SELECT 1 FROM events WHERE xid >= pg_snapshot_xmin(pg_current_snapshot())) AS held`;
  return (await connection.row<{ held: boolean }>(sql))?.held ?? false;
}

const patienceMs = { most: 100, step: 2 };

/**
 * Waits a moment while committed events are held back. Other writers are done within milliseconds, so that mostly what
 * somebody was answered is in the stream when they look; a long transaction elsewhere delays the stream alone.
 * @param read Sent together with the question, and asked again as often as that.
 */
export async function whenSettled<T>(connection: Connection, read: () => Promise<T>): Promise<T> {
  const untilMs = performance.now() + patienceMs.most;
  for (;;) {
    // In this order: what is read is what had been committed when nothing was held back, or more.
    const [isHeld, found] = await Promise.all([isHeldBack(connection), read()]);
    if (!isHeld || performance.now() >= untilMs) return found;
    await sleep(patienceMs.step);
  }
}
