// Tokens, the catalog, and what the runs of each agent add up to.

/** How a run counts for its agent; the same as `standingOf` at the time of this migration. */
const counts = `CASE
  WHEN status = 'completed' THEN json_extract(state, '$.score') IS NOT NULL
  WHEN status IN ('failed', 'timed_out') THEN CASE
    WHEN json_extract(state, '$.error') IS NULL THEN 0
    WHEN json_extract(state, '$.error.limit') IS NULL THEN json_extract(state, '$.error.origin') = 'agent'
    ELSE json_extract(state, '$.error.limit') IN
      ('wall_s', 'idle_s', 'memory_mib', 'output_mib', 'journal_mib', 'events') END
  ELSE 0 END`;

export const access = {
  number: 3,
  name: "003-access",
  // A build that does not keep the sums of agents would leave them wrong.
  compatibleFrom: 3,
  sql: `
-- Facts: of a token only the hash of its secret is kept.
CREATE TABLE tokens (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  scopes TEXT NOT NULL,
  expires_at INTEGER,
  hash TEXT NOT NULL CHECK (length(hash) = 64),
  who TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT, WITHOUT ROWID;

-- Fold of catalog.changed: what each set of folders held when it was last scanned; scope '' is what was upserted.
CREATE TABLE catalog (
  scope TEXT NOT NULL,
  id TEXT NOT NULL,
  digest TEXT NOT NULL,
  position INTEGER NOT NULL,
  PRIMARY KEY (scope, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX catalog_by_position ON catalog (scope, position);

-- What the ended benchmark runs of each agent add up to; subject '' is all of them, scores are whole billionths.
CREATE TABLE agent_tallies (
  agent TEXT NOT NULL,
  digest TEXT NOT NULL,
  reference INTEGER NOT NULL CHECK (reference IN (0, 1)),
  subject_id TEXT NOT NULL,
  runs INTEGER NOT NULL,
  scored INTEGER NOT NULL,
  passed INTEGER NOT NULL,
  score INTEGER NOT NULL,
  PRIMARY KEY (agent, digest, subject_id, reference)
) STRICT, WITHOUT ROWID;
CREATE INDEX agent_tallies_of_subject ON agent_tallies (subject_id, agent, digest);

INSERT INTO agent_tallies (agent, digest, reference, subject_id, runs, scored, passed, score)
  SELECT agent, digest, reference, subject_id, count(*), sum(scored), sum(scored AND passed IS 1),
    sum(CASE WHEN scored THEN score ELSE 0 END)
  FROM (SELECT agent_name AS agent, json_extract(state, '$.agent.digest') AS digest,
      json_extract(state, '$.agent.reference') AS reference, s.value AS subject_id, passed, ${counts} AS scored,
      CAST(coalesce(json_extract(state, '$.score'), 0) / 1e-9 + 0.5 AS INTEGER) AS score
    FROM runs, json_each(json_array('', subject_id)) AS s
    WHERE kind = 'benchmark' AND ended_at IS NOT NULL AND agent_name IS NOT NULL)
  GROUP BY agent, digest, reference, subject_id;
`,
} as const;
