// The ledger behind a pooler of transactions: the whole contract holds where the one session has a way of its own, and
// where it has none, whoever needs it is told.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { claimBy, codeOf, findings, queue, takesAny } from "../contract/samples.contract.ts";
import { ledgerContract } from "../ledger.contract.ts";
import type { Ledger } from "../ledger.ts";
import { openLedger } from "../open-ledger.ts";
import { migratePostgres } from "./migrate.ts";
import { postgresSubject } from "./postgres-subject.fixture.ts";
import { type RealPostgres, startMsMax, startPostgres, type TestDatabase } from "./real-postgres.fixture.ts";
import { startTransactionPooler, type TransactionPooler } from "./transaction-pooler.fixture.ts";

let postgres: RealPostgres;
beforeAll(async () => {
  postgres = await startPostgres({ isOwn: true });
}, startMsMax);
afterAll(() => postgres?.close());

/** A fresh database behind a pooler, and its own URL as the session's. */
async function pooled(
  how: { size?: number; lends?: "newest" | "oldest" } = {},
): Promise<{ database: TestDatabase; pooler: TransactionPooler; session: string }> {
  const database = await postgres.newDatabase("migrated");
  const pooler = await startTransactionPooler({ socket: postgres.socket, database: database.name, ...how });
  return { database, pooler, session: `session=${encodeURIComponent(database.url)}` };
}

ledgerContract("PostgreSQL behind a pooler of transactions", async () => {
  const { database, pooler, session } = await pooled();
  return postgresSubject(database, pooler.url(session), async () => {
    await pooler[Symbol.asyncDispose]();
    expect(pooler.left).toEqual([]);
  });
});

describe("several processes that share two sessions", () => {
  it("get each run once, hear of each other, and leave nothing in a session", { timeout: 60_000 }, async () => {
    const { pooler, session } = await pooled({ size: 2 });
    await using _pooler = pooler;
    const ledgers = await Promise.all(Array.from({ length: 4 }, () => open(pooler.url(session))));
    const [first, second] = ledgers as [Ledger, Ledger];
    const since = second.changeMark();
    const news = second.waitForChange({ since, timeoutMs: 20_000 });
    const queued = await Promise.all(Array.from({ length: 40 }, () => queue(first)));
    expect(await news).toBe(true);
    const claims = await Promise.all(
      ledgers.flatMap((ledger) => Array.from({ length: 10 }, () => ledger.claim(claimBy("w"), takesAny))),
    );
    const ids = claims.flatMap((claimed) => (claimed === null ? [] : [claimed.run.id]));
    for (let left = await first.claim(claimBy("w"), takesAny); left !== null; ) {
      ids.push(left.run.id);
      left = await first.claim(claimBy("w"), takesAny);
    }
    expect(ids.sort()).toEqual(queued.sort());
    expect(await findings(second)).toEqual([]);
    expect(pooler.moves).toBeGreaterThan(10);
    expect(pooler.left).toEqual([]);
    for (const ledger of ledgers) await ledger.close();
  });
});

describe("without a way for the session", () => {
  it("runs can be read, asked for and waited for, and whoever has to hold a lock is told what is missing", async () => {
    const { pooler } = await pooled();
    await using _pooler = pooler;
    const [ledger, other] = [await open(pooler.url()), await open(pooler.url())];
    const since = other.changeMark();
    const news = other.waitForChange({ since, timeoutMs: 20_000 });
    const runId = await queue(ledger);
    expect(await news).toBe(true);
    expect((await other.getRun(runId))?.status).toBe("queued");
    expect(await codeOf(ledger.holdLock("w-1"))).toBe("ledger.pooled");
    expect(await other.isLockFree("w-1")).toBe(true);
    expect(pooler.left).toEqual([]);
    for (const one of [ledger, other]) await one.close();
  });

  it.each(["newest", "oldest"] as const)(
    "a way through the same pooler is found out at once or at a renewal, whichever session it lends: the %s",
    async (lends) => {
      const { pooler } = await pooled({ size: 2, lends });
      await using _pooler = pooler;
      const ledger = await open(pooler.url("session=same"));
      let isHeld = false;
      const hold = async (): Promise<string> => {
        const step = isHeld ? ledger.renew("w-1") : ledger.holdLock("w-1");
        return step.then(
          () => {
            isHeld = true;
            return "held";
          },
          (error: { code?: string }) => error.code ?? "no code",
        );
      };
      await expect.poll(hold, { timeout: 20_000, interval: 1 }).toBe("ledger.pooled");
      if (lends === "newest") expect(isHeld).toBe(false);
      await ledger.close();
    },
  );

  it("a way that leads to another ledger is refused", async () => {
    const { pooler } = await pooled();
    await using _pooler = pooler;
    const other = await postgres.newDatabase("empty");
    await migratePostgres({ url: other.url });
    const ledger = await open(pooler.url(`session=${encodeURIComponent(other.url)}`));
    await expect(ledger.holdLock("w-1")).rejects.toMatchObject({
      code: "ledger.bad-url",
      message: expect.stringContaining("another ledger"),
    });
    await ledger.close();
  });
});

function open(url: string): Promise<Ledger> {
  return openLedger({ url, mustExist: true, env: {} });
}
