// The first schema. Migrations are never edited once shipped; PostgreSQL has one of the same number and name.
// Tables are facts (events, logs, tombstones, meta) or folds of the events (all others).

export const initial = {
  number: 1,
  name: "001-initial",
  /** The oldest build, by the schema number that it knows, which may work with a database of this schema. */
  compatibleFrom: 1,
  sql: `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- Facts. Rows are never changed; only the deletion of their run removes them.
CREATE TABLE events (
  position INTEGER PRIMARY KEY,
  run_id TEXT,
  seq INTEGER NOT NULL,
  attempt INTEGER,
  v INTEGER NOT NULL CHECK (v >= 1),
  type TEXT NOT NULL,
  at INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  -- The last journal record that this event took: its number, the byte after it, its crc.
  n INTEGER,
  journal_end INTEGER,
  journal_crc TEXT,
  -- Ends an append of a run.
  link TEXT,
  data TEXT NOT NULL,
  CHECK ((run_id IS NULL) = (seq = 0)),
  CHECK ((n IS NULL) = (journal_end IS NULL) AND (n IS NULL) = (journal_crc IS NULL)),
  CHECK (n IS NULL OR attempt IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX events_of_run ON events (run_id, seq) WHERE run_id IS NOT NULL;
CREATE INDEX events_of_ledger ON events (type, position) WHERE run_id IS NULL;
CREATE UNIQUE INDEX events_of_record ON events (run_id, attempt, n) WHERE n IS NOT NULL;
CREATE UNIQUE INDEX one_ending_of_attempt ON events (run_id, attempt) WHERE type = 'attempt.ended';

CREATE TABLE logs (
  run_id TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  stream TEXT NOT NULL CHECK (stream IN ('stdout', 'stderr')),
  start INTEGER NOT NULL,
  bytes BLOB NOT NULL CHECK (length(bytes) BETWEEN 1 AND 65536),
  UNIQUE (run_id, attempt, stream, start)
) STRICT;

-- Runs that were deleted: their ids stay taken.
CREATE TABLE tombstones (
  run_id TEXT PRIMARY KEY,
  deleted_at INTEGER NOT NULL,
  position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Folds. The rowid is the position of the run's run.queued, so that every index below is in order of creation.
CREATE TABLE runs (
  created INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL UNIQUE,
  id_reversed TEXT NOT NULL,
  queued_at INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('benchmark', 'scenario', 'command')),
  subject_id TEXT NOT NULL,
  agent_name TEXT,
  experiment_id TEXT,
  priority INTEGER NOT NULL CHECK (priority BETWEEN 0 AND 2),
  status TEXT NOT NULL CHECK (status IN ('queued', 'starting', 'running', 'pausing', 'paused', 'cancelling',
    'completed', 'failed', 'timed_out', 'cancelled', 'lost')),
  passed INTEGER CHECK (passed IN (0, 1)),
  not_before INTEGER,
  ended_at INTEGER,
  seq INTEGER NOT NULL CHECK (seq >= 1),
  link TEXT NOT NULL,
  -- The whole fold as JSON; last, so that filters never read it.
  state TEXT NOT NULL,
  CHECK ((ended_at IS NOT NULL) = (status IN ('completed', 'failed', 'timed_out', 'cancelled', 'lost'))),
  CHECK (passed IS NULL OR status = 'completed')
) STRICT;
CREATE INDEX runs_by_id_tail ON runs (id_reversed);
CREATE INDEX runs_by_time ON runs (queued_at);
CREATE INDEX runs_by_status ON runs (status);
CREATE INDEX runs_by_subject ON runs (subject_id);
CREATE INDEX runs_by_agent ON runs (agent_name);
CREATE INDEX runs_by_experiment ON runs (experiment_id) WHERE experiment_id IS NOT NULL;
CREATE INDEX runs_by_passed ON runs (passed) WHERE passed IS NOT NULL;
CREATE INDEX runs_by_kind ON runs (kind);
CREATE INDEX queue ON runs (priority, created, kind, agent_name, not_before) WHERE status = 'queued';

CREATE TABLE run_labels (
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  created INTEGER NOT NULL,
  PRIMARY KEY (key, value, created)
) STRICT, WITHOUT ROWID;

CREATE TABLE attempts (
  run_id TEXT NOT NULL,
  attempt INTEGER NOT NULL CHECK (attempt >= 1),
  claim_id TEXT NOT NULL,
  worker TEXT NOT NULL,
  boot_id TEXT NOT NULL,
  pidns TEXT NOT NULL,
  orphaned_at INTEGER,
  outcome TEXT,
  PRIMARY KEY (run_id, attempt),
  CHECK (outcome IS NULL OR orphaned_at IS NULL)
) STRICT, WITHOUT ROWID;
CREATE INDEX live_attempts ON attempts (worker) WHERE outcome IS NULL;

-- scope is '' for all runs, 'subject:' and an id for those of one subject.
CREATE TABLE counts (
  scope TEXT NOT NULL,
  status TEXT NOT NULL,
  verdict TEXT NOT NULL CHECK (verdict IN ('passed', 'below', 'none')),
  runs INTEGER NOT NULL CHECK (runs >= 0),
  PRIMARY KEY (scope, status, verdict)
) STRICT, WITHOUT ROWID;

-- The rowid is the position of experiment.planned, whose data is the plan.
CREATE TABLE experiments (
  created INTEGER PRIMARY KEY,
  experiment_id TEXT NOT NULL UNIQUE,
  id_reversed TEXT NOT NULL
) STRICT;
CREATE INDEX experiments_by_id_tail ON experiments (id_reversed);

-- What the runs of an experiment add up to; sums are whole billionths, so that their order changes nothing.
CREATE TABLE tallies (
  experiment_id TEXT NOT NULL,
  agent TEXT NOT NULL,
  condition TEXT NOT NULL,
  status TEXT NOT NULL,
  verdict TEXT NOT NULL CHECK (verdict IN ('passed', 'below', 'none')),
  standing TEXT NOT NULL CHECK (standing IN ('open', 'scored', 'zero', 'unscored')),
  why TEXT NOT NULL,
  runs INTEGER NOT NULL CHECK (runs >= 0),
  score INTEGER NOT NULL,
  tokens INTEGER NOT NULL,
  priced INTEGER NOT NULL,
  cost INTEGER NOT NULL,
  PRIMARY KEY (experiment_id, agent, condition, status, verdict, standing, why)
) STRICT, WITHOUT ROWID;
`,
} as const;
