// How a list of runs is read, whichever database it is in: one or more strands, each a range of one index in order of
// creation, from which the other filters pick; and how the strands make a page.

import { systemLimits } from "../core/system-limits.ts";
import type { RunFilter } from "./ledger.ts";

export type RunListRequest = {
  filter: RunFilter;
  pageSize: number;
  order: "newest" | "oldest";
  /** `created` of the last run of the page before, or null. */
  after: number | null;
};

export type RunListPage = { states: string[]; after: number | null };

export type RunListRow = { created: number; state: string };
/** SQL and its values, each of which stands in the text as one question mark. */
export type Condition = { sql: string; values: (string | number)[] };
/** `horizon`: the last row looked at, if there may be more beyond it. */
export type Strand = { rows: RunListRow[]; horizon: number | null };

/** Rows that each of so many strands may look at. */
export function looksOfStrand(pageSize: number, strands: number): number {
  return Math.max(pageSize + 1, Math.floor(systemLimits.pageLooksMax / strands));
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

/** Subjects that a prefix may stand for, each a strand of its own; of more the runs themselves are looked through. */
export const prefixSubjectsMax = 50;

/** The first text after all that begin with a prefix. */
export function afterPrefix(prefix: string): string {
  return `${prefix}\u{10ffff}`;
}

type Plan = { drivers: Condition[]; rest: Condition[] };

/** The prefix for whose subjects there should be a strand each, or null: another filter has fewer runs. */
export function drivingPrefix({ subjectPrefix, label, experimentId, subject, agent }: RunFilter): string | null {
  const isNarrow = [label, experimentId, subject, agent].some((given) => given !== undefined);
  return isNarrow ? null : (subjectPrefix ?? null);
}

/**
 * The strands of a filter.
 * @param subjects Those that begin with its driving prefix, one more than `prefixSubjectsMax` at most.
 */
export function planStrands(filter: RunFilter, subjects: readonly string[] | null): Plan {
  const { subjectPrefix: prefix, ...others } = filter;
  if (prefix === undefined) return planWithoutPrefix(others);
  if (subjects !== null && subjects.length <= prefixSubjectsMax) {
    const plans = subjects.map((subject) => planWithoutPrefix({ ...others, subject }));
    return {
      drivers: plans.length === 0 ? [nothing] : plans.flatMap(({ drivers }) => drivers),
      rest: plans[0]?.rest ?? [],
    };
  }
  const { drivers, rest } = planWithoutPrefix(others);
  const among = { sql: "r.subject_id >= ? AND r.subject_id < ?", values: [prefix, afterPrefix(prefix)] };
  return { drivers, rest: [...rest, among] };
}

/** The filter with the fewest runs drives, as far as one can tell from its name; the others pick from it. */
function planWithoutPrefix(filter: RunFilter): Plan {
  const { label, experimentId, subject, agent, statuses, passed, kind } = filter;
  const columns: [string, string | number | undefined][] = [
    ["experiment_id", experimentId],
    ["subject_id", subject],
    ["agent_name", agent],
    ["status", statuses?.length === 1 ? statuses[0] : undefined],
    ["passed", passed === undefined ? undefined : Number(passed)],
    ["kind", kind],
  ];
  const equal = columns.filter((column): column is [string, string | number] => column[1] !== undefined);
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

const all: Condition = { sql: "runs WHERE true", values: [] };
const nothing: Condition = { sql: "runs WHERE false", values: [] };

function is(column: string, value: string | number): Condition {
  return { sql: `r.${column} = ?`, values: [value] };
}

/** All of the conditions; without any, everything. */
export function allOf(conditions: readonly Condition[]): Condition {
  if (conditions.length === 0) return { sql: "true", values: [] };
  return {
    sql: conditions.map((condition) => condition.sql).join(" AND "),
    values: conditions.flatMap((condition) => condition.values),
  };
}
