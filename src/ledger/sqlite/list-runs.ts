// Lists runs by creation, page by page. A list is one or more strands: ranges of one index in order of creation, from
// which the other filters pick. A request looks at a bounded number of rows, so a page may come back short with a token.

import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { systemLimits } from "../../core/system-limits.ts";
import type { RunFilter } from "../ledger.ts";
import { statement } from "./statement.ts";

export type RunListRequest = {
  filter: RunFilter;
  pageSize: number;
  order: "newest" | "oldest";
  /** `created` of the last run of the page before, or null. */
  after: number | null;
};

export type RunListPage = { states: string[]; after: number | null };

type Row = { created: number; state: string };
/** SQL and its parameters, each of which stands in the text as one question mark. */
type Condition = { sql: string; values: SQLInputValue[] };
type Strand = { rows: Row[] /** The last row looked at, if there may be more beyond it. */; horizon: number | null };

export function listRuns(db: DatabaseSync, request: RunListRequest): RunListPage {
  const { pageSize, order } = request;
  const range = rangeOf(db, request);
  const { drivers, rest } = plan(request.filter);
  const looksMax = Math.max(pageSize + 1, Math.floor(systemLimits.pageLooksMax / drivers.length));
  const strands = drivers.map((driver) => readStrand(db, { driver, rest, range, looksMax, pageSize, order }));
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

function readStrand(
  db: DatabaseSync,
  of: {
    driver: Condition;
    rest: Condition[];
    range: Condition;
    looksMax: number;
    pageSize: number;
    order: RunListRequest["order"];
  },
): Strand {
  const { driver, rest, range, looksMax, pageSize, order } = of;
  const direction = order === "newest" ? "DESC" : "ASC";
  const looked = `SELECT created FROM ${driver.sql} AND ${range.sql} ORDER BY created ${direction} LIMIT ${looksMax}`;
  const lookedValues = [...driver.values, ...range.values];
  const picked = rest.map((condition) => ` AND ${condition.sql}`).join("");
  const sql = `SELECT r.created, r.state FROM (${looked}) AS looked CROSS JOIN runs AS r ON r.created = looked.created
    WHERE 1${picked} ORDER BY looked.created ${direction} LIMIT ${pageSize + 1}`;
  const values = rest.flatMap((condition) => condition.values);
  const rows = statement(db, sql).all(...lookedValues, ...values) as Row[];
  if (rows.length > pageSize) return { rows, horizon: null };
  const edgeSql = `SELECT created FROM ${driver.sql} AND ${range.sql} ORDER BY created ${direction} LIMIT 1 OFFSET ${looksMax - 1}`;
  const edge = statement(db, edgeSql).get(...lookedValues) as { created: number } | undefined;
  return { rows, horizon: edge?.created ?? null };
}

/** The filter with the fewest runs drives, as far as one can tell from its name; the others pick from it. */
function plan(filter: RunFilter): { drivers: Condition[]; rest: Condition[] } {
  const { label, experimentId, subject, agent, statuses, passed, kind } = filter;
  const columns: [string, SQLInputValue | undefined][] = [
    ["experiment_id", experimentId],
    ["subject_id", subject],
    ["agent_name", agent],
    ["status", statuses?.length === 1 ? statuses[0] : undefined],
    ["passed", passed === undefined ? undefined : Number(passed)],
    ["kind", kind],
  ];
  const equal = columns.filter((column): column is [string, SQLInputValue] => column[1] !== undefined);
  const isStatusDriven =
    label === undefined && experimentId === undefined && subject === undefined && agent === undefined;
  if (statuses !== undefined && statuses.length !== 1 && isStatusDriven) {
    const drivers = statuses.map((status) => ({ sql: "runs WHERE status = ?", values: [status] }));
    return { drivers: drivers.length === 0 ? [nothing] : drivers, rest: equal.map(([name, value]) => is(name, value)) };
  }
  const among: Condition[] =
    statuses !== undefined && statuses.length !== 1
      ? [{ sql: `r.status IN (${statuses.map(() => "?").join(", ")})`, values: statuses }]
      : [];
  if (label !== undefined) {
    const driver = { sql: "run_labels WHERE key = ? AND value = ?", values: [label.key, label.value] };
    return { drivers: [driver], rest: [...equal.map(([name, value]) => is(name, value)), ...among] };
  }
  const [first, ...others] = equal;
  const driver = first === undefined ? all : { sql: `runs WHERE ${first[0]} = ?`, values: [first[1]] };
  return { drivers: [driver], rest: [...others.map(([name, value]) => is(name, value)), ...among] };
}

const all: Condition = { sql: "runs WHERE 1", values: [] };
const nothing: Condition = { sql: "runs WHERE 0", values: [] };

function is(column: string, value: SQLInputValue): Condition {
  return { sql: `r.${column} = ?`, values: [value] };
}

/** Where the page lies among all runs. Queue times never go back, so a time is a place in the order of creation. */
function rangeOf(db: DatabaseSync, { filter, order, after }: RunListRequest): Condition {
  const conditions: Condition[] = [];
  if (after !== null) conditions.push({ sql: `created ${order === "newest" ? "<" : ">"} ?`, values: [after] });
  if (filter.sinceMs !== undefined) conditions.push({ sql: "created >= ?", values: [createdAt(db, filter.sinceMs)] });
  if (filter.untilMs !== undefined) conditions.push({ sql: "created < ?", values: [createdAt(db, filter.untilMs)] });
  if (conditions.length === 0) return { sql: "1", values: [] };
  return {
    sql: conditions.map((condition) => condition.sql).join(" AND "),
    values: conditions.flatMap((condition) => condition.values),
  };
}

/** `created` of the first run queued at or after this time; beyond every run if there is none. */
function createdAt(db: DatabaseSync, timeMs: number): number {
  const sql = "SELECT created FROM runs WHERE queued_at >= ? ORDER BY queued_at, created LIMIT 1";
  const row = statement(db, sql).get(Math.ceil(timeMs)) as { created: number } | undefined;
  return row?.created ?? Number.MAX_SAFE_INTEGER;
}
