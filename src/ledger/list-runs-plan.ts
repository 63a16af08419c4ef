// How a list of runs is read, whichever database it is in: one or more strands, each a range of one index in order of
// creation, from which the other filters pick; and how the strands make a page.

import type { RunStatus } from "../core/moves.ts";
import { systemLimits } from "../core/system-limits.ts";
import type { Ledger, RunFilter } from "./ledger.ts";

export type RunListRequest = {
  filter: RunFilter;
  pageSize: number;
  order: "newest" | "oldest";
  /** `created` of the last run of the page before, or null. */
  after: number | null;
};

export type RunListPage = { states: string[]; after: number | null };

export type FoundCounts = Awaited<ReturnType<Ledger["countFound"]>>;
export type RunListRow = { created: number; state: string };
/** SQL and its values, each of which stands in the text as one question mark. */
export type Condition = { sql: string; values: (string | number)[] };
/** `horizon`: the last row looked at, if there may be more beyond it. */
export type Strand = { rows: RunListRow[]; horizon: number | null };

/** The runs of a strand by status and verdict; `isWhole` false: there may be more than were looked at. */
export type StrandCount = { rows: { status: RunStatus; passed: number | null; runs: number }[]; isWhole: boolean };

/** Rows that each of so many strands may look at. */
export function looksOfStrand(pageSize: number, strands: number): number {
  return Math.max(pageSize + 1, Math.floor(systemLimits.listLooksMax / strands));
}

/** The page that the strands add up to. */
export function pageOfStrands(strands: readonly Strand[], { pageSize, order }: RunListRequest): RunListPage {
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

/** What the strands count together: no run is in two of them. */
export function countsOfStrands(strands: readonly StrandCount[]): FoundCounts {
  const groups = Map.groupBy(
    strands.flatMap((strand) => strand.rows),
    ({ status, passed }) => `${status} ${passed}`,
  );
  const counts = [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const passed = first.passed === null ? null : first.passed === 1;
    return [{ status: first.status, passed, runs: group.reduce((sum, { runs }) => sum + runs, 0) }];
  });
  return { counts, isWhole: strands.every((strand) => strand.isWhole) };
}

/** Subjects that a prefix may stand for, each a strand of its own; of more the runs themselves are looked through. */
export const prefixSubjectsMax = 50;

/** The first text after all that begin with a prefix. */
export function afterPrefix(prefix: string): string {
  return `${prefix}\u{10ffff}`;
}

/** The table with the columns that no event changes: the runs' own, or one beside it. */
type KeysTable = "runs" | "run_keys";

/**
 * What leads to runs, and what then picks from them: first by `looked.created` alone, in indexes, then by the run's row
 * `r`. A row is long, and a list that finds nothing would read one of each run that it looks at.
 */
type Plan = { drivers: Condition[]; picks: Condition[]; rest: Condition[] };

/** The prefix for whose subjects there should be a strand each, or null: another filter has fewer runs. */
export function drivingPrefix({ subjectPrefix, label, experimentId, subject, agent }: RunFilter): string | null {
  const isNarrow = [label, experimentId, subject, agent].some((given) => given !== undefined);
  return isNarrow ? null : (subjectPrefix ?? null);
}

/**
 * The strands of a filter.
 * @param of.subjects Those that begin with its driving prefix, one more than `prefixSubjectsMax` at most.
 * @param of.keys The table whose indexes lead to what no event changes of a run.
 * @param of.fewest Which of its driving terms has the fewest runs.
 */
export function planStrands(
  filter: RunFilter,
  of: { subjects: readonly string[] | null; keys: KeysTable; fewest?: number },
): Plan {
  const { subjects, keys, fewest = 0 } = of;
  const { subjectPrefix: prefix, ...others } = filter;
  if (prefix === undefined) return planWithoutPrefix(others, keys, fewest);
  if (subjects !== null && subjects.length <= prefixSubjectsMax) {
    const plans = subjects.map((subject) => planWithoutPrefix({ ...others, subject }, keys, 0));
    return {
      drivers: plans.length === 0 ? [nothing] : plans.flatMap(({ drivers }) => drivers),
      picks: plans[0]?.picks ?? [],
      rest: plans[0]?.rest ?? [],
    };
  }
  const { drivers, picks, rest } = planWithoutPrefix(others, keys, fewest);
  const among = { sql: "r.subject_id >= ? AND r.subject_id < ?", values: [prefix, afterPrefix(prefix)] };
  return { drivers, picks, rest: [...rest, among] };
}

/** Runs of a term that are counted to see whether it has the fewest. */
export const probedMax = 200;

/**
 * What of a filter leads to its runs by an index, each alone, the narrowest first as far as one can tell from its name.
 * Of several it is worth counting which has the fewest.
 */
export function drivingTerms(filter: RunFilter, keys: KeysTable): Condition[] {
  return termsOf(filter, keys).map(({ driver }) => driver);
}

/** A condition as what drives, and as one that picks from what another leads to: in an index, or by the run's row. */
type Term = { driver: Condition; pick: Condition; isByRow: boolean };

/** Each column that a list picks by, with its index on SQLite. */
const indexes = {
  experiment_id: "runs_by_experiment",
  subject_id: "runs_by_subject",
  agent_name: "runs_by_agent",
  status: "runs_by_status",
  passed: "runs_by_passed",
  kind: "runs_by_kind",
} as const;

function termsOf(filter: RunFilter, keys: KeysTable): Term[] {
  const { label, experimentId, subject, agent, statuses, passed, kind } = filter;
  const columns: [keyof typeof indexes, string | number | undefined, KeysTable][] = [
    ["experiment_id", experimentId, keys],
    ["subject_id", subject, keys],
    ["agent_name", agent, keys],
    ["status", statuses?.length === 1 ? statuses[0] : undefined, "runs"],
    ["passed", passed === undefined ? undefined : Number(passed), "runs"],
    ["kind", kind, keys],
  ];
  const terms = columns.flatMap(([name, value, table]): Term[] => {
    if (value === undefined) return [];
    const driver = { sql: `${table} WHERE ${name} = ?`, values: [value] };
    return [{ driver, ...pickBy(name, [value], { table, keys }) }];
  });
  if (label === undefined) return terms;
  const values = [label.key, label.value];
  const sql = "run_labels WHERE key = ? AND value = ?";
  return [{ driver: { sql, values }, pick: has(sql, values), isByRow: false }, ...terms];
}

/** Picks the runs that have one of these values in a column. */
function pickBy(
  name: keyof typeof indexes,
  values: (string | number)[],
  { table, keys }: { table: KeysTable; keys: KeysTable },
): Omit<Term, "driver"> {
  const among = `${name} IN (${values.map(() => "?").join(", ")})`;
  if (keys === "run_keys" && table === "runs") return { pick: { sql: `r.${among}`, values }, isByRow: true };
  // SQLite would take the run's row, which it has by its key, and read all of it.
  const from = keys === "runs" ? `runs INDEXED BY ${indexes[name]}` : table;
  return { pick: has(`${from} WHERE ${among}`, values), isByRow: false };
}

/** A look by its key for each run, which no planner turns into a read of them all. */
function has(sql: string, values: (string | number)[]): Condition {
  return { sql: `(SELECT 1 FROM ${sql} AND created = looked.created LIMIT 1) IS NOT NULL`, values };
}

/** One term drives, the others pick from it. */
function planWithoutPrefix(filter: RunFilter, keys: KeysTable, fewest: number): Plan {
  const { label, experimentId, subject, agent, statuses } = filter;
  const terms = termsOf(filter, keys);
  const isNarrow = [label, experimentId, subject, agent].some((given) => given !== undefined);
  const isOfSeveral = statuses !== undefined && statuses.length !== 1;
  if (isOfSeveral && !isNarrow) {
    const drivers = statuses.map((status) => ({ sql: "runs WHERE status = ?", values: [status] }));
    return { drivers: drivers.length === 0 ? [nothing] : drivers, ...picksOf(terms) };
  }
  const among = isOfSeveral ? [pickBy("status", statuses, { table: "runs", keys })] : [];
  const others = terms.filter((_, index) => index !== fewest);
  return { drivers: [terms[fewest]?.driver ?? all], ...picksOf([...others, ...among]) };
}

function picksOf(terms: readonly Omit<Term, "driver">[]): Pick<Plan, "picks" | "rest"> {
  return {
    picks: terms.filter(({ isByRow }) => !isByRow).map(({ pick }) => pick),
    rest: terms.filter(({ isByRow }) => isByRow).map(({ pick }) => pick),
  };
}

const all: Condition = { sql: "runs WHERE true", values: [] };
const nothing: Condition = { sql: "runs WHERE false", values: [] };

/** All of the conditions; without any, everything. */
export function allOf(conditions: readonly Condition[]): Condition {
  if (conditions.length === 0) return { sql: "true", values: [] };
  return {
    sql: conditions.map((condition) => condition.sql).join(" AND "),
    values: conditions.flatMap((condition) => condition.values),
  };
}
