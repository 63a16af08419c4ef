// The reads of the ledger port that commands need, asked of a server.

import { RunledgerError } from "../core/errors.ts";
import type { LedgerEvent } from "../core/events.ts";
import type { Experiment } from "../core/experiment.ts";
import type { Run } from "../core/run.ts";
import type { Ledger, LogChunk, RunCount, RunFilter } from "../ledger/ledger.ts";
import type { Routes } from "../protocol/http.ts";
import type { AnswerOf } from "../protocol/http-route.ts";
import type { SeenRuns } from "./remote-seen.ts";

type Reads = Pick<
  Ledger,
  | ("getRun" | "findRuns" | "newestRun" | "isDeleted" | "listRuns" | "countRuns" | "countFound" | "getExperiment")
  | ("findExperiments" | "readEvents" | "linkAt" | "readAll" | "headCursor" | "listLimits" | "listWorkers")
  | ("readLog" | "logSize" | "logCut")
>;

type RunReads = "getRun" | "findRuns" | "newestRun" | "isDeleted" | "listRuns" | "countRuns" | "countFound";

/** Runs of one page while one counts back to an older one. */
const pageRuns = 500;

export function remoteReads(seen: SeenRuns): Reads {
  return { ...runReads(seen), ...experimentReads(seen), ...eventReads(seen), ...logReads(seen), ...queueReads(seen) };
}

function runReads(seen: SeenRuns): Pick<Reads, RunReads> {
  const { client } = seen;
  const getRun = async (id: string): Promise<Run | null> => {
    const found = await orNull("run.not-found", client.call("runState", { params: { id } }));
    return found === null ? null : (found.run as Run);
  };
  const listRuns: Ledger["listRuns"] = async (filter, options) => {
    const { pageSize, pageToken, order } = options;
    const query = { ...queryOf(filter), pageSize, pageToken: pageToken ?? undefined, order, fold: "true" as const };
    const { runs, folds = [], nextPageToken } = await client.call("listRuns", { query: given(query) });
    return {
      runs: runs.flatMap((body, index) => (folds[index] === undefined ? [] : [seen.keep(folds[index], body)])),
      nextToken: nextPageToken,
    };
  };
  return {
    getRun,
    listRuns,
    async findRuns(tail, limit) {
      return (await client.call("listRuns", { query: { tail, pageSize: limit } })).runs.map(({ id }) => id);
    },
    async newestRun(back) {
      let left = back;
      for (let pageToken: string | null = null; ; ) {
        const pageSize = Math.min(left + 1, pageRuns);
        const query = given({ pageSize, pageToken: pageToken ?? undefined });
        const page: AnswerOf<Routes["listRuns"]> = await client.call("listRuns", { query });
        const found = page.runs[left];
        if (found !== undefined) return found.id;
        if (page.nextPageToken === null) return null;
        left -= page.runs.length;
        pageToken = page.nextPageToken;
      }
    },
    async isDeleted(id) {
      try {
        await getRun(id);
        return false;
      } catch (error) {
        if (error instanceof RunledgerError && error.code === "run.deleted") return true;
        throw error;
      }
    },
    async countRuns(subject) {
      const query = given({ pageSize: 1, counts: "true" as const, subject });
      return (await client.call("listRuns", { query })).counts ?? [];
    },
    countFound: (filter) => countFound(client, filter),
  };
}

/** A server counts what there is to choose from; the choice of status and verdict is made here. */
async function countFound(client: SeenRuns["client"], filter: RunFilter): ReturnType<Ledger["countFound"]> {
  const query = given({ ...queryOf(filter), pageSize: 1, counts: "true" as const });
  const { counts = [], countsAreWhole = false } = await client.call("listRuns", { query });
  const { statuses, passed } = filter;
  const isChosen = (count: RunCount) =>
    (statuses === undefined || statuses.includes(count.status)) && (passed === undefined || count.passed === passed);
  return { counts: counts.filter(isChosen), isWhole: countsAreWhole };
}

function experimentReads({ client }: SeenRuns): Pick<Reads, "getExperiment" | "findExperiments"> {
  return {
    async getExperiment(id) {
      const found = await orNull("experiment.not-found", client.call("experimentState", { params: { id } }));
      return found === null ? null : (found.experiment as Experiment);
    },
    async findExperiments(tail, limit) {
      const { experiments } = await client.call("listExperiments", { query: { tail, pageSize: limit } });
      return experiments.map(({ id }) => id);
    },
  };
}

function eventReads({ client }: SeenRuns): Pick<Reads, "readEvents" | "linkAt" | "readAll" | "headCursor"> {
  return {
    async readEvents(id, after, limit) {
      const found = await orNull(
        "run.not-found",
        client.call("runEvents", { params: { id }, query: { after, limit } }),
      );
      return (found?.events ?? []) as LedgerEvent[];
    },
    async linkAt(id, seq) {
      return (await client.call("runLink", { params: { id }, query: { seq } })).link;
    },
    async readAll(after, limit) {
      const query = given({ after: after ?? undefined, limit });
      const { events, cursors, cursor } = await client.call("allEvents", { query });
      return { events: events as LedgerEvent[], cursors, cursor };
    },
    async headCursor() {
      return (await client.call("listRuns", { query: { pageSize: 1 } })).cursor;
    },
  };
}

function queueReads({ client }: SeenRuns): Pick<Reads, "listLimits" | "listWorkers"> {
  return {
    async listLimits() {
      return (await client.call("listLimits")).limits;
    },
    async listWorkers() {
      const { workers } = await client.call("listWorkers");
      return workers.map(({ id, isAlive: _, freeSlots: __, ...worker }) => ({ worker: id, ...worker }));
    },
  };
}

type Stream = Pick<LogChunk, "runId" | "attempt" | "stream">;

function logReads({ client }: SeenRuns): Pick<Ledger, "readLog" | "logSize" | "logCut"> {
  const whole = ({ runId: id, attempt, stream }: Stream) =>
    client.call("runLogs", { params: { id }, query: { attempt, stream, limit: 1 } });
  return {
    async readLog({ runId: id, attempt, stream, offset, limit }) {
      const { cut } = await whole({ runId: id, attempt, stream });
      // The server goes on after what was cut out; here that is for the reader to see.
      if (cut !== null && offset >= cut.from && offset < cut.to) return new Uint8Array();
      const most = cut !== null && offset < cut.from ? Math.min(limit, cut.from - offset) : limit;
      const query = { attempt, stream, offset, limit: most };
      return new Uint8Array(await (await client.raw("runLogs", "text/plain", { params: { id }, query })).arrayBuffer());
    },
    logSize: async (of) => (await whole(of)).bytes,
    logCut: async (of) => (await whole(of)).cut,
  };
}

function queryOf({ statuses, kind, subject, subjectPrefix, agent, passed, experimentId, label, ...times }: RunFilter) {
  return {
    ...{ status: statuses, kind, subject, text: subjectPrefix, agent, experiment: experimentId },
    passed: passed === undefined ? undefined : passed ? ("true" as const) : ("false" as const),
    label: label === undefined ? undefined : `${label.key}=${label.value}`,
    since: timeOf(times.sinceMs),
    until: timeOf(times.untilMs),
  };
}

function timeOf(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}

type Given<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** The fields that were given: a client sends no others. */
function given<T extends object>(fields: T): Partial<Given<T>> {
  const pairs = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(pairs) as Partial<Given<T>>;
}

async function orNull<T>(code: RunledgerError["code"], answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof RunledgerError && error.code === code) return null;
    throw error;
  }
}
