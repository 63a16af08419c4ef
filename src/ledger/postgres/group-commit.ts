// One group, one transaction: what its writes need is read, they are decided one after another, and all of their rows are
// written and committed in one go.

import type { Laned } from "../../core/lane.ts";
import { limitKeysOf } from "../../core/limit-keys.ts";
import type { Connection } from "./connection.ts";
import { decideClaims } from "./decide-claims.ts";
import type { Facts } from "./facts.ts";
import { lockFreeSlots } from "./free-slots.ts";
import { GroupTransaction } from "./group-transaction.ts";
import { type ClaimWrite, claimingCommands, decideWrite, needsOf, type Write } from "./members.ts";
import type { PendingRows } from "./pending-rows.ts";
import { isAway } from "./postgres-errors.ts";
import { readFacts } from "./read-facts.ts";
import { writeRows } from "./write-rows.ts";

export type Member<W> = { write: W; weight: number; succeed(value: unknown): void; fail(error: unknown): void };

/** A group that is committed: what it wrote, null if nothing, and the answers that may be given now. */
export type Committed = { rows: PendingRows | null; isTold: boolean; answer(): void };

/** Tells other processes of the COMMIT that was just sent; false if they are to be told when it is done. */
export type TellOn = (connection: Connection) => boolean;

/** The connection went while the group was being committed, so that nobody knows whether it was. */
export class InDoubt extends Error {
  override readonly name = "InDoubt";
  readonly xid: string;
  /** An event that is there if it was. */
  readonly witness: { position: number } | null;
  readonly committed: Committed;

  constructor(of: { xid: string; witness: { position: number } | null; committed: Committed; cause: unknown }) {
    super("the connection was lost during COMMIT", { cause: of.cause });
    this.xid = of.xid;
    this.witness = of.witness;
    this.committed = of.committed;
  }
}

/**
 * Commits a group of writes. What a member is refused may rest on what another wrote, so that it is told afterwards, too.
 * @throws InDoubt, LaterWriter, and what PostgreSQL says
 */
export function commitWrites(
  connection: Connection,
  members: readonly Member<Write>[],
  tellOn: TellOn,
): Promise<Committed> {
  return rolledBackOnError(connection, async () => {
    const writes = members.map(({ write }) => write);
    const facts = await readFacts(connection, needsOf(writes));
    await readSlots(connection, facts, writes);
    const tx = new GroupTransaction(facts);
    const answers: (() => void)[] = [];
    for (const member of members) {
      tx.rows.beginMember();
      try {
        const value = decideWrite(tx, member.write);
        answers.push(() => member.succeed(value));
      } catch (error) {
        tx.rows.rollBackMember();
        answers.push(() => member.fail(error));
      }
    }
    const answer = () => {
      for (const one of answers) one();
    };
    return commit(connection, { xid: facts.xid, tx, answer }, tellOn);
  });
}

/** Commits a group of claims; each gets its run or null. @throws as `commitWrites` */
export function commitClaims(
  connection: Connection,
  members: readonly Member<ClaimWrite>[],
  tellOn: TellOn,
): Promise<Committed> {
  return rolledBackOnError(connection, async () => {
    const claims = members.map(({ write }) => write);
    const decided = await decideClaims(connection, claims);
    const answer = () => {
      for (const [index, member] of members.entries()) member.succeed(decided?.values[index] ?? null);
    };
    if (decided !== null) return commit(connection, { ...decided, answer }, tellOn);
    await connection.run("ROLLBACK");
    return { rows: null, isTold: false, answer };
  });
}

/** Locks slots for those who bring a claim along. */
async function readSlots(connection: Connection, facts: Facts, writes: readonly Write[]): Promise<void> {
  if (facts.limits.size === 0) return;
  const claiming = writes.flatMap(claimingCommands);
  const keys = claiming.flatMap(({ runId, command }) => {
    const laned: Laned | undefined = command.type === "queue" ? command.data : facts.runs.get(runId)?.run;
    return laned === undefined ? [] : limitKeysOf(laned);
  });
  await lockFreeSlots(connection, facts.limits, { keys, most: claiming.length, xid: facts.xid });
}

async function commit(
  connection: Connection,
  { xid, tx: { rows }, answer }: { xid: string; tx: GroupTransaction; answer: () => void },
  tellOn: TellOn,
): Promise<Committed> {
  const committed = { rows: rows.isEmpty ? null : rows, isTold: false, answer };
  if (rows.isEmpty) {
    await connection.run("ROLLBACK");
    return committed;
  }
  try {
    const written = writeRows(connection, rows);
    // Sent without waiting for the answers before it: after one that failed it rolls back.
    if (rows.limits.length > 0) await written;
    const ended = connection.run("COMMIT");
    // It may fail first, and is asked only after the others.
    ended.catch(() => {});
    const isTold = tellOn(connection);
    await written.catch(async (error) => {
      await ended.catch(() => {});
      throw error;
    });
    const tag = await ended;
    if (tag !== "COMMIT") throw new Error(`COMMIT ended with ${tag}`);
    return { ...committed, isTold };
  } catch (cause) {
    // A server that ends, or a pooler that has lost it, may say so before the connection does.
    if (!connection.isLost && !isAway(cause)) throw cause;
    connection.abandon();
    const last = rows.events.at(-1);
    throw new InDoubt({ xid, witness: last === undefined ? null : { position: last.position }, committed, cause });
  }
}

async function rolledBackOnError<T>(connection: Connection, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // Harmless after a transaction that has ended; a connection on which not even this works is of no more use.
    if (!connection.isLost) await connection.run("ROLLBACK").catch(() => connection.abandon());
    throw error;
  }
}
