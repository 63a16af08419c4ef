// Lists runs by creation, page by page. A list is one or more strands: ranges of one index in order of creation, from
// which the other filters pick. A request looks at a bounded number of rows, so a page may come back short with a token.

import type { DatabaseSync } from "node:sqlite";
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
import { statement } from "./statement.ts";
import { subjectsWithPrefix } from "./subjects-with-prefix.ts";

export function listRuns(db: DatabaseSync, request: RunListRequest): RunListPage {
  const { pageSize, order } = request;
  const { drivers, rest, range } = plannedStrands(db, request);
  const looksMax = looksOfStrand(pageSize, drivers.length);
  const strands = drivers.map((driver) => readStrand(db, { driver, rest, range, looksMax, pageSize, order }));
  return pageOfStrands(strands, request);
}

/** Counts what the filter finds, among as many of the newest runs as one list may look at. */
export function countFound(db: DatabaseSync, { filter }: { filter: RunFilter }): FoundCounts {
  const { drivers, rest, range } = plannedStrands(db, { filter, order: "newest", after: null });
  const looksMax = looksOfStrand(0, drivers.length);
  const picked = rest.map((condition) => ` AND ${condition.sql}`).join("");
  const strands = drivers.map((driver) => {
    const looked = `SELECT created FROM ${driver.sql} AND ${range.sql} ORDER BY created DESC LIMIT`;
    const lookedValues = [...driver.values, ...range.values];
    const sql = `SELECT r.status, r.passed, count(*) AS runs FROM (${looked} ${looksMax}) AS looked
      CROSS JOIN runs AS r ON r.created = looked.created WHERE 1${picked} GROUP BY r.status, r.passed`;
    const rows = statement(db, sql).all(...lookedValues, ...rest.flatMap((condition) => condition.values));
    const further = statement(db, `${looked} 1 OFFSET ${looksMax}`).get(...lookedValues);
    return { rows: rows as StrandCount["rows"], isWhole: further === undefined };
  });
  return countsOfStrands(strands);
}

function plannedStrands(db: DatabaseSync, request: Pick<RunListRequest, "filter" | "order" | "after">) {
  const range = rangeOf(db, request);
  const prefix = drivingPrefix(request.filter);
  const subjects = prefix === null ? null : subjectsWithPrefix(db, prefix, prefixSubjectsMax + 1);
  const fewest = fewestOf(db, drivingTerms(request.filter, "runs"));
  return { ...planStrands(request.filter, { subjects, keys: "runs", fewest }), range };
}

/** The term with the fewest runs, if that one has few; else the first. */
function fewestOf(db: DatabaseSync, terms: readonly Condition[]): number {
  if (terms.length < 2) return 0;
  const counts = terms.map(({ sql, values }) => {
    const counted = `SELECT count(*) AS runs FROM (SELECT 1 FROM ${sql} LIMIT ${probedMax})`;
    return (statement(db, counted).get(...values) as { runs: number }).runs;
  });
  const least = Math.min(...counts);
  return least < probedMax ? counts.indexOf(least) : 0;
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
  const rows = statement(db, sql).all(...lookedValues, ...values) as RunListRow[];
  if (rows.length > pageSize) return { rows, horizon: null };
  const edgeSql = `SELECT created FROM ${driver.sql} AND ${range.sql} ORDER BY created ${direction} LIMIT 1 OFFSET ${looksMax - 1}`;
  const edge = statement(db, edgeSql).get(...lookedValues) as { created: number } | undefined;
  return { rows, horizon: edge?.created ?? null };
}

/** Where the page lies among all runs. Queue times never go back, so a time is a place in the order of creation. */
function rangeOf(
  db: DatabaseSync,
  { filter, order, after }: Pick<RunListRequest, "filter" | "order" | "after">,
): Condition {
  const conditions: Condition[] = [];
  if (after !== null) conditions.push({ sql: `created ${order === "newest" ? "<" : ">"} ?`, values: [after] });
  if (filter.sinceMs !== undefined) conditions.push({ sql: "created >= ?", values: [createdAt(db, filter.sinceMs)] });
  if (filter.untilMs !== undefined) conditions.push({ sql: "created < ?", values: [createdAt(db, filter.untilMs)] });
  return allOf(conditions);
}

/** `created` of the first run queued at or after this time; beyond every run if there is none. */
function createdAt(db: DatabaseSync, timeMs: number): number {
  const sql = "SELECT created FROM runs WHERE queued_at >= ? ORDER BY queued_at, created LIMIT 1";
  const row = statement(db, sql).get(Math.ceil(timeMs)) as { created: number } | undefined;
  return row?.created ?? Number.MAX_SAFE_INTEGER;
}
