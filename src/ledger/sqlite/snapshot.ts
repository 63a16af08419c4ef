// Several reads that see one state of the database.

import type { DatabaseSync } from "node:sqlite";

export function inSnapshot<T>(db: DatabaseSync, read: () => T): T {
  db.exec("BEGIN");
  try {
    return read();
  } finally {
    db.exec("COMMIT");
  }
}
