// The ledger as a PostgreSQL database holds it. Runners' locks lie in the folder as they do with SQLite.

import { Client, types } from "pg";
import type { Rows } from "./rows.ts";

const int8 = 20;
/** How long the server may take to notice that a killed process's connection is gone, milliseconds. */
const goneMsMax = 5_000;

export async function readPostgresRows(url: string): Promise<Rows> {
  const getTypeParser = ((oid: number, format?: string) =>
    oid === int8 ? Number : types.getTypeParser(oid, format as "text")) as typeof types.getTypeParser;
  const client = new Client({ connectionString: url, types: { getTypeParser } });
  await client.connect();
  const all = async <T extends object>(sql: string): Promise<T[]> => (await client.query<T>(sql)).rows;
  try {
    const hashes = await all<{ digest: string; hash: string }>(
      "SELECT digest, encode(sha256(string_agg(bytes, ''::bytea ORDER BY part)), 'hex') AS hash FROM blobs GROUP BY digest",
    );
    const byDigest = new Map(hashes.map(({ digest, hash }) => [digest, hash]));
    return {
      // In the order in which readers of all events get them.
      events: await all("SELECT * FROM events ORDER BY xid, position"),
      runs: await all(
        "SELECT run_id, subject_id, experiment_id, status, passed, ended_at, seq, state FROM runs ORDER BY run_id",
      ),
      attempts: await all("SELECT * FROM attempts ORDER BY run_id, attempt"),
      counts: await all(
        "SELECT scope, status, verdict, sum(runs)::bigint AS runs FROM counts GROUP BY 1, 2, 3 HAVING sum(runs) <> 0",
      ),
      tallies: await all(
        "SELECT experiment_id, status, verdict, standing, sum(runs)::bigint AS runs, sum(score)::bigint AS score FROM tallies GROUP BY 1, 2, 3, 4 HAVING sum(runs) <> 0",
      ),
      experiments: (await all<{ id: string }>("SELECT experiment_id AS id FROM experiments")).map(({ id }) => id),
      tombstones: new Set((await all<{ run_id: string }>("SELECT run_id FROM tombstones")).map((row) => row.run_id)),
      contentHash: (digest) => byDigest.get(digest) ?? null,
      lockFaults: await lockFaults(all),
    };
  } finally {
    await client.end();
  }
}

async function lockFaults(all: <T extends object>(sql: string) => Promise<T[]>): Promise<string[]> {
  const sql = `SELECT coalesce(locks.id, held.objid::text) AS name FROM pg_locks AS held
    LEFT JOIN locks ON locks.key = (held.classid::bigint << 32) + held.objid::bigint
    WHERE held.locktype = 'advisory' AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
  for (const untilMs = performance.now() + goneMsMax; ; ) {
    const held = await all<{ name: string }>(sql);
    if (held.length === 0) return [];
    if (performance.now() > untilMs) return held.map(({ name }) => `the lock ${name} is held by nobody who lives`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
