// Group commit: writes that wait together share one transaction, and so one fsync. Members run one after another, each
// within a savepoint, each on what the ones before it left. One that fails is rolled back alone. Nobody is answered before
// COMMIT has returned, since a refusal, too, may rest on what another of the group wrote; if COMMIT fails, all have failed.

import type { DatabaseSync } from "node:sqlite";
import { systemLimits } from "../../core/system-limits.ts";
import { runWrite } from "./operations.ts";
import { isStorageFault } from "./sqlite-errors.ts";
import { statement } from "./statement.ts";
import type { WriteLock } from "./write-lock.ts";
import type { WriteName } from "./write-names.ts";
import type { SqliteTransaction } from "./write-transaction.ts";

export type Member = {
  name: WriteName;
  argument: unknown;
  /** About how many events it appends. */
  weight: number;
  succeed(value: unknown): void;
  fail(error: unknown): void;
};

export type Writer = { db: DatabaseSync; lock: WriteLock; tx: SqliteTransaction };

const { groupEventsMax, groupHoldMsMax } = systemLimits;

/** How a group ended. If it failed as a whole, `members` are those that nobody has answered yet. */
export type GroupEnd =
  | { isCommitted: true; hasChanged: boolean }
  | { isCommitted: false; error: unknown; members: Member[] };

/**
 * Takes members from the front of the queue and commits them together; the rest stays for the next group.
 * @param onWait Called while another process holds the lock, to do meanwhile what needs no lock.
 */
export function commitGroup(writer: Writer, queue: Member[], onWait: () => void): GroupEnd {
  const { db, lock, tx } = writer;
  const taken: Member[] = [];
  const results: { member: Member; result: Result }[] = [];
  try {
    lock.begin(onWait);
  } catch (error) {
    return { isCommitted: false, error, members: queue.splice(0) };
  }
  try {
    if (tx.begin()) lock.otherWriterSeen();
    const changesBefore = totalChanges(db);
    const isGroup = queue.length > 1;
    for (let weight = 0; queue[0] !== undefined; ) {
      const [member] = queue;
      weight += member.weight;
      if (taken.length > 0 && (weight > groupEventsMax || lock.heldMs() > groupHoldMsMax)) break;
      queue.shift();
      taken.push(member);
      const result = isGroup ? runInSavepoint(writer, member) : runAlone(writer, member);
      results.push({ member, result });
    }
    const hasChanged = totalChanges(db) !== changesBefore;
    if (db.isTransaction) statement(db, "COMMIT").run();
    for (const { member, result } of results) {
      if (result.isOk) member.succeed(result.value);
      else member.fail(result.error);
    }
    return { isCommitted: true, hasChanged };
  } catch (error) {
    if (db.isTransaction) statement(db, "ROLLBACK").run();
    tx.reset();
    return { isCommitted: false, error, members: taken };
  } finally {
    lock.released();
  }
}

type Result = { isOk: true; value: unknown } | { isOk: false; error: unknown };

/** A savepoint costs two statements, which a lone member saves: for it, rolling back the transaction is the same. */
function runAlone({ db, tx }: Writer, member: Member): Result {
  const place = tx.beginMember();
  try {
    return { isOk: true, value: runWrite(tx, member.name, member.argument) };
  } catch (error) {
    if (isStorageFault(error)) throw error;
    statement(db, "ROLLBACK").run();
    tx.rollBackMember(place);
    return { isOk: false, error };
  }
}

function runInSavepoint({ db, tx }: Writer, member: Member): Result {
  const place = tx.beginMember();
  statement(db, "SAVEPOINT member").run();
  try {
    const value = runWrite(tx, member.name, member.argument);
    statement(db, "RELEASE member").run();
    return { isOk: true, value };
  } catch (error) {
    if (isStorageFault(error)) throw error;
    statement(db, "ROLLBACK TO member").run();
    statement(db, "RELEASE member").run();
    tx.rollBackMember(place);
    return { isOk: false, error };
  }
}

function totalChanges(db: DatabaseSync): number {
  return (statement(db, "SELECT total_changes() AS n").get() as { n: number }).n;
}
