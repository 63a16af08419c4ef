// Lists runs by creation, page by page. A list is one or more strands: ranges of one index in order of creation, from
// which the other filters pick. A request looks at a bounded number of rows, so a page may come back short with a token.

import { systemLimits } from "../../core/system-limits.ts";
import type { RunFilter } from "../ledger.ts";
import type { Connection } from "./connection.ts";

export type RunListRequest = {
  filter: RunFilter;
  pageSize: number;
  order: "newest" | "oldest";
  /** `created` of the last run of the page before, or null. */
  after: number | null;
};

export type RunListPage = { states: string[]; after: number | null };

type Row = { created: number; state: string };
/** SQL with a question mark for each of its values. */
type Condition = { sql: string; values: unknown[] };
type Strand = { rows: Row[] /** The last row looked at, if there may be more beyond it. */; horizon: number | null };

/** Two who write at the same time may take their times and their places in either order, this far apart at most. */
const slackMs = 60_000;

export async function listRuns(connection: Connection, request: RunListRequest): Promise<RunListPage> {
  const { pageSize, order } = request;
  const range = await rangeOf(connection, request);
  const { drivers, rest } = plan(request.filter);
  const picks = [...rest, ...timesOf(request.filter)];
  const looksMax = Math.max(pageSize + 1, Math.floor(systemLimits.pageLooksMax / drivers.length));
  const strands = await Promise.all(
    drivers.map((driver) => readStrand(connection, { driver, rest: picks, range, looksMax, pageSize, order })),
  );
  const before = order === "newest" ? (a: number, b: number) => b - a : (a: number, b: number) => a - b;
  // Beyond the nearest horizon another strand may have rows that were not looked at.
  const horizon = strands.flatMap((strand) => strand.horizon ?? []).sort(before)[0] ?? null;
  const merged = strands
    .flatMap((strand) => strand.rows)
    .filter((row) => horizon === null || before(row.created, horizon) <= 0)
    .sort((a, b) => before(a.created, b.created));
  const page = merged.slice(0, pageSize);
  const isCut = merged.length > pageSize;
  return { states: page.map((row) => row.state), after: isCut ? (page.at(-1)?.created ?? null) : horizon };
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
  const rows = await connection.unnamedRows<Row>(numbered(sql), values);
  if (rows.length > pageSize) return { rows, horizon: null };
  const edgeSql = `${looked} LIMIT 1 OFFSET ${looksMax - 1}`;
  const [edge] = await connection.unnamedRows<{ created: number }>(numbered(edgeSql), lookedValues);
  return { rows, horizon: edge?.created ?? null };
}

/** The filter with the fewest runs drives, as far as one can tell from its name; the others pick from it. */
function plan(filter: RunFilter): { drivers: Condition[]; rest: Condition[] } {
  const { label, experimentId, subject, agent, statuses, passed, kind } = filter;
  const columns: [string, unknown][] = [
    ["experiment_id", experimentId],
    ["subject_id", subject],
    ["agent_name", agent],
    ["status", statuses?.length === 1 ? statuses[0] : undefined],
    ["passed", passed === undefined ? undefined : Number(passed)],
    ["kind", kind],
  ];
  const equal = columns.filter(([, value]) => value !== undefined);
  const isStatusDriven =
    label === undefined && experimentId === undefined && subject === undefined && agent === undefined;
  if (statuses !== undefined && statuses.length !== 1 && isStatusDriven) {
    const drivers = statuses.map((status) => ({ sql: "runs WHERE status = ?", values: [status] }));
    return { drivers: drivers.length === 0 ? [nothing] : drivers, rest: equal.map(([name, value]) => is(name, value)) };
  }
  const among: Condition[] =
    statuses !== undefined && statuses.length !== 1 ? [{ sql: "r.status = ANY(?::text[])", values: [statuses] }] : [];
  if (label !== undefined) {
    const driver = { sql: "run_labels WHERE key = ? AND value = ?", values: [label.key, label.value] };
    return { drivers: [driver], rest: [...equal.map(([name, value]) => is(name, value)), ...among] };
  }
  const [first, ...others] = equal;
  const driver = first === undefined ? all : { sql: `runs WHERE ${first[0]} = ?`, values: [first[1]] };
  return { drivers: [driver], rest: [...others.map(([name, value]) => is(name, value)), ...among] };
}

const all: Condition = { sql: "runs WHERE true", values: [] };
const nothing: Condition = { sql: "runs WHERE false", values: [] };

function is(column: string, value: unknown): Condition {
  return { sql: `r.${column} = ?`, values: [value] };
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
  if (conditions.length === 0) return { sql: "true", values: [] };
  return {
    sql: conditions.map((condition) => condition.sql).join(" AND "),
    values: conditions.flatMap((condition) => condition.values),
  };
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
