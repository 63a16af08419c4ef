// Tokens, the catalog, and what the runs of each agent add up to.

/** How a run counts for its agent; the same as `standingOf` at the time of this migration. */
const counts = `CASE
  WHEN status = 'completed' THEN fold ->> 'score' IS NOT NULL
  WHEN status IN ('failed', 'timed_out') THEN CASE
    WHEN fold ->> 'error' IS NULL THEN false
    WHEN fold #>> '{error,limit}' IS NULL THEN fold #>> '{error,origin}' = 'agent'
    ELSE fold #>> '{error,limit}' IN
      ('wall_s', 'idle_s', 'memory_mib', 'output_mib', 'journal_mib', 'events') END
  ELSE false END`;

export const access = {
  number: 3,
  name: "003-access",
  // A build that does not keep the sums of agents would leave them wrong.
  compatibleFrom: 3,
  sql: `
-- Facts: of a token only the hash of its secret is kept.
CREATE TABLE tokens (
  id text COLLATE "C" PRIMARY KEY,
  name text COLLATE "C" NOT NULL,
  scopes text COLLATE "C" NOT NULL,
  expires_at bigint,
  hash text COLLATE "C" NOT NULL CHECK (length(hash) = 64),
  who text COLLATE "C" NOT NULL,
  created_at bigint NOT NULL,
  revoked_at bigint
);

-- Fold of catalog.changed: what each set of folders held when it was last scanned; scope '' is what was upserted.
CREATE TABLE catalog (
  scope text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  digest text COLLATE "C" NOT NULL,
  position bigint NOT NULL,
  PRIMARY KEY (scope, id)
);
CREATE INDEX catalog_by_position ON catalog (scope, position);

-- What the ended benchmark runs of each agent add up to, kept like counts: rows that are summed up. Subject '' is all of
-- them, scores are whole billionths.
CREATE TABLE agent_tallies (
  agent text COLLATE "C" NOT NULL,
  digest text COLLATE "C" NOT NULL,
  reference smallint NOT NULL CHECK (reference IN (0, 1)),
  subject_id text COLLATE "C" NOT NULL,
  runs bigint NOT NULL,
  scored bigint NOT NULL,
  passed bigint NOT NULL,
  score bigint NOT NULL
);
CREATE INDEX agent_tallies_of_agent ON agent_tallies (agent, digest, subject_id);
CREATE INDEX agent_tallies_of_subject ON agent_tallies (subject_id, agent, digest);

INSERT INTO agent_tallies (agent, digest, reference, subject_id, runs, scored, passed, score)
  SELECT agent, digest, reference, subject_id, count(*), sum(scored::int), sum((scored AND passed = 1)::int),
    sum(CASE WHEN scored THEN score ELSE 0 END)
  FROM (SELECT agent_name AS agent, fold #>> '{agent,digest}' AS digest,
      (fold #>> '{agent,reference}')::boolean::int AS reference, s.subject_id, passed, ${counts} AS scored,
      floor(coalesce((fold ->> 'score')::float8, 0) / 1e-9::float8 + 0.5::float8)::bigint AS score
    FROM (SELECT *, state::json AS fold FROM runs
        WHERE kind = 'benchmark' AND ended_at IS NOT NULL AND agent_name IS NOT NULL) AS ended
      CROSS JOIN LATERAL (VALUES (''), (ended.subject_id)) AS s(subject_id)) AS each
  GROUP BY agent, digest, reference, subject_id;
`,
} as const;
