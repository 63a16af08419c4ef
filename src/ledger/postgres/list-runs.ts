// Lists runs by creation, page by page. A list is one or more strands: ranges of one index in order of creation, from
// which the other filters pick. A request looks at a bounded number of rows, so a page may come back short with a token.

import type { RunFilter } from "../ledger.ts";
import {
  allOf,
  type Condition,
  drivingPrefix,
  looksOfStrand,
  pageOfStrands,
  planStrands,
  prefixSubjectsMax,
  type RunListPage,
  type RunListRequest,
  type RunListRow,
  type Strand,
} from "../list-runs-plan.ts";
import type { Connection } from "./connection.ts";
import { subjectsWithPrefix } from "./subjects-with-prefix.ts";

/** Two who write at the same time may take their times and their places in either order, this far apart at most. */
const slackMs = 60_000;

export async function listRuns(connection: Connection, request: RunListRequest): Promise<RunListPage> {
  const { pageSize, order } = request;
  const range = await rangeOf(connection, request);
  const prefix = drivingPrefix(request.filter);
  const subjects = prefix === null ? null : await subjectsWithPrefix(connection, prefix, prefixSubjectsMax + 1);
  const { drivers, rest } = planStrands(request.filter, subjects);
  const picks = [...rest, ...timesOf(request.filter)];
  const looksMax = looksOfStrand(pageSize, drivers.length);
  const strands = await Promise.all(
    drivers.map((driver) => readStrand(connection, { driver, rest: picks, range, looksMax, pageSize, order })),
  );
  return pageOfStrands(strands, request);
}

async function readStrand(
  connection: Connection,
  of: {
    driver: Condition;
    rest: Condition[];
    range: Condition;
    looksMax: number;
    pageSize: number;
    order: RunListRequest["order"];
  },
): Promise<Strand> {
  const { driver, rest, range, looksMax, pageSize, order } = of;
  const direction = order === "newest" ? "DESC" : "ASC";
  const looked = `SELECT created FROM ${driver.sql} AND ${range.sql} ORDER BY created ${direction}`;
  const lookedValues = [...driver.values, ...range.values];
  const picked = rest.map((condition) => ` AND ${condition.sql}`).join("");
  const sql = `SELECT r.created, r.state FROM (${looked} LIMIT ${looksMax}) AS looked
    JOIN runs AS r ON r.created = looked.created WHERE true${picked}
    ORDER BY looked.created ${direction} LIMIT ${pageSize + 1}`;
  const values = [...lookedValues, ...rest.flatMap((condition) => condition.values)];
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
async function rangeOf(connection: Connection, { filter, order, after }: RunListRequest): Promise<Condition> {
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
  const sql = "SELECT created FROM runs WHERE queued_at >= $1 ORDER BY queued_at, created LIMIT 1";
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
