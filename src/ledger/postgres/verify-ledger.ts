// Walks over all runs, or those named, and yields what differs between facts and folds.

import { RunledgerError } from "../../core/errors.ts";
import { type BlobFault, findingOfBlob } from "../compare-run.ts";
import type { Finding } from "../ledger.ts";
import { readBlob } from "./blob-rows.ts";
import type { Connection } from "./connection.ts";
import { verifyAccess } from "./verify-access.ts";
import { experimentAfter, verifyCounts, verifyExperimentList, verifyTallies } from "./verify-counts.ts";
import { verifyQueue } from "./verify-queue.ts";
import { runAfter, verifyRun } from "./verify-runs.ts";

/** @param connection One that nobody else uses meanwhile: each check is made in a snapshot. */
export async function* verifyLedger(connection: Connection, runIds: string[] | null): AsyncGenerator<Finding> {
  const faults = new Map<string, BlobFault>();
  for await (const runId of runIds ?? allRuns(connection)) {
    const { findings, blobs } = await verifyRun(connection, runId);
    yield* findings;
    for (const blob of blobs) {
      if (!faults.has(blob.digest)) faults.set(blob.digest, await blobFault(connection, blob.digest));
      const finding = findingOfBlob(blob, faults.get(blob.digest) ?? null);
      if (finding !== null) yield finding;
    }
  }
  if (runIds !== null) return;
  yield* await verifyCounts(connection);
  yield* await verifyQueue(connection);
  yield* await verifyAccess(connection);
  yield* await verifyExperimentList(connection);
  for (let id = await experimentAfter(connection, ""); id !== null; id = await experimentAfter(connection, id)) {
    yield* await verifyTallies(connection, id);
  }
}

async function* allRuns(connection: Connection): AsyncGenerator<string> {
  for (let id = await runAfter(connection, ""); id !== null; id = await runAfter(connection, id)) yield id;
}

async function blobFault(connection: Connection, digest: string): Promise<BlobFault> {
  try {
    return (await readBlob(connection, digest)) === null ? "missing" : null;
  } catch (error) {
    if (error instanceof RunledgerError) return "changed";
    throw error;
  }
}
