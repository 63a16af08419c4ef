// The queue by lanes, limits over all workers, and the workers that take from the queue.

export const queue = {
  number: 2,
  name: "002-queue",
  // A build that knows no slots would break the limits.
  compatibleFrom: 2,
  sql: `
-- What decides who may take a queued run, and its limits: JSON [kind, agent, provider, [[label, value], ...]].
-- No database was ever in use under schema 1 alone, so no queued run is without one.
ALTER TABLE runs ADD COLUMN lane text COLLATE "C" CHECK (lane IS NULL OR status = 'queued');

DROP INDEX queue;
CREATE INDEX queue ON runs (priority, created, not_before) WHERE status = 'queued';
-- The first of each lane is found by leaping from lane to lane.
CREATE INDEX lanes ON runs (lane, priority, created, not_before) WHERE status = 'queued';

-- When a queued run has waited for as long as its queue limit allows; NULL without one.
ALTER TABLE runs ADD COLUMN overdue_at bigint CHECK (overdue_at IS NULL OR status = 'queued');
CREATE INDEX overdue ON runs (overdue_at, created) WHERE overdue_at IS NOT NULL;

-- Folds of limit.set and of the attempts under way.
CREATE TABLE limits (
  key text COLLATE "C" PRIMARY KEY,
  max integer NOT NULL CHECK (max >= 0)
);

-- Rows 0 to max - 1 of each limit, and above them one for each run that is under way beyond it; those go with the ends of
-- their runs. Who takes a slot has a later transaction than who freed it, so that no reader of events sees one too many.
CREATE TABLE slots (
  key text COLLATE "C" NOT NULL,
  i integer NOT NULL CHECK (i >= 0),
  run_id text COLLATE "C",
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  PRIMARY KEY (key, i)
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX slots_of_run ON slots (run_id, key) WHERE run_id IS NOT NULL;
CREATE INDEX free_slots ON slots (key, i) WHERE run_id IS NULL;

-- Workers that take runs from the queue; data is JSON {slots, can, build}.
CREATE TABLE workers (
  worker text COLLATE "C" PRIMARY KEY,
  boot_id text COLLATE "C" NOT NULL,
  pidns text COLLATE "C" NOT NULL,
  pid bigint NOT NULL,
  started_at bigint NOT NULL,
  is_draining smallint NOT NULL CHECK (is_draining IN (0, 1)),
  data text COLLATE "C" NOT NULL
);
`,
} as const;
