// Claims by many processes at once: every run is claimed once, in order, and no limit is ever passed.

import { expect, it } from "vitest";
import { claimBy, findings, queue, setLimit, takesAny } from "../contract/samples.contract.ts";
import { useDatabase } from "./use-database.fixture.ts";

const database = useDatabase();

const workers = 8;

it("eight workers that claim at once get each run once, and all of them", { timeout: 120_000 }, async () => {
  const ledger = await database.open();
  const queued = await Promise.all(Array.from({ length: 200 }, () => queue(ledger)));
  const claimed = await Promise.all(Array.from({ length: workers }, () => claimUntilEmpty(queued.length)));
  const ids = claimed.flat();
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.sort()).toEqual(queued.sort());
  expect(await findings(ledger)).toEqual([]);
});

it("a limit lets no more begin than it allows, whoever claims and however often", { timeout: 120_000 }, async () => {
  const ledger = await database.open();
  await Promise.all(Array.from({ length: 40 }, () => queue(ledger)));
  await setLimit(ledger, "agent:deterministic", 5);
  const ledgers = await Promise.all(Array.from({ length: workers }, () => database.open()));
  const claims = await Promise.all(
    ledgers.flatMap((from) => Array.from({ length: 5 }, () => from.claim(claimBy("w"), takesAny))),
  );
  expect(claims.filter((claimed) => claimed !== null).length).toBe(5);
  expect(await ledger.listLimits()).toEqual([{ key: "agent:deterministic", max: 5, used: 5 }]);
  expect(await findings(ledger)).toEqual([]);
});

it("a run that somebody else holds is passed over, and taken when it is free", async () => {
  const ledger = await database.open();
  const [first, second] = [await queue(ledger), await queue(ledger)];
  const holder = await database.connect();
  await holder.rows("BEGIN");
  await holder.rows("SELECT 1 FROM runs WHERE run_id = $1 FOR UPDATE", [first]);
  expect((await ledger.claim(claimBy("w"), takesAny))?.run.id).toBe(second);
  expect(await ledger.claim(claimBy("w"), takesAny)).toBeNull();
  await holder.close();
  await expect.poll(async () => (await ledger.claim(claimBy("w"), takesAny))?.run.id, { timeout: 10_000 }).toBe(first);
});

it("a claim does not wait for what else its process writes", async () => {
  const ledger = await database.open();
  const [first, second] = [await queue(ledger), await queue(ledger)];
  const holder = await database.connect();
  await holder.rows("BEGIN");
  await holder.rows("SELECT 1 FROM runs WHERE run_id = $1 FOR UPDATE", [first]);
  const cancelling = ledger.execute(first, { type: "cancel", graceMs: 0 }, "tester");
  const waiting = "SELECT 1 AS found FROM pg_locks WHERE NOT granted";
  await expect.poll(() => holder.row(waiting), { timeout: 10_000 }).not.toBeNull();
  expect((await ledger.claim(claimBy("w"), takesAny))?.run.id).toBe(second);
  await holder.close();
  expect((await cancelling).run.status).toBe("cancelled");
  expect(await findings(ledger)).toEqual([]);
});

async function claimUntilEmpty(most: number): Promise<string[]> {
  const ledger = await database.open();
  const ids: string[] = [];
  // Null may only mean that somebody else was looking at the same runs.
  for (let misses = 0; misses < 20 && ids.length < most; ) {
    const claimed = await Promise.all([1, 2, 3].map(() => ledger.claim(claimBy("w"), takesAny)));
    ids.push(...claimed.flatMap((one) => (one === null ? [] : [one.run.id])));
    if (claimed.includes(null)) misses += 1;
  }
  return ids;
}
