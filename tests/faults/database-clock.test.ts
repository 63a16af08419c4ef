// The clock of the database is set while hosts share it: by that clock leases are told, and nobody who lives is taken for
// gone. What the database takes for its clock is a function of this test's, found before its own.

import { expect, onTestFinished, test } from "vitest";
import { systemLimits } from "../../src/core/system-limits.ts";
import { start } from "../../src/ledger/contract/samples.contract.ts";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { useDatabase } from "../../src/ledger/postgres/use-database.fixture.ts";
import { keepLease } from "../../src/worker/lease.ts";
import { until } from "../scene.ts";

const hourMs = 3_600_000;
const lookMs = 100;
const patienceMs = 60_000;

const database = useDatabase();

const shifting = `CREATE SCHEMA shifted; CREATE TABLE shifted.clock (by_ms bigint); INSERT INTO shifted.clock VALUES (0);
  CREATE FUNCTION shifted.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS
  $$ SELECT pg_catalog.clock_timestamp() + (SELECT by_ms FROM shifted.clock) * interval '1 ms' $$;`;

/** Whom a host took for silent in this time. */
async function silentFor(ledger: Ledger, ms: number): Promise<Set<string>> {
  const silent = new Set<string>();
  const untilMs = performance.now() + ms;
  const look = async () => {
    for (const worker of await ledger.silentWorkers()) silent.add(worker);
    return performance.now() > untilMs;
  };
  await until("the time has passed", look, ms + patienceMs);
  return silent;
}

test("a worker that goes on renewing is silent to nobody, on or back by an hour; one that has ended is, soon", {
  timeout: 180_000,
}, async () => {
  await database.run(shifting);
  await database.run(`ALTER DATABASE ${database.name} SET search_path = shifted, pg_catalog, public`);
  // The next who gets this database has the clock of the server.
  onTestFinished(() => database.run("DROP SCHEMA shifted CASCADE"));
  const setBy = (ms: number) => database.run(`UPDATE shifted.clock SET by_ms = ${ms}`);
  const [ledger, other] = [await database.open(), await database.open()];
  await ledger.holdLock("worker-1");
  await other.holdLock("who-looks");
  await start(ledger);
  const lease = await keepLease(ledger, "worker-1");
  // From then on it may judge others.
  expect(await silentFor(other, systemLimits.leaseMs + 2 * lookMs)).toEqual(new Set());
  await setBy(hourMs);
  expect(await silentFor(other, systemLimits.leaseMs + 2 * systemLimits.renewMs)).toEqual(new Set());
  await lease.close();
  await setBy(0);
  expect(await silentFor(other, systemLimits.leaseMs - 50 * lookMs)).toEqual(new Set());
  expect(await silentFor(other, systemLimits.takeoverAfterMs)).toEqual(new Set(["worker-1"]));
});
