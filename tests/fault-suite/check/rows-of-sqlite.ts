// The ledger as its SQLite file and the folder around it hold it.

import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Rows } from "./rows.ts";

export function readSqliteRows(home: string): Rows {
  const beside = { contentHash: (digest: string) => contentHash(home, digest), lockFaults: lockFaults(home) };
  const none: Rows = {
    events: [],
    runs: [],
    attempts: [],
    counts: [],
    tallies: [],
    experiments: [],
    tombstones: new Set(),
    ...beside,
  };
  const path = join(home, "ledger.sqlite");
  if (!existsSync(path)) return none;
  const database = new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
  const all = <T>(sql: string): T[] => database.prepare(sql).all() as T[];
  try {
    const isMade = all<{ n: number }>("SELECT count(*) AS n FROM sqlite_schema WHERE name = 'events'")[0]?.n === 1;
    if (!isMade) return none;
    return {
      ...beside,
      events: all("SELECT * FROM events ORDER BY position"),
      runs: all(
        "SELECT run_id, subject_id, experiment_id, status, passed, ended_at, seq, state FROM runs ORDER BY run_id",
      ),
      attempts: all("SELECT * FROM attempts ORDER BY run_id, attempt"),
      counts: all("SELECT * FROM counts WHERE runs <> 0"),
      tallies: all(
        "SELECT experiment_id, status, verdict, standing, sum(runs) AS runs, sum(score) AS score FROM tallies GROUP BY 1, 2, 3, 4 HAVING sum(runs) <> 0",
      ),
      experiments: all<{ id: string }>("SELECT experiment_id AS id FROM experiments").map(({ id }) => id),
      tombstones: new Set(all<{ run_id: string }>("SELECT run_id FROM tombstones").map((row) => row.run_id)),
    };
  } finally {
    database.close();
  }
}

function contentHash(home: string, digest: string): string | null {
  const hex = digest.slice("sha256:".length);
  const path = join(home, "blobs", hex.slice(0, 2), hex.slice(2));
  return existsSync(path) ? createHash("sha256").update(readFileSync(path)).digest("hex") : null;
}

function lockFaults(home: string): string[] {
  const folder = join(home, "locks");
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => {
    const database = new DatabaseSync(join(folder, name), { readOnly: true, timeout: 0 });
    try {
      database.prepare("SELECT count(*) FROM sqlite_schema").get();
      return [];
    } catch (error) {
      return [`the lock ${name} cannot be looked at or is held: ${error}`];
    } finally {
      database.close();
    }
  });
}
