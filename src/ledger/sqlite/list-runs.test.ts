// What a list looks at: places in indexes, and the rows of those runs alone that it shows.

import { afterEach, beforeEach, expect, it } from "vitest";
import type { RunFilter } from "../ledger.ts";
import { countFound, listRuns } from "./list-runs.ts";
import { migrations } from "./migrate.ts";
import { RecordingDatabase } from "./recording-database.fixture.ts";

const runs = 6_000;
/** Each has a tenth of the runs, and neither one of the other's. */
const disjoint: RunFilter = { label: { key: "team", value: "3" }, agent: "agent-4" };
const every: RunFilter = {
  ...{ label: { key: "team", value: "3" }, agent: "agent-3", subject: "subject", kind: "benchmark", passed: true },
  experimentId: "experiment",
};

let db: RecordingDatabase;

beforeEach(() => {
  db = new RecordingDatabase(":memory:");
  for (const { sql } of migrations) db.exec(sql);
  db.exec(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${runs})
    INSERT INTO runs (created, run_id, id_reversed, queued_at, kind, subject_id, agent_name, experiment_id, priority,
      status, passed, ended_at, seq, link, state)
    SELECT i, 'run-' || i, '', i, 'benchmark', 'subject', 'agent-' || (i % 10), 'experiment', 1,
      iif(i % 100 = 13, 'lost', 'completed'), iif(i % 100 = 13, NULL, i % 3 > 0), 1, 1, '', 'run-' || i FROM n;
    INSERT INTO run_labels (key, value, created) SELECT 'team', CAST(created % 10 AS TEXT), created FROM runs`);
});

afterEach(() => db.close());

/** All pages of a list. */
function allOf(filter: RunFilter, order: "newest" | "oldest" = "newest"): string[] {
  const found: string[] = [];
  for (let after: number | null = null; ; ) {
    const page = listRuns(db, { filter, pageSize: 50, order, after });
    found.push(...page.states);
    if (page.after === null) return found;
    after = page.after;
  }
}

it("every filter together finds what a look at each run would, in both orders and over all pages", () => {
  const wanted = Array.from({ length: runs }, (_, index) => index + 1)
    .filter((i) => i % 10 === 3 && i % 100 !== 13 && i % 3 > 0)
    .map((i) => `run-${i}`);
  expect(allOf(every, "oldest")).toEqual(wanted);
  expect(allOf(every)).toEqual(wanted.toReversed());
  expect(allOf(disjoint)).toEqual([]);
  expect(allOf({ ...disjoint, agent: "agent-3", statuses: ["lost", "failed"] })).toHaveLength(runs / 100);
});

it("counts are those of the list, also of runs without a verdict, and say when there is more than was looked at", () => {
  const filter = { label: { key: "team", value: "3" } };
  const { counts, isWhole } = countFound(db, { filter });
  expect(isWhole).toBe(true);
  const listed = (of: RunFilter) => allOf({ ...filter, ...of }).length;
  expect(counts).toHaveLength(3);
  for (const { status, passed, runs: counted } of counts) {
    expect(counted, `${status} ${passed}`).toBe(listed({ statuses: [status], ...(passed === null ? {} : { passed }) }));
  }
  expect(countFound(db, { filter: { subjectPrefix: "sub", agent: "agent-3" } })).toEqual({ counts, isWhole: true });
  expect(countFound(db, { filter: { kind: "benchmark" } }).isWhole).toBe(false);
});

it("what does not match is passed over in indexes: no run's row is read for it, and nothing is sorted", () => {
  const filters: [RunFilter, number][] = [
    [disjoint, 1],
    [every, 5],
    [{ ...disjoint, statuses: ["lost", "failed"] }, 2],
  ];
  for (const [filter, picks] of filters) {
    db.texts.clear();
    listRuns(db, { filter, pageSize: 50, order: "newest", after: null });
    const plans = [...db.texts].flatMap((sql) => db.plan(sql));
    expect(plans.filter((detail) => /TEMP B-TREE|SCAN (runs|r)\b/.test(detail))).toEqual([]);
    expect(plans.filter((detail) => /^CORRELATED SCALAR SUBQUERY/.test(detail))).toHaveLength(picks);
    const looks = plans.filter((detail) => /^SEARCH runs /.test(detail));
    expect(looks.filter((detail) => !detail.includes("USING COVERING INDEX"))).toEqual([]);
  }
});
