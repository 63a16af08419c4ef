// The first schema, of the same number and name as SQLite's. Migrations are never edited once shipped.
// Tables are facts (events, blobs, logs, tombstones, locks, meta) or folds of the events (all others). Text is compared
// byte by byte, whatever the database's own collation is.

export const initial = {
  number: 1,
  name: "001-initial",
  /** The oldest build, by the schema number that it knows, which may work with a database of this schema. */
  compatibleFrom: 1,
  sql: `
CREATE TABLE meta (key text COLLATE "C" PRIMARY KEY, value text NOT NULL);

-- Positions are taken in blocks by whoever holds the locks of what is to be written, so that they grow with each run.
CREATE SEQUENCE positions INCREMENT BY 64 MINVALUE 1 MAXVALUE 9007199254740000;

-- Facts. Rows are never changed; only the deletion of their run removes them.
CREATE TABLE events (
  position bigint NOT NULL,
  -- The transaction that wrote the event: all events are read in the order of (xid, position), as far as every
  -- transaction before has ended.
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  run_id text COLLATE "C",
  seq bigint NOT NULL,
  attempt integer,
  v integer NOT NULL CHECK (v >= 1),
  type text COLLATE "C" NOT NULL,
  at bigint NOT NULL,
  recorded_at bigint NOT NULL,
  actor text COLLATE "C" NOT NULL,
  -- The last journal record that this event took: its number, the byte after it, its crc.
  n bigint,
  journal_end bigint,
  journal_crc text COLLATE "C",
  -- Ends an append of a run.
  link text COLLATE "C",
  -- Exact JSON text.
  data text COLLATE "C" NOT NULL,
  PRIMARY KEY (xid, position),
  CHECK ((run_id IS NULL) = (seq = 0)),
  CHECK ((n IS NULL) = (journal_end IS NULL) AND (n IS NULL) = (journal_crc IS NULL)),
  CHECK (n IS NULL OR attempt IS NOT NULL)
);
CREATE UNIQUE INDEX events_of_run ON events (run_id, seq) WHERE run_id IS NOT NULL;
CREATE INDEX events_of_ledger ON events (type, position) WHERE run_id IS NULL;
CREATE UNIQUE INDEX events_of_record ON events (run_id, attempt, n) WHERE n IS NOT NULL;
CREATE UNIQUE INDEX one_ending_of_attempt ON events (run_id, attempt) WHERE type = 'attempt.ended';

CREATE TABLE blobs (
  digest text COLLATE "C" NOT NULL,
  part integer NOT NULL CHECK (part >= 0),
  bytes bytea NOT NULL CHECK (length(bytes) <= 262144),
  PRIMARY KEY (digest, part)
);

CREATE TABLE logs (
  run_id text COLLATE "C" NOT NULL,
  attempt integer NOT NULL,
  stream text COLLATE "C" NOT NULL CHECK (stream IN ('stdout', 'stderr')),
  start bigint NOT NULL,
  bytes bytea NOT NULL CHECK (length(bytes) BETWEEN 1 AND 65536),
  PRIMARY KEY (run_id, attempt, stream, start)
);

-- Runs that were deleted: their ids stay taken.
CREATE TABLE tombstones (
  run_id text COLLATE "C" PRIMARY KEY,
  deleted_at bigint NOT NULL,
  position bigint NOT NULL
);

-- Processes, each held alive by a session's advisory lock on its key. A lock that is not held is free, unless the
-- server began anew since and the holder may not yet have come back: that is what renewed_at is looked at for.
CREATE TABLE locks (
  id text COLLATE "C" PRIMARY KEY,
  key bigint NOT NULL UNIQUE GENERATED ALWAYS AS IDENTITY,
  server_started bigint NOT NULL,
  renewed_at bigint NOT NULL
);

-- Folds. A run's place in the order of creation is the position of its run.queued.
CREATE TABLE runs (
  created bigint PRIMARY KEY,
  -- The transaction of the last append: the next one has to be a later one.
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  run_id text COLLATE "C" NOT NULL UNIQUE,
  id_reversed text COLLATE "C" NOT NULL,
  queued_at bigint NOT NULL,
  kind text COLLATE "C" NOT NULL CHECK (kind IN ('benchmark', 'scenario', 'command')),
  subject_id text COLLATE "C" NOT NULL,
  agent_name text COLLATE "C",
  experiment_id text COLLATE "C",
  priority smallint NOT NULL CHECK (priority BETWEEN 0 AND 2),
  status text COLLATE "C" NOT NULL CHECK (status IN ('queued', 'starting', 'running', 'pausing', 'paused', 'cancelling',
    'completed', 'failed', 'timed_out', 'cancelled', 'lost')),
  passed smallint CHECK (passed IN (0, 1)),
  not_before bigint,
  ended_at bigint,
  seq bigint NOT NULL CHECK (seq >= 1),
  link text COLLATE "C" NOT NULL,
  -- The whole fold as JSON.
  state text COLLATE "C" NOT NULL,
  CHECK ((ended_at IS NOT NULL) = (status IN ('completed', 'failed', 'timed_out', 'cancelled', 'lost'))),
  CHECK (passed IS NULL OR status = 'completed')
) WITH (fillfactor = 70);
CREATE INDEX runs_by_id_tail ON runs (id_reversed);
CREATE INDEX runs_by_time ON runs (queued_at, created);
CREATE INDEX runs_by_status ON runs (status, created);
CREATE INDEX runs_by_subject ON runs (subject_id, created);
CREATE INDEX runs_by_agent ON runs (agent_name, created);
CREATE INDEX runs_by_experiment ON runs (experiment_id, created) WHERE experiment_id IS NOT NULL;
CREATE INDEX runs_by_passed ON runs (passed, created) WHERE passed IS NOT NULL;
CREATE INDEX runs_by_kind ON runs (kind, created);
CREATE INDEX queue ON runs (priority, created, kind, agent_name, not_before) WHERE status = 'queued';

CREATE TABLE run_labels (
  key text COLLATE "C" NOT NULL,
  value text COLLATE "C" NOT NULL,
  created bigint NOT NULL,
  PRIMARY KEY (key, value, created)
);
CREATE INDEX labels_of_run ON run_labels (created);

CREATE TABLE attempts (
  run_id text COLLATE "C" NOT NULL,
  attempt integer NOT NULL CHECK (attempt >= 1),
  claim_id text COLLATE "C" NOT NULL,
  worker text COLLATE "C" NOT NULL,
  boot_id text COLLATE "C" NOT NULL,
  pidns text COLLATE "C" NOT NULL,
  orphaned_at bigint,
  outcome text COLLATE "C",
  PRIMARY KEY (run_id, attempt),
  CHECK (outcome IS NULL OR orphaned_at IS NULL)
) WITH (fillfactor = 70);
CREATE INDEX live_attempts ON attempts (worker) WHERE outcome IS NULL;

-- What was added under a key and taken away again, to be summed up: no row is waited for by two writers. Now and then
-- rows of a key are replaced by their sum.
-- scope is '' for all runs, 'subject:' and an id for those of one subject.
CREATE TABLE counts (
  scope text COLLATE "C" NOT NULL,
  status text COLLATE "C" NOT NULL,
  verdict text COLLATE "C" NOT NULL CHECK (verdict IN ('passed', 'below', 'none')),
  runs bigint NOT NULL
);
CREATE INDEX counts_of_scope ON counts (scope, status, verdict);

-- A place in the order of creation is the position of experiment.planned, whose data is the plan.
CREATE TABLE experiments (
  created bigint PRIMARY KEY,
  experiment_id text COLLATE "C" NOT NULL UNIQUE,
  id_reversed text COLLATE "C" NOT NULL
);
CREATE INDEX experiments_by_id_tail ON experiments (id_reversed);

-- What the runs of an experiment add up to, kept like counts; sums are whole billionths.
CREATE TABLE tallies (
  experiment_id text COLLATE "C" NOT NULL,
  agent text COLLATE "C" NOT NULL,
  condition text COLLATE "C" NOT NULL,
  status text COLLATE "C" NOT NULL,
  verdict text COLLATE "C" NOT NULL CHECK (verdict IN ('passed', 'below', 'none')),
  standing text COLLATE "C" NOT NULL CHECK (standing IN ('open', 'scored', 'zero', 'unscored')),
  why text COLLATE "C" NOT NULL,
  runs bigint NOT NULL,
  score bigint NOT NULL,
  tokens bigint NOT NULL,
  priced bigint NOT NULL,
  cost bigint NOT NULL
);
CREATE INDEX tallies_of_experiment ON tallies (experiment_id);
`,
} as const;
