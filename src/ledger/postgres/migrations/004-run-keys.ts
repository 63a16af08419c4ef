// What lists pick by, in rows that never change. PostgreSQL puts a changed row anew into every index of its table, and
// a run changes with each of its events: its row has few indexes from here on.

export const runKeys = {
  number: 4,
  name: "004-run-keys",
  // A build that does not keep them would leave its runs out of lists.
  compatibleFrom: 4,
  sql: `
-- Fold of run.queued: the columns of runs by which runs are found, once more.
CREATE TABLE run_keys (
  created bigint PRIMARY KEY,
  id_reversed text COLLATE "C" NOT NULL,
  queued_at bigint NOT NULL,
  kind text COLLATE "C" NOT NULL,
  subject_id text COLLATE "C" NOT NULL,
  agent_name text COLLATE "C",
  experiment_id text COLLATE "C"
);
INSERT INTO run_keys (created, id_reversed, queued_at, kind, subject_id, agent_name, experiment_id)
  SELECT created, id_reversed, queued_at, kind, subject_id, agent_name, experiment_id FROM runs ORDER BY created;

DROP INDEX runs_by_id_tail, runs_by_time, runs_by_subject, runs_by_agent, runs_by_experiment, runs_by_kind;
CREATE INDEX runs_by_id_tail ON run_keys (id_reversed);
CREATE INDEX runs_by_time ON run_keys (queued_at, created);
CREATE INDEX runs_by_subject ON run_keys (subject_id, created);
CREATE INDEX runs_by_agent ON run_keys (agent_name, created) WHERE agent_name IS NOT NULL;
CREATE INDEX runs_by_experiment ON run_keys (experiment_id, created) WHERE experiment_id IS NOT NULL;
CREATE INDEX runs_by_kind ON run_keys (kind, created);
`,
} as const;
