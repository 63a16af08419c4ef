// Lists runs by creation, page by page. A list is one or more strands: ranges of one index in order of creation, from
// which the other filters pick. A request looks at a bounded number of rows, so a page may come back short with a token.

import type { RunFilter } from "../ledger.ts";
import {
  allOf,
  type Condition,
  countsOfStrands,
  drivingPrefix,
  drivingTerms,
  type FoundCounts,
  looksOfStrand,
  pageOfStrands,
  planStrands,
  prefixSubjectsMax,
  probedMax,
  type RunListPage,
  type RunListRequest,
  type RunListRow,
  type Strand,
  type StrandCount,
} from "../list-runs-plan.ts";
import type { Connection } from "./connection.ts";
import { subjectsWithPrefix } from "./subjects-with-prefix.ts";

/** Two who write at the same time may take their times and their places in either order, this far apart at most. */
const slackMs = 60_000;

export async function listRuns(connection: Connection, request: RunListRequest): Promise<RunListPage> {
  const { pageSize, order } = request;
  const { drivers, ...others } = await plannedStrands(connection, request);
  const looksMax = looksOfStrand(pageSize, drivers.length);
  const strands = await Promise.all(
    drivers.map((driver) => readStrand(connection, { driver, ...others, looksMax, pageSize, order })),
  );
  return pageOfStrands(strands, request);
}

/** Counts what the filter finds, among as many of the newest runs as one list may look at. */
export async function countFound(connection: Connection, filter: RunFilter): Promise<FoundCounts> {
  const { drivers, picks, rest, range } = await plannedStrands(connection, { filter, order: "newest", after: null });
  const looksMax = looksOfStrand(0, drivers.length);
  const [byIndex, byRow] = [allOf(picks), allOf(rest)];
  const strands = drivers.map(async (driver): Promise<StrandCount> => {
    const looked = `SELECT created FROM ${driver.sql} AND ${range.sql} ORDER BY created DESC LIMIT`;
    const lookedValues = [...driver.values, ...range.values];
    const sql = `SELECT r.status, r.passed, count(*)::int AS runs FROM (${looked} ${looksMax}) AS looked
      ${lookedUp(byIndex.sql)} WHERE ${byRow.sql} GROUP BY r.status, r.passed`;
    const values = [...lookedValues, ...byIndex.values, ...byRow.values];
    const rows = await connection.unnamedRows<StrandCount["rows"][number]>(numbered(sql), values);
    const further = await connection.unnamedRows(numbered(`${looked} 1 OFFSET ${looksMax}`), lookedValues);
    return { rows, isWhole: further.length === 0 };
  });
  return countsOfStrands(await Promise.all(strands));
}

/**
 * Each row that an index picks by its key, whatever the planner thinks of reading them all: a list costs no more than its
 * looks.
 */
function lookedUp(byIndex: string): string {
  return `CROSS JOIN LATERAL (SELECT * FROM runs WHERE ${byIndex} AND runs.created = looked.created LIMIT 1) AS r`;
}

async function plannedStrands(connection: Connection, request: Pick<RunListRequest, "filter" | "order" | "after">) {
  const range = await rangeOf(connection, request);
  const prefix = drivingPrefix(request.filter);
  const subjects = prefix === null ? null : await subjectsWithPrefix(connection, prefix, prefixSubjectsMax + 1);
  const fewest = await fewestOf(connection, drivingTerms(request.filter, "run_keys"));
  const { drivers, picks, rest } = planStrands(request.filter, { subjects, keys: "run_keys", fewest });
  return { drivers, picks, rest: [...rest, ...timesOf(request.filter)], range };
}

/** The term with the fewest runs, if that one has few; else the first. */
async function fewestOf(connection: Connection, terms: readonly Condition[]): Promise<number> {
  if (terms.length < 2) return 0;
  const counts = await Promise.all(
    terms.map(async ({ sql, values }) => {
      const counted = `SELECT count(*)::int AS runs FROM (SELECT 1 FROM ${sql} LIMIT ${probedMax}) AS probed`;
      const [row] = await connection.unnamedRows<{ runs: number }>(numbered(counted), values);
      return row?.runs ?? 0;
    }),
  );
  const least = Math.min(...counts);
  return least < probedMax ? counts.indexOf(least) : 0;
}

async function readStrand(
  connection: Connection,
  of: {
    driver: Condition;
    picks: Condition[];
    rest: Condition[];
    range: Condition;
    looksMax: number;
    pageSize: number;
    order: RunListRequest["order"];
  },
): Promise<Strand> {
  const { driver, picks, rest, range, looksMax, pageSize, order } = of;
  const direction = order === "newest" ? "DESC" : "ASC";
  const looked = `SELECT created FROM ${driver.sql} AND ${range.sql} ORDER BY created ${direction}`;
  const lookedValues = [...driver.values, ...range.values];
  const [byIndex, byRow] = [allOf(picks), allOf(rest)];
  const sql = `SELECT r.created, r.state FROM (${looked} LIMIT ${looksMax}) AS looked
    ${lookedUp(byIndex.sql)} WHERE ${byRow.sql}
    ORDER BY looked.created ${direction} LIMIT ${pageSize + 1}`;
  const values = [...lookedValues, ...byIndex.values, ...byRow.values];
  const rows = await connection.unnamedRows<RunListRow>(numbered(sql), values);
  if (rows.length > pageSize) return { rows, horizon: null };
  const edgeSql = `${looked} LIMIT 1 OFFSET ${looksMax - 1}`;
  const [edge] = await connection.unnamedRows<{ created: number }>(numbered(edgeSql), lookedValues);
  return { rows, horizon: edge?.created ?? null };
}

function timesOf({ sinceMs, untilMs }: RunFilter): Condition[] {
  const times: Condition[] = [];
  if (sinceMs !== undefined) times.push({ sql: "r.queued_at >= ?", values: [Math.ceil(sinceMs)] });
  if (untilMs !== undefined) times.push({ sql: "r.queued_at < ?", values: [Math.ceil(untilMs)] });
  return times;
}

/** Where the page lies among all runs. Times follow the order of creation but for the slack. */
async function rangeOf(
  connection: Connection,
  { filter, order, after }: Pick<RunListRequest, "filter" | "order" | "after">,
): Promise<Condition> {
  const { sinceMs, untilMs } = filter;
  const conditions: Condition[] = [];
  if (after !== null) conditions.push({ sql: `created ${order === "newest" ? "<" : ">"} ?`, values: [after] });
  if (sinceMs !== undefined) {
    conditions.push({ sql: "created >= ?", values: [await createdAt(connection, sinceMs - slackMs)] });
  }
  if (untilMs !== undefined) {
    conditions.push({ sql: "created < ?", values: [await createdAt(connection, untilMs + slackMs)] });
  }
  return allOf(conditions);
}

/** `created` of the first run queued at or after this time; beyond every run if there is none. */
async function createdAt(connection: Connection, timeMs: number): Promise<number> {
  const sql = "SELECT created FROM run_keys WHERE queued_at >= $1 ORDER BY queued_at, created LIMIT 1";
  const row = await connection.row<{ created: number }>(sql, [Math.ceil(timeMs)]);
  return row?.created ?? Number.MAX_SAFE_INTEGER;
}

/** PostgreSQL's own place holders in place of question marks. */
function numbered(sql: string): string {
  let count = 0;
  return sql.replaceAll("?", () => {
    count += 1;
    return `$${count}`;
  });
}
