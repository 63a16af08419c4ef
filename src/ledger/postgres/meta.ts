// What a ledger says of itself: its schema, its id, its epoch.

import type { Connection } from "./connection.ts";

export async function readMeta(connection: Connection): Promise<Map<string, string>> {
  const rows = await connection.rows<{ key: string; value: string }>("SELECT key, value FROM meta");
  return new Map(rows.map(({ key, value }) => [key, value]));
}

export async function writeMeta(connection: Connection, key: string, value: string): Promise<void> {
  const sql = "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
  await connection.run(sql, [key, value]);
}
