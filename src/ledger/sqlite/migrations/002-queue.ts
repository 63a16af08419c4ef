// The queue by lanes, limits over all workers, and the workers that take from the queue.

export const queue = {
  number: 2,
  name: "002-queue",
  // A build that knows no slots would break the limits.
  compatibleFrom: 2,
  sql: `
-- What decides who may take a queued run, and its limits: JSON [kind, agent, provider, [[label, value], ...]].
ALTER TABLE runs ADD COLUMN lane TEXT CHECK (lane IS NULL OR status = 'queued');
UPDATE runs SET lane = json_array(kind, agent_name,
  CASE WHEN instr(json_extract(state, '$.agent.model'), ':') > 1 THEN
    substr(json_extract(state, '$.agent.model'), 1, instr(json_extract(state, '$.agent.model'), ':') - 1) END,
  json((SELECT json_group_array(json_array(key, value) ORDER BY key) FROM json_each(runs.state, '$.labels'))))
  WHERE status = 'queued';

DROP INDEX queue;
CREATE INDEX queue ON runs (priority, created, not_before) WHERE status = 'queued';
-- The first of each lane is found by leaping from lane to lane.
CREATE INDEX lanes ON runs (lane, priority, created, not_before) WHERE status = 'queued';

-- When a queued run has waited for as long as its queue limit allows; NULL without one.
ALTER TABLE runs ADD COLUMN overdue_at INTEGER CHECK (overdue_at IS NULL OR status = 'queued');
UPDATE runs SET overdue_at = CAST(round(unixepoch(json_extract(state, '$.queuedSince'), 'subsec') * 1000) AS INTEGER)
  + CAST(round(json_extract(state, '$.limits.queue_s') * 1000) AS INTEGER) WHERE status = 'queued';
CREATE INDEX overdue ON runs (overdue_at) WHERE overdue_at IS NOT NULL;

-- Folds of limit.set and of the attempts under way.
CREATE TABLE limits (
  key TEXT PRIMARY KEY,
  max INTEGER NOT NULL CHECK (max >= 0)
) STRICT, WITHOUT ROWID;

-- Rows 0 to max - 1 of each limit, and above them one for each run that is under way beyond it: a limit that is set
-- below what is in use ends nothing. While there is one above, none below is free.
CREATE TABLE slots (
  key TEXT NOT NULL,
  i INTEGER NOT NULL CHECK (i >= 0),
  run_id TEXT,
  PRIMARY KEY (key, i)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX slots_of_run ON slots (run_id, key) WHERE run_id IS NOT NULL;
CREATE INDEX free_slots ON slots (key, i) WHERE run_id IS NULL;

-- Workers that take runs from the queue; data is JSON {slots, can, build}.
CREATE TABLE workers (
  worker TEXT PRIMARY KEY,
  boot_id TEXT NOT NULL,
  pidns TEXT NOT NULL,
  pid INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  is_draining INTEGER NOT NULL CHECK (is_draining IN (0, 1)),
  data TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`,
} as const;
