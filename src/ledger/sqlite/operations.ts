// Everything that the thread does, by name: writes are members of a group commit, reads run on the reading connection.
// Each takes one argument and gives one value, both of which can be posted between threads.

import type { DatabaseSync } from "node:sqlite";
import { cellCount } from "../../core/plan-experiment.ts";
import { conclude } from "../conclude.ts";
import { copyPlan, copyRun } from "../copy-run.ts";
import { createToken } from "../create-token.ts";
import { execute, executeAll } from "../execute.ts";
import { importRun } from "../import-run.ts";
import { ingest } from "../ingest.ts";
import { planExperiment } from "../plan-experiment.ts";
import { putLog } from "../put-log.ts";
import { recordEvent } from "../record-event.ts";
import { readCatalog } from "./catalog.ts";
import { claim } from "./claim.ts";
import { countRuns } from "./count-runs.ts";
import { findRuns, newestRun } from "./find-runs.ts";
import { isDeleted, readRun, refuseDeleted } from "./folded-run.ts";
import { journalCursor } from "./journal-cursor.ts";
import { linkAt } from "./link-at.ts";
import { countFound, listRuns } from "./list-runs.ts";
import { liveAttempts, supervisors } from "./live-attempts.ts";
import { agentTallies } from "./move-agent-tally.ts";
import { nextInQueue } from "./next-in-queue.ts";
import { overdueRuns } from "./overdue-runs.ts";
import { headPosition, pickEvents, readAll, readEvents } from "./read-events.ts";
import { findExperiments, getExperiment, listExperiments, planRow } from "./read-experiment.ts";
import { logCut, logSize, readLog } from "./read-log.ts";
import { rebuild } from "./rebuild.ts";
import { listWorkers } from "./save-worker.ts";
import { listLimits } from "./slots.ts";
import { getToken, listTokens } from "./tokens.ts";
import { verifyAccess } from "./verify-access.ts";
import { verifyCounts } from "./verify-counts.ts";
import { verifyExperiments } from "./verify-experiments.ts";
import { verifyQueue } from "./verify-queue.ts";
import { verifyRuns } from "./verify-runs.ts";
import type { WriteName } from "./write-names.ts";
import type { SqliteTransaction } from "./write-transaction.ts";

const writes = {
  execute,
  executeAll,
  claim,
  ingest,
  conclude,
  recordEvent,
  planExperiment,
  importRun,
  copyRun,
  copyPlan,
  putLog,
  createToken,
  rebuild,
} as const satisfies Record<WriteName, unknown>;

export const reads = {
  getRun: (db: DatabaseSync, { runId }: { runId: string }): string | null => {
    const folded = readRun(db, runId);
    if (folded === null) refuseDeleted(db, runId);
    return folded?.state ?? null;
  },
  isDeleted: (db: DatabaseSync, { runId }: { runId: string }) => isDeleted(db, runId),
  findRuns,
  getExperiment,
  findExperiments,
  listExperiments,
  planRow,
  newestRun,
  listRuns,
  countRuns,
  countFound,
  agentTallies,
  readCatalog,
  getToken,
  listTokens: (db: DatabaseSync, _: Record<string, never>) => listTokens(db),
  liveAttempts,
  supervisors: (db: DatabaseSync, _: Record<string, never>) => supervisors(db),
  listLimits: (db: DatabaseSync, _: Record<string, never>) => listLimits(db),
  listWorkers: (db: DatabaseSync, _: Record<string, never>) => listWorkers(db),
  nextInQueue,
  overdueRuns,
  journalCursor: (db: DatabaseSync, { runId, attempt }: { runId: string; attempt: number }) =>
    journalCursor(db, runId, attempt),
  readEvents,
  pickEvents,
  linkAt,
  readAll,
  headPosition: (db: DatabaseSync, _: Record<string, never>) => headPosition(db),
  readLog,
  logSize,
  logCut,
  verifyRuns,
  verifyExperiments,
  verifyQueue: (db: DatabaseSync, _: Record<string, never>) => verifyQueue(db),
  verifyCounts: (db: DatabaseSync, _: Record<string, never>) => verifyCounts(db),
  verifyAccess: (db: DatabaseSync, _: Record<string, never>) => verifyAccess(db),
  /** A number that changes with each commit of another connection, those of the writing one beside it included. */
  dataVersion: (db: DatabaseSync, _: Record<string, never>) =>
    (db.prepare("PRAGMA data_version").get() as { data_version: number }).data_version,
} as const;

type Operations = typeof writes & typeof reads;
export type ReadName = keyof typeof reads;
export type OperationName = WriteName | ReadName;
export type Argument<Name extends OperationName> = Parameters<Operations[Name]>[1];
export type Value<Name extends OperationName> = ReturnType<Operations[Name]>;

/** About how many events a write appends, for the size of its group. */
export function weightOf(name: WriteName, argument: unknown): number {
  if (name === "ingest") return (argument as Argument<"ingest">).records.length;
  if (name === "executeAll") return (argument as Argument<"executeAll">).commands.length;
  if (name === "planExperiment") return cellCount((argument as Argument<"planExperiment">).plan);
  if (name === "copyRun") return (argument as Argument<"copyRun">).rows.length;
  if (name === "importRun") return (argument as Argument<"importRun">).events.length;
  return 1;
}

/** Runs a write in a transaction. */
export function runWrite(tx: SqliteTransaction, name: WriteName, argument: unknown): unknown {
  return (writes[name] as (tx: SqliteTransaction, argument: unknown) => unknown)(tx, argument);
}

/** Runs a read on a connection. */
export function runRead(db: DatabaseSync, name: ReadName, argument: unknown): unknown {
  return (reads[name] as (db: DatabaseSync, argument: unknown) => unknown)(db, argument);
}
