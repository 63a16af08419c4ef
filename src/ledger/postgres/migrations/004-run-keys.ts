// What lists pick by, in rows that never change. PostgreSQL puts a changed row anew into every index of its table, and
// a run changes with each of its events: its row has few indexes from here on.

export const runKeys = {
  number: 4,
  name: "004-run-keys",
  // For a build that does not keep them the database does.
  compatibleFrom: 3,
  sql: `
-- At once: whoever is let in between would leave runs out, and who reads before it writes could meet this in a circle.
LOCK TABLE runs IN ACCESS EXCLUSIVE MODE;

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

-- What builds of before this do to runs; one that knows run_keys has written it by then, and nothing is left to do.
CREATE FUNCTION keep_run_keys() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO run_keys (created, id_reversed, queued_at, kind, subject_id, agent_name, experiment_id)
      SELECT created, id_reversed, queued_at, kind, subject_id, agent_name, experiment_id FROM changed
      ON CONFLICT DO NOTHING;
  ELSE
    DELETE FROM run_keys USING changed WHERE run_keys.created = changed.created;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER keep_run_keys AFTER INSERT ON runs REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION keep_run_keys();
CREATE TRIGGER drop_run_keys AFTER DELETE ON runs REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION keep_run_keys();

DROP INDEX runs_by_id_tail, runs_by_time, runs_by_subject, runs_by_agent, runs_by_experiment, runs_by_kind;
CREATE INDEX runs_by_id_tail ON run_keys (id_reversed);
CREATE INDEX runs_by_time ON run_keys (queued_at, created);
CREATE INDEX runs_by_subject ON run_keys (subject_id, created);
CREATE INDEX runs_by_agent ON run_keys (agent_name, created) WHERE agent_name IS NOT NULL;
CREATE INDEX runs_by_experiment ON run_keys (experiment_id, created) WHERE experiment_id IS NOT NULL;
CREATE INDEX runs_by_kind ON run_keys (kind, created);
`,
} as const;
