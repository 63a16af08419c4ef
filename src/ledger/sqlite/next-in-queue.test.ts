// What a claim looks at: the first run of all, or the first of each lane, however long the queue is.

import { afterEach, beforeEach, expect, it } from "vitest";
import type { Abilities } from "../../core/queue-view.ts";
import { migrations } from "./migrate.ts";
import { nextInQueue } from "./next-in-queue.ts";
import { RecordingDatabase } from "./recording-database.fixture.ts";

const any: Abilities = { kinds: ["benchmark"], agents: null, labels: {} };
const nowMs = 1_000;
const lanes = 50;
const runs = 20_000;

let db: RecordingDatabase;

beforeEach(() => {
  db = new RecordingDatabase(":memory:");
  for (const { sql } of migrations) db.exec(sql);
  db.exec(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${runs})
    INSERT INTO runs (created, run_id, id_reversed, queued_at, kind, subject_id, priority, status, seq, link, state, lane)
    SELECT i, 'run-' || i, '', 0, 'benchmark', '', 1, 'queued', 1, '', '{}',
      json_array('benchmark', 'agent-' || (i % ${lanes}), NULL, json('[]')) FROM n`);
});

afterEach(() => db.close());

it("the best of the lanes that are allowed is next, by priority, then age", () => {
  const allowing = (...agents: number[]) => ({ can: { ...any, agents: agents.map((i) => `agent-${i}`) }, nowMs });
  expect(nextInQueue(db, { can: any, nowMs })).toBe("run-1");
  expect(nextInQueue(db, allowing(49, 7, 30))).toBe("run-7");
  db.exec(`UPDATE runs SET priority = 0 WHERE run_id = 'run-19980'`);
  expect(nextInQueue(db, allowing(49, 7, 30))).toBe("run-19980");
  db.exec(`UPDATE runs SET not_before = ${nowMs + 1} WHERE run_id = 'run-19980'`);
  expect(nextInQueue(db, allowing(49, 7, 30))).toBe("run-7");
  expect(nextInQueue(db, allowing(lanes))).toBeNull();
});

it("no statement of a claim sorts, or walks through the queue", () => {
  nextInQueue(db, { can: { ...any, agents: ["agent-49"] }, nowMs });
  const plans = [...db.texts].map((sql) => db.plan(sql));
  expect(plans.flat().filter((detail) => /TEMP B-TREE/.test(detail))).toEqual([]);
  expect(plans.flat().filter((detail) => /runs/.test(detail))).toEqual([
    // In its order, up to the first row that may be claimed.
    "SCAN runs USING INDEX queue",
    "SEARCH runs USING COVERING INDEX lanes (lane>?)",
    "SEARCH runs USING COVERING INDEX lanes (lane=?)",
    "SEARCH runs USING INTEGER PRIMARY KEY (rowid=?)",
  ]);
});
