// The operations of the port that read, each on the process's reading connection; it is opened again when it is lost,
// and what was asked for is read again.

import { RunledgerError } from "../../core/errors.ts";
import type { Run } from "../../core/run.ts";
import { systemLimits } from "../../core/system-limits.ts";
import { type EventRow, eventOfRow } from "../event-row.ts";
import type { Cursor, EventPage, Ledger, ListOptions, RunFilter, RunPage } from "../ledger.ts";
import { createdOfToken, tokenOfCreated } from "../page-token.ts";
import { readBlob, writeBlob } from "./blob-rows.ts";
import type { Connection } from "./connection.ts";
import { countRuns } from "./count-runs.ts";
import { cursorAt, cursorReset, feedStart, isAhead, placeOf } from "./cursor.ts";
import { findRuns, isDeleted, linkAt, newestRun, runState } from "./find-runs.ts";
import type { Line } from "./line.ts";
import { countFound, listRuns } from "./list-runs.ts";
import { journalCursor, liveAttempts, supervisors } from "./live-attempts.ts";
import { leaseClockMs, silentHolders } from "./locks.ts";
import { overdueRuns } from "./overdue-runs.ts";
import { feedHead, readAll, readEvents, whenSettled } from "./read-events.ts";
import { findExperiments, getExperiment, planRow } from "./read-experiment.ts";
import { logCut, logSize, readLog } from "./read-log.ts";
import { listWorkers } from "./save-worker.ts";
import type { Session } from "./session.ts";
import { listLimits } from "./slots.ts";
import { SteadyClock } from "./steady-clock.ts";

const pageSizeDefault = 50;

export type ReadOperations = Pick<
  Ledger,
  | (
      | "getRun"
      | "findRuns"
      | "newestRun"
      | "isDeleted"
      | "listRuns"
      | "countRuns"
      | "countFound"
      | "liveAttempts"
      | "supervisors"
    )
  | ("overdueRuns" | "silentWorkers" | "listLimits" | "listWorkers" | "journalCursor" | "readEvents" | "readRows")
  | ("linkAt" | "readAll" | "headCursor" | "getExperiment" | "findExperiments" | "planRow")
  | ("putBlob" | "getBlob" | "readLog" | "logSize" | "logCut")
>;

/** @param of.epoch The epoch that the connection opened last has found. */
export function readOperations(of: {
  line: Line;
  epoch: () => string;
  session: Pick<Session, "ageMs">;
}): ReadOperations {
  const { line, epoch, session } = of;
  const clock = new SteadyClock();
  /** Also for a write that changes nothing when it is done twice. */
  const read = <T>(work: (connection: Connection) => Promise<T>): Promise<T> => line.do(work);
  const refuseDeleted = async (runId: string): Promise<void> => {
    if (!(await read((connection) => isDeleted(connection, runId)))) return;
    throw new RunledgerError("run.deleted", `run ${runId} was deleted`, { data: { runId } });
  };
  const readRows = async (runId: string, afterSeq: number, limit: number): Promise<EventRow[]> => {
    const rows = await read((connection) => readEvents(connection, { runId, afterSeq, limit }));
    if (rows.length === 0 || rows[0]?.type === "run.deleted") await refuseDeleted(runId);
    return rows;
  };
  return {
    async getRun(runId) {
      const state = await read((connection) => runState(connection, runId));
      if (state !== null) return JSON.parse(state) as Run;
      await refuseDeleted(runId);
      return null;
    },
    findRuns: (tail, limit) => read((connection) => findRuns(connection, { tail, limit })),
    newestRun: (back) => read((connection) => newestRun(connection, back)),
    isDeleted: (runId) => read((connection) => isDeleted(connection, runId)),
    listRuns: (filter, options) => read((connection) => runPage(connection, filter, options)),
    countRuns: (subject) => read((connection) => countRuns(connection, subject ?? null)),
    countFound: (filter) => read((connection) => countFound(connection, filter)),
    liveAttempts: (worker) => read((connection) => liveAttempts(connection, worker ?? null)),
    supervisors: () => read(supervisors),
    overdueRuns: (limit) => read((connection) => overdueRuns(connection, limit)),
    silentWorkers: () => read((connection) => silentWorkers(connection, { session, clock })),
    listLimits: () => read(listLimits),
    listWorkers: () => read(listWorkers),
    journalCursor: (runId, attempt) => read((connection) => journalCursor(connection, runId, attempt)),
    readRows,
    readEvents: async (runId, afterSeq, limit) => (await readRows(runId, afterSeq, limit)).map(eventOfRow),
    linkAt: (runId, seq) => read((connection) => linkAt(connection, { runId, seq })),
    readAll: (after, limit) => read((connection) => eventPage(connection, { after, limit, epoch: epoch() })),
    headCursor: () => read(async (connection) => cursorAt(await settledHead(connection), epoch())),
    getExperiment: (experimentId) => read((connection) => getExperiment(connection, experimentId)),
    findExperiments: (tail, limit) => read((connection) => findExperiments(connection, { tail, limit })),
    planRow: (experimentId) => read((connection) => planRow(connection, experimentId)),
    putBlob: (bytes) => read((connection) => writeBlob(connection, bytes)),
    getBlob: (digest) => read((connection) => readBlob(connection, digest)),
    readLog: (of) => read((connection) => readLog(connection, of)),
    logSize: (of) => read((connection) => logSize(connection, of)),
    logCut: (of) => read((connection) => logCut(connection, of)),
  };
}

async function runPage(connection: Connection, filter: RunFilter, options: ListOptions): Promise<RunPage> {
  const { pageSize: asked = pageSizeDefault, pageToken = null, order = "newest" } = options;
  const after = pageToken === null ? null : createdOfToken(pageToken, order);
  const pageSize = Math.max(1, Math.min(asked, systemLimits.pageRowsMax));
  const page = await listRuns(connection, { filter, order, pageSize, after });
  const runs = page.states.map((state) => JSON.parse(state) as Run);
  return { runs, nextToken: page.after === null ? null : tokenOfCreated(page.after, order) };
}

async function eventPage(
  connection: Connection,
  { after: cursor, limit, epoch }: { after: Cursor | null; limit: number; epoch: string },
): Promise<EventPage> {
  const after = cursor === null ? feedStart : placeOf(cursor, epoch);
  const rows = await whenSettled(connection, () => readAll(connection, { after, limit }));
  const last = rows.at(-1);
  if (last === undefined && cursor !== null && isAhead(after, await feedHead(connection))) throw cursorReset(cursor);
  const cursors = rows.map((row) => cursorAt(row, epoch));
  return { events: rows.map(eventOfRow), cursors, cursor: cursorAt(last ?? after, epoch) };
}

function settledHead(connection: Connection) {
  return whenSettled(connection, () => feedHead(connection));
}

/**
 * Who has not had the ledger for a whole lease, or by another clock, does not know whether others could have renewed
 * theirs. A connection to a pooler says nothing of the database behind it, the session's does.
 */
async function silentWorkers(
  connection: Connection,
  { session, clock }: { session: Pick<Session, "ageMs">; clock: SteadyClock },
): Promise<string[]> {
  const [silent, steadyMs] = await Promise.all([
    silentHolders(connection, systemLimits.takeoverAfterMs),
    clock.look(() => leaseClockMs(connection)),
  ]);
  return Math.min(connection.ageMs, session.ageMs, steadyMs) < systemLimits.leaseMs ? [] : silent;
}
