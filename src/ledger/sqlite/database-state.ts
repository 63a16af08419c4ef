// SQLite writes one transaction after another, each to the disk: no reader of events ever waits for another's.

import type { DatabaseState } from "../database-state.ts";

export async function databaseState(): Promise<DatabaseState> {
  return {
    ...{ server: `SQLite ${process.versions.sqlite}`, durability: "synchronous=FULL", isDurable: true },
    ...{ pooling: "none", feedLagMs: 0, feedHolder: null, bytes: null },
  };
}
