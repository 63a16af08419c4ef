// Several reads that see one state of the database, on a connection that nobody else uses meanwhile.

import type { Connection } from "./connection.ts";

export async function inSnapshot<T>(connection: Connection, read: () => Promise<T>): Promise<T> {
  await connection.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  try {
    return await read();
  } finally {
    if (!connection.isLost) await connection.run("ROLLBACK");
  }
}
