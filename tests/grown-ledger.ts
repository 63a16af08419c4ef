// A PostgreSQL ledger as it is after years, made by SQL within seconds: copies of one run that completed and of one that
// waits, with events, attempts, labels and experiments of their own.

import { Client } from "pg";
import { newRunId } from "../src/core/ids.ts";
import { samplePlan } from "../src/ledger/contract/experiments.contract.ts";
import { actor, complete, queue } from "../src/ledger/contract/samples.contract.ts";
import { openLedger } from "../src/ledger/open-ledger.ts";

export type GrownLedger = { completedId: string; queuedId: string; experimentId: string };

/** One run in so many waits in the queue. */
const queuedOneIn = 100;

/** Grows a migrated and empty ledger to about so many runs. */
export async function growLedger(of: { url: string; runs: number; cwd: string }): Promise<GrownLedger> {
  const { url, runs, cwd } = of;
  const made = await makeTemplates(url, cwd);
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const queued = Math.ceil(runs / queuedOneIn);
    await copyRun(client, { runId: made.completedId, copies: runs - queued });
    await copyRun(client, { runId: made.queuedId, copies: queued });
    await growCounts(client);
    await growAgents(client);
    await client.query("SELECT setval('positions', (SELECT max(position) FROM events) + 64)");
    await client.query("VACUUM ANALYZE");
    return made;
  } finally {
    await client.end();
  }
}

async function makeTemplates(url: string, cwd: string): Promise<GrownLedger> {
  await using ledger = await openLedger({ url, mustExist: true, cwd, env: {} });
  const plan = await samplePlan(ledger, { subjects: 1, trials: 1 });
  const experimentId = (await ledger.planExperiment(plan, actor)).id;
  const labels = { team: "a" };
  const completedId = (await complete(ledger, { labels, experimentId })).runId;
  await ledger.putLog([{ runId: completedId, attempt: 1, stream: "stdout", offset: 0, bytes: Buffer.from("said\n") }]);
  return { completedId, queuedId: await queue(ledger, { labels }), experimentId };
}

/** Copies of a run, each an hour apart from the one before, with ids that are spread like random ones. */
async function copyRun(client: Client, { runId, copies }: { runId: string; copies: number }): Promise<void> {
  const { rows } = await client.query<{ newest: string }>("SELECT max(position) + 64 AS newest FROM events");
  await client.query(
    `CREATE TEMPORARY TABLE copies AS SELECT i, $1::bigint + i * 64 AS base,
       substr(h, 1, 8) || '-' || substr(h, 9, 4) || '-7' || substr(h, 14, 3) || '-8' || substr(h, 18, 3) || '-' || substr(h, 21, 12)
       AS id FROM (SELECT i, md5($2 || i) AS h FROM generate_series(1, $3::bigint) AS i) AS hashed`,
    [rows[0]?.newest ?? "1", `${newRunId()}/`, copies],
  );
  const one = `WHERE run_id = '${runId}'`;
  await client.query(`INSERT INTO events (position, run_id, seq, attempt, v, type, at, recorded_at, actor, n, journal_end,
      journal_crc, link, data)
    SELECT base + seq, id, seq, attempt, v, type, at + i * 3600000, recorded_at, actor, n, journal_end, journal_crc, link, data
    FROM (SELECT * FROM events ${one}) AS e, copies`);
  // A trigger keeps run_keys.
  await client.query(`INSERT INTO runs (created, run_id, id_reversed, queued_at, kind, subject_id, agent_name, experiment_id,
      priority, status, passed, not_before, ended_at, seq, link, state, lane, overdue_at)
    SELECT base + 1, id, reverse(replace(id, '-', '')), queued_at + i * 3600000, kind, subject_id || i % 50,
      agent_name || i % 20, experiment_id, priority, status, passed, not_before, ended_at, seq, link,
      replace(replace(state, '${runId}', id), '"position":' || (state::json ->> 'position'), '"position":' || base + seq),
      lane, overdue_at
    FROM (SELECT * FROM runs ${one}) AS r, copies`);
  await client.query(`INSERT INTO attempts (run_id, attempt, claim_id, worker, boot_id, pidns, orphaned_at, outcome)
    SELECT id, attempt, claim_id, worker || i % 100, boot_id, pidns, orphaned_at, outcome
    FROM (SELECT * FROM attempts ${one}) AS a, copies`);
  await client.query(`INSERT INTO run_labels SELECT 'team', chr(97 + (i % 20)::int), base + 1 FROM copies`);
  await client.query(`INSERT INTO logs SELECT id, attempt, stream, start, bytes
    FROM (SELECT * FROM logs ${one}) AS l, copies`);
  await client.query(
    `INSERT INTO tombstones SELECT overlay(id PLACING 'dead' FROM 1), 0, base FROM copies WHERE i % 10 = 0`,
  );
  await client.query(`INSERT INTO blobs SELECT 'sha256:' || md5(id) || md5(id), 0, '\\x00' FROM copies`);
  await growExperiments(client);
  await client.query("DROP TABLE copies");
}

/** One in ten copies stands for an experiment, with its event. */
async function growExperiments(client: Client): Promise<void> {
  await client.query(`INSERT INTO events (position, seq, v, type, at, recorded_at, actor, data)
    SELECT base + 63, 0, v, type, at, recorded_at, actor, data
    FROM (SELECT * FROM events WHERE type = 'experiment.planned' LIMIT 1) AS e, copies WHERE i % 10 = 0`);
  await client.query(`INSERT INTO experiments SELECT base + 63, overlay(id PLACING 'e' FROM 1),
    reverse(replace(overlay(id PLACING 'e' FROM 1), '-', '')) FROM copies WHERE i % 10 = 0`);
  await client.query(`INSERT INTO tallies SELECT overlay(id PLACING 'e' FROM 1), agent, condition, status, verdict, standing,
      why, runs, score, tokens, priced, cost
    FROM (SELECT * FROM tallies LIMIT 1) AS t, copies WHERE i % 10 = 0`);
}

/** Forty agents with two thousand benchmarks each. */
async function growAgents(client: Client): Promise<void> {
  await client.query(`INSERT INTO agent_tallies SELECT 'agent-' || a, 'd', 0, CASE s WHEN 0 THEN '' ELSE s::text END, 1, 1, 1, 1
    FROM generate_series(1, 40) AS a, generate_series(0, 2000) AS s`);
}

/** As many scopes as there would be subjects. */
async function growCounts(client: Client): Promise<void> {
  await client.query(`INSERT INTO counts SELECT scope, status, verdict, runs FROM (
      SELECT status, CASE passed WHEN 1 THEN 'passed' WHEN 0 THEN 'below' ELSE 'none' END AS verdict, count(*) AS runs
      FROM runs GROUP BY 1, 2) AS counted,
    (SELECT '' AS scope UNION ALL SELECT 'subject:' || i FROM generate_series(1, 2000) AS i) AS scopes`);
}
