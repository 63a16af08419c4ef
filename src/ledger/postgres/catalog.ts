// Keeps the rows of the catalog.

import {
  type CatalogChange,
  type CatalogRow,
  type SetCatalogRow,
  type SetCatalogRowRead,
  setCatalogRow,
} from "../catalog-row.ts";
import type { Connection } from "./connection.ts";

/** Of two that change the same benchmark at once, the later event counts, whichever commits first. */
export async function changeCatalog(connection: Connection, change: CatalogChange): Promise<void> {
  const { scope, position, kept, removed } = change;
  const sql = `INSERT INTO catalog (scope, id, digest, position)
    SELECT scope, id, digest, position FROM json_to_recordset($1::json)
      AS new(scope text, id text, digest text, position bigint) ORDER BY id
    ON CONFLICT (scope, id) DO UPDATE SET digest = excluded.digest, position = excluded.position
      WHERE catalog.position < excluded.position`;
  const sent: Promise<unknown>[] = [];
  if (kept.length > 0) sent.push(connection.run(sql, [JSON.stringify(kept)]));
  if (removed.length > 0) {
    const removeSql = "DELETE FROM catalog WHERE scope = $1 AND id = ANY($2::text[]) AND position < $3";
    sent.push(connection.run(removeSql, [scope, removed, position]));
  }
  await Promise.all(sent);
}

/** Rows of a scope that were set after a position, in that order. */
export async function readCatalog(
  connection: Connection,
  { scope, afterPosition }: { scope: string; afterPosition: number },
): Promise<SetCatalogRow[]> {
  const sql = `SELECT c.scope, c.id, c.digest, c.position, e.recorded_at FROM catalog AS c
    JOIN events AS e ON e.run_id IS NULL AND e.type = 'catalog.changed' AND e.position = c.position
    WHERE c.scope = $1 AND c.position > $2 ORDER BY c.position, c.id`;
  return (await connection.rows<SetCatalogRowRead>(sql, [scope, afterPosition])).map(setCatalogRow);
}

export function catalogRows(connection: Connection): Promise<CatalogRow[]> {
  return connection.rows("SELECT scope, id, digest, position FROM catalog");
}
