// The catalog as the ledger knows it: what each set of folders held when it was last scanned, and what was upserted. A
// fold of catalog.changed.

import type { EventData } from "../core/events.ts";

/** The scope of what was upserted; every other is of a set of folders. */
export const upsertedScope = "";

export type CatalogRow = {
  scope: string;
  id: string;
  /** Of what was upserted the blob that holds its YAML; of a file the digest that runs of it carry. */
  digest: string;
  /** Of the event that said so. */
  position: number;
};

/** A row and when it was set, RFC 3339. */
export type SetCatalogRow = CatalogRow & { setAt: string };

/** The same as databases give it, with Unix milliseconds. */
export type SetCatalogRowRead = CatalogRow & { recorded_at: number };

export function setCatalogRow({ recorded_at, ...row }: SetCatalogRowRead): SetCatalogRow {
  return { ...row, setAt: new Date(recorded_at).toISOString() };
}

export type CatalogChange = {
  scope: string;
  position: number;
  kept: CatalogRow[];
  removed: string[];
};

/** What an event of the catalog changes. */
export function catalogChange(data: EventData<"catalog.changed">, position: number): CatalogChange {
  const { scope = upsertedScope, digests = {}, added, changed, removed } = data;
  const kept = [...added, ...changed].flatMap((id) => {
    const digest = digests[id];
    return digest === undefined ? [] : [{ scope, id, digest, position }];
  });
  return { scope, position, kept, removed };
}

/** The rows that these changes, in order, come to. */
export function catalogOfChanges(changes: readonly CatalogChange[]): CatalogRow[] {
  const rows = new Map<string, CatalogRow>();
  for (const { scope, kept, removed } of changes) {
    for (const row of kept) rows.set(JSON.stringify([scope, row.id]), row);
    for (const id of removed) rows.delete(JSON.stringify([scope, id]));
  }
  return [...rows.values()];
}
