// Takes runs away: events, folds and logs go, tombstones stay, all in the transaction that appended run.deleted. That
// one event stays under the run's id, so that readers of all events see what went.

import type { Connection } from "./connection.ts";
import type { Tombstone } from "./pending-rows.ts";

/** Statements in the order in which they are sent; the last one puts the tombstones there. */
export async function deleteRuns(connection: Connection, deleted: readonly Tombstone[]): Promise<void> {
  const runIds = deleted.map(({ run_id }) => run_id);
  const created = deleted.map((tombstone) => tombstone.created);
  await Promise.all([
    connection.run("DELETE FROM events WHERE run_id = ANY($1::text[]) AND type <> 'run.deleted'", [runIds]),
    connection.run("DELETE FROM logs WHERE run_id = ANY($1::text[])", [runIds]),
    connection.run("DELETE FROM attempts WHERE run_id = ANY($1::text[])", [runIds]),
    connection.run("DELETE FROM run_labels WHERE created = ANY($1::bigint[])", [created]),
    connection.run("DELETE FROM run_keys WHERE created = ANY($1::bigint[])", [created]),
    connection.run("DELETE FROM runs WHERE created = ANY($1::bigint[])", [created]),
    insertTombstones(connection, deleted),
  ]);
}

async function insertTombstones(connection: Connection, deleted: readonly Tombstone[]): Promise<void> {
  const sql = `INSERT INTO tombstones (run_id, deleted_at, position)
    SELECT run_id, deleted_at, position FROM json_to_recordset($1::json)
      AS new(run_id text, deleted_at bigint, position bigint)`;
  await connection.run(sql, [JSON.stringify(deleted)]);
}
