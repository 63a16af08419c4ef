// Keeps the rows of the catalog.

import type { DatabaseSync } from "node:sqlite";
import {
  type CatalogChange,
  type CatalogRow,
  type SetCatalogRow,
  type SetCatalogRowRead,
  setCatalogRow,
} from "../catalog-row.ts";
import { statement } from "./statement.ts";

export function changeCatalog(db: DatabaseSync, { scope, kept, removed }: CatalogChange): void {
  const sql = `INSERT INTO catalog (scope, id, digest, position) VALUES (?, ?, ?, ?)
    ON CONFLICT (scope, id) DO UPDATE SET digest = excluded.digest, position = excluded.position`;
  for (const row of kept) statement(db, sql).run(row.scope, row.id, row.digest, row.position);
  for (const id of removed) statement(db, "DELETE FROM catalog WHERE scope = ? AND id = ?").run(scope, id);
}

/** Rows of a scope that were set after a position, in that order. */
export function readCatalog(db: DatabaseSync, of: { scope: string; afterPosition: number }): SetCatalogRow[] {
  const sql = `SELECT c.scope, c.id, c.digest, c.position, e.recorded_at FROM catalog AS c
    JOIN events AS e ON e.position = c.position WHERE c.scope = ? AND c.position > ? ORDER BY c.position, c.id`;
  return (statement(db, sql).all(of.scope, of.afterPosition) as SetCatalogRowRead[]).map(setCatalogRow);
}

export function catalogRows(db: DatabaseSync): CatalogRow[] {
  return statement(db, "SELECT scope, id, digest, position FROM catalog").all() as CatalogRow[];
}
