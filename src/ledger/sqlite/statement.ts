// Prepared statements, made once for each connection and text.

import type { DatabaseSync, StatementSync } from "node:sqlite";

const statements = new WeakMap<DatabaseSync, Map<string, StatementSync>>();

/** The prepared statement of this text on this connection. */
export function statement(db: DatabaseSync, sql: string): StatementSync {
  let ofConnection = statements.get(db);
  if (ofConnection === undefined) {
    ofConnection = new Map();
    statements.set(db, ofConnection);
  }
  let prepared = ofConnection.get(sql);
  if (prepared === undefined) {
    prepared = db.prepare(sql);
    ofConnection.set(sql, prepared);
  }
  return prepared;
}
