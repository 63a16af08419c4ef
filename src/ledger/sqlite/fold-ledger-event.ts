// Brings up to date what is folded from the events of the ledger itself: experiments, limits, workers, the catalog, tokens.

import type { DatabaseSync } from "node:sqlite";
import { type EventType, isKnown, type LedgerEvent } from "../../core/events.ts";
import { catalogChange } from "../catalog-row.ts";
import { workerRow } from "../worker-row.ts";
import { changeCatalog } from "./catalog.ts";
import { insertExperiment } from "./insert-experiment.ts";
import { deleteWorker, drainWorker, insertWorker } from "./save-worker.ts";
import { setLimit } from "./slots.ts";
import { revokeToken } from "./tokens.ts";

/**
 * Types that a fold is made anew from, in groups of which all of one may come before all of the next. Tokens are no
 * fold: their rows hold what no event does.
 */
export const foldedTypes = [
  ["experiment.planned"],
  ["limit.set"],
  // A worker that was taken for gone may have started again.
  ["worker.started", "worker.drained", "worker.gone"],
  ["catalog.changed"],
] as const satisfies EventType[][];

export function foldLedgerEvent(db: DatabaseSync, event: LedgerEvent): void {
  if (!isKnown(event)) return;
  switch (event.type) {
    case "experiment.planned":
      insertExperiment(db, { id: event.data.id, created: event.position });
      return;
    case "limit.set":
      setLimit(db, event.data);
      return;
    case "worker.started": {
      const row = workerRow(event.data, Date.parse(event.recordedAt));
      if (row !== null) insertWorker(db, row);
      return;
    }
    case "worker.drained":
      drainWorker(db, event.data.worker);
      return;
    case "worker.gone":
      deleteWorker(db, event.data.worker);
      return;
    case "catalog.changed":
      changeCatalog(db, catalogChange(event.data, event.position));
      return;
    case "token.revoked":
      revokeToken(db, { id: event.data.id, atMs: Date.parse(event.recordedAt) });
  }
}
