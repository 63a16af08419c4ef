// Keeps the rows of the catalog.

import type { CatalogChange, CatalogRow } from "../catalog-row.ts";
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
export function readCatalog(
  connection: Connection,
  { scope, afterPosition }: { scope: string; afterPosition: number },
): Promise<CatalogRow[]> {
  const sql = `SELECT scope, id, digest, position FROM catalog WHERE scope = $1 AND position > $2
    ORDER BY position, id`;
  return connection.rows(sql, [scope, afterPosition]);
}

export function catalogRows(connection: Connection): Promise<CatalogRow[]> {
  return connection.rows("SELECT scope, id, digest, position FROM catalog");
}
