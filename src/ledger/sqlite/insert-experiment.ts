// Makes the row under which an experiment is found; its plan is the data of the event at `created`.

import type { DatabaseSync } from "node:sqlite";
import { reversedTail } from "../run-row.ts";
import { statement } from "./statement.ts";

/** @param of.created Position of its experiment.planned. */
export function insertExperiment(db: DatabaseSync, { id, created }: { id: string; created: number }): void {
  const sql = "INSERT INTO experiments (created, experiment_id, id_reversed) VALUES (?, ?, ?)";
  statement(db, sql).run(created, id, reversedTail(id));
}
