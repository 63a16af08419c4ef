// Claims, a group at a time: the first runs of the queue that each worker may take and that have room under their limits.

import { RunledgerError } from "../../core/errors.ts";
import { readLane } from "../../core/lane.ts";
import { limitKeysOfLane } from "../../core/limit-keys.ts";
import { canTake } from "../../core/queue-view.ts";
import { type ExecutedText, execute } from "../execute.ts";
import type { Connection } from "./connection.ts";
import type { Facts } from "./facts.ts";
import { lockFreeSlots } from "./free-slots.ts";
import { GroupTransaction } from "./group-transaction.ts";
import { type ClaimWrite, weightOf } from "./members.ts";
import { laneHeads, lockHeads, lockOfLanes, type QueuedRow } from "./next-in-queue.ts";
import { begin, factsOfPlace, foldedRun, lockLedger, takePlaceOfLocked } from "./read-facts.ts";

/** Runs that are looked at beyond those asked for, since a few may not suit. */
const spare = 8;

export type DecidedClaims = { xid: string; tx: GroupTransaction; values: (ExecutedText | null)[] };

/** Begins a transaction and decides the claims in it, or null if there is nothing in the queue. */
export async function decideClaims(
  connection: Connection,
  claims: readonly ClaimWrite[],
): Promise<DecidedClaims | null> {
  const asked = claims.length + spare;
  const events = claims.reduce((sum, claim) => sum + weightOf(claim), 0);
  const [, , heads, place] = await Promise.all([
    begin(connection),
    lockLedger(connection, "shared"),
    lockHeads(connection, asked),
    takePlaceOfLocked(connection, events),
  ]);
  if (heads.length === 0 || place === null) return null;
  const facts: Facts = {
    ...factsOfPlace(place),
    ...{ runs: new Map(), deleted: new Set(), cursors: new Map(), claimIds: new Map() },
    ...{ crcs: new Map(), logSizes: new Map(), heard: new Set() },
  };
  const round = new Round(connection, { facts, claims });
  await round.take(heads);
  if (round.waiting.length > 0 && heads.length === asked) await round.take(await round.ofLanes());
  return { xid: facts.xid, tx: round.tx, values: claims.map((claim) => round.taken.get(claim) ?? null) };
}

class Round {
  readonly tx: GroupTransaction;
  readonly taken = new Map<ClaimWrite, ExecutedText>();
  readonly #connection: Connection;
  readonly #facts: Facts;
  readonly #claims: readonly ClaimWrite[];

  constructor(connection: Connection, of: { facts: Facts; claims: readonly ClaimWrite[] }) {
    this.#connection = connection;
    this.#facts = of.facts;
    this.#claims = of.claims;
    this.tx = new GroupTransaction(of.facts);
  }

  /** Claims that have no run yet. */
  get waiting(): ClaimWrite[] {
    return this.#claims.filter((claim) => !this.taken.has(claim));
  }

  /** Gives the waiting claims what suits them of these runs, which this transaction has locked, the first first. */
  async take(rows: QueuedRow[]): Promise<void> {
    // A run that a later transaction has written is somebody else's to claim: events of a run are in the order of ids.
    const open = rows.filter(({ xid }) => BigInt(xid) < BigInt(this.#facts.xid));
    const keys = new Set(open.flatMap(({ lane }) => limitKeysOfLane(readLane(lane))));
    if (this.#facts.limits.size > 0) {
      await lockFreeSlots(this.#connection, this.#facts.limits, {
        ...{ keys, most: Math.min(this.waiting.length, open.length), xid: this.#facts.xid },
      });
    }
    for (const claim of this.waiting) {
      for (const [index, row] of open.entries()) {
        if (!this.#suits(claim, row.lane)) continue;
        open.splice(index, 1);
        this.#claim(claim, row);
        break;
      }
    }
  }

  /** Locks the first runs of the best lanes that suit a waiting claim. */
  async ofLanes(): Promise<QueuedRow[]> {
    const { waiting } = this;
    const suiting = (await laneHeads(this.#connection)).filter(({ lane }) => {
      const parts = readLane(lane);
      return !limitKeysOfLane(parts).some((key) => this.#isFull(key)) && waiting.some(({ can }) => canTake(can, parts));
    });
    const best = suiting.sort((a, b) => a.priority - b.priority || a.created - b.created).slice(0, waiting.length);
    return lockOfLanes(
      this.#connection,
      best.map(({ lane }) => lane),
      waiting.length,
    );
  }

  #isFull(key: string): boolean {
    const limit = this.#facts.limits.get(key);
    return limit !== undefined && limit.used >= limit.max;
  }

  #suits({ can }: ClaimWrite, text: string): boolean {
    const lane = readLane(text);
    return canTake(can, lane) && this.tx.limitInTheWay(limitKeysOfLane(lane)) === null;
  }

  #claim(claim: ClaimWrite, row: QueuedRow): void {
    const { worker } = claim.by;
    this.#facts.runs.set(row.run_id, foldedRun(row));
    this.tx.rows.beginMember();
    try {
      const command = { type: "claim", ...claim.by } as const;
      this.taken.set(claim, execute(this.tx, { runId: row.run_id, command, actor: worker }));
    } catch (error) {
      this.tx.rows.rollBackMember();
      // What the queue says and the run does not is for verification to find, and no reason to stop the queue.
      if (!(error instanceof RunledgerError)) throw error;
    }
  }
}
