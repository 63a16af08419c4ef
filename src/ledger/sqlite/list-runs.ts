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
  const { drivers, ...others } = plannedStrands(db, request);
  const looksMax = looksOfStrand(pageSize, drivers.length);
  const strands = drivers.map((driver) => readStrand(db, { driver, ...others, looksMax, pageSize, order }));
  return pageOfStrands(strands, request);
}

/** Counts what the filter finds, among as many of the newest runs as one list may look at. */
export function countFound(db: DatabaseSync, { filter }: { filter: RunFilter }): FoundCounts {
  const { drivers, picks, rest, range } = plannedStrands(db, { filter, order: "newest", after: null });
  const looksMax = looksOfStrand(0, drivers.length);
  const strands = drivers.map((driver) => {
    const looked = lookedAt(driver, range, "DESC");
    const found = foundAmong(`${looked.sql} LIMIT ${looksMax}`, picks);
    const values = [...looked.values, ...found.values, ...rest.flatMap((condition) => condition.values)];
    const rows = statement(db, countSql(found.sql, rest)).all(...values);
    const further = statement(db, `${looked.sql} LIMIT 1 OFFSET ${looksMax}`).get(...looked.values);
    return { rows: rows as StrandCount["rows"], isWhole: further === undefined };
  });
  return countsOfStrands(strands);
}

/** Runs by status and verdict. Most have a verdict, which an index knows; of the others the run's row is read. */
function countSql(found: string, rest: readonly Condition[]): string {
  const has = (passed: 0 | 1) =>
    `(SELECT 1 FROM runs INDEXED BY runs_by_passed WHERE passed = ${passed} AND created = found.created) IS NOT NULL`;
  const byRow = `CROSS JOIN runs AS r ON r.created = found.created WHERE ${allOf(rest).sql}`;
  return `WITH judged AS MATERIALIZED (
      SELECT found.created, CASE WHEN ${has(1)} THEN 1 WHEN ${has(0)} THEN 0 END AS passed
      FROM (${found}) AS found ${rest.length === 0 ? "" : byRow})
    SELECT iif(passed IS NULL, (SELECT status FROM runs WHERE created = judged.created), 'completed') AS status,
      passed, count(*) AS runs
    FROM judged GROUP BY 1, 2`;
}

/** The place in the order of creation of each run that a driver leads to. */
function lookedAt(driver: Condition, range: Condition, direction: "ASC" | "DESC"): Condition {
  return {
    sql: `SELECT created FROM ${driver.sql} AND ${range.sql} ORDER BY created ${direction}`,
    values: [...driver.values, ...range.values],
  };
}

/** Those of them that indexes pick. Its values are the picks' alone. */
function foundAmong(looked: string, picks: readonly Condition[]): Condition {
  const { sql, values } = allOf(picks);
  return { sql: `SELECT looked.created FROM (${looked}) AS looked WHERE ${sql}`, values };
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
    picks: Condition[];
    rest: Condition[];
    range: Condition;
    looksMax: number;
    pageSize: number;
    order: RunListRequest["order"];
  },
): Strand {
  const { driver, picks, rest, range, looksMax, pageSize, order } = of;
  const direction = order === "newest" ? "DESC" : "ASC";
  const looked = lookedAt(driver, range, direction);
  const found = foundAmong(`${looked.sql} LIMIT ${looksMax}`, picks);
  const byRow = allOf(rest);
  const sql = `SELECT r.created, r.state FROM (${found.sql}) AS found CROSS JOIN runs AS r ON r.created = found.created
    WHERE ${byRow.sql} ORDER BY found.created ${direction} LIMIT ${pageSize + 1}`;
  const rows = statement(db, sql).all(...looked.values, ...found.values, ...byRow.values) as RunListRow[];
  if (rows.length > pageSize) return { rows, horizon: null };
  const edgeSql = `${looked.sql} LIMIT 1 OFFSET ${looksMax - 1}`;
  const edge = statement(db, edgeSql).get(...looked.values) as { created: number } | undefined;
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
