// Takes a database back to before migration 004, as a build of that time left it.

/** SQL. */
export const keysInRuns = `DROP TABLE run_keys;
  DROP FUNCTION keep_run_keys CASCADE;
  CREATE INDEX runs_by_id_tail ON runs (id_reversed);
  CREATE INDEX runs_by_time ON runs (queued_at, created);
  CREATE INDEX runs_by_subject ON runs (subject_id, created);
  CREATE INDEX runs_by_agent ON runs (agent_name, created);
  CREATE INDEX runs_by_experiment ON runs (experiment_id, created) WHERE experiment_id IS NOT NULL;
  CREATE INDEX runs_by_kind ON runs (kind, created);
  UPDATE meta SET value = '3' WHERE key IN ('schema', 'compatibleFrom')`;
