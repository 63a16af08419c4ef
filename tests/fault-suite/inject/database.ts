// Points at the ledger and at locks: wraps the statements of node:sqlite. A transaction is named by what its events
// say, so that one can be killed between the append of a claim and the answer to it.

import { DatabaseSync, StatementSync } from "node:sqlite";
import type { Points } from "./fire.ts";
import { nameOfTransaction } from "./name-transaction.ts";

/** Wraps the statements for this thread. */
export function watchDatabases(points: Points): void {
  watchTransactions(points);
  watchLocks(points);
}

type Run = (this: StatementSync, ...args: unknown[]) => unknown;

function watchTransactions({ pass }: Points): void {
  const run = StatementSync.prototype.run as unknown as Run;
  const kinds = new WeakMap<StatementSync, Kind>();
  let types = new Set<string>();
  const wrapped: Run = function (...args) {
    let kind = kinds.get(this);
    if (kind === undefined) {
      kind = kindOf(this.sourceSQL);
      kinds.set(this, kind);
    }
    if (kind === "other") return run.apply(this, args);
    if (typeof kind === "object") {
      types.add(String(args[kind.typeAt]));
      return run.apply(this, args);
    }
    const point = kind === "commit" ? nameOfTransaction(types) : null;
    types = new Set();
    if (point !== null) pass(point, "before");
    const result = run.apply(this, args);
    if (point !== null) pass(point, "after");
    return result;
  };
  Object.assign(StatementSync.prototype, { run: wrapped });
}

type Kind = "other" | "commit" | "rollback" | { typeAt: number };

function kindOf(sql: string): Kind {
  if (sql === "COMMIT") return "commit";
  if (sql === "ROLLBACK") return "rollback";
  const columns = /^INSERT INTO events \(([^)]*)\)/
    .exec(sql)?.[1]
    ?.split(",")
    .map((name) => name.trim());
  return columns === undefined ? "other" : { typeAt: columns.indexOf("type") };
}

/** A lock is a database of its own below `locks`; a look at one reads its schema, which fails while it is held. */
function watchLocks({ pass }: Points): void {
  const { exec, close, prepare } = DatabaseSync.prototype;
  const get = StatementSync.prototype.get as unknown as Run;
  const held = new WeakSet<DatabaseSync>();
  let hasTaken = false;
  const looked = (): void => {
    pass("lock looked at", "after");
    // Who comes to adopt takes a lock of its own first: its next look is the one by which it decides.
    if (hasTaken) pass("adopter looked", "after");
  };
  Object.assign(DatabaseSync.prototype, {
    exec(this: DatabaseSync, sql: string) {
      const isTaken = sql.includes("BEGIN EXCLUSIVE") && isLock(this);
      if (isTaken) pass("lock taken", "before");
      exec.call(this, sql);
      if (!isTaken) return;
      held.add(this);
      hasTaken = true;
      pass("lock taken", "after");
    },
    close(this: DatabaseSync) {
      const isGivenUp = held.has(this);
      if (isGivenUp) pass("shutdown", "before");
      close.call(this);
      if (isGivenUp) pass("shutdown", "after");
    },
    prepare(this: DatabaseSync, ...args: Parameters<typeof prepare>) {
      const isLook = args[0] === lookSql;
      if (isLook) pass("lock looked at", "before");
      try {
        return prepare.apply(this, args);
      } catch (error) {
        if (isLook) looked();
        throw error;
      }
    },
  });
  const wrapped: Run = function (...args) {
    try {
      return get.apply(this, args);
    } finally {
      if (this.sourceSQL === lookSql) looked();
    }
  };
  Object.assign(StatementSync.prototype, { get: wrapped });
}

const lookSql = "SELECT count(*) FROM sqlite_schema";

function isLock(database: DatabaseSync): boolean {
  return database.location()?.includes("/locks/") ?? false;
}
