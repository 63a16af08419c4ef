// What an operator has to know of the database behind a ledger, beyond what the ledger itself says.

/** A transaction that is open somewhere on the database server and that the stream of all events waits for. */
export type FeedHolder = {
  /** The server's process; null for a prepared transaction, which has none. */
  pid: number | null;
  user: string | null;
  database: string | null;
  application: string | null;
  /** How long it has been open, milliseconds; null if this user may not see that. */
  ageMs: number | null;
};

export type DatabaseState = {
  /** Such as `PostgreSQL 18.1`. */
  server: string;
  /** By which setting an answered write is kept, such as `synchronous_commit=on`. */
  durability: string;
  /** Whether an answered write survives a crash of the database server. */
  isDurable: boolean;
  /** Whether a pooler stands between, and then whether the one session that holds locks has a way of its own. */
  pooling: "none" | "session apart" | "no session";
  /** How long the oldest event has waited that readers of all events may not be shown yet, milliseconds; 0 if none waits. */
  feedLagMs: number;
  /** The oldest transaction that the stream waits for, or will once something is written after it; null if there is none. */
  feedHolder: FeedHolder | null;
  /** What the ledger's tables take, with their indexes; null where the database is a file, which says it itself. */
  bytes: number | null;
};
