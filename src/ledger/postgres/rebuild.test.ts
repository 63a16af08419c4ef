// What others do while all folds are made anew: writers wait, on one connection each however long it takes, and what they
// had begun before is counted once.

import { beforeEach, expect, it } from "vitest";
import { complete, findings, queue } from "../contract/samples.contract.ts";
import type { Ledger } from "../ledger.ts";
import { commitWrites } from "./group-commit.ts";
import { Line } from "./line.ts";
import type { Write } from "./members.ts";
import type { PendingRows } from "./pending-rows.ts";
import { begin, lockLedger } from "./read-facts.ts";
import { sumUp } from "./sum-up.ts";
import { useDatabase } from "./use-database.fixture.ts";
import { Writer } from "./writer.ts";

const database = useDatabase();
let ledger: Ledger;

beforeEach(async () => {
  ledger = await database.open();
});

const patient = { timeout: 60_000 };
/** In this database; others of the server may be in use. */
const waiting = `SELECT pid, waitstart::text AS since FROM pg_locks
  WHERE NOT granted AND waitstart IS NOT NULL AND (locktype = 'transactionid'
    OR database = (SELECT oid FROM pg_database WHERE datname = current_database()))`;

it("a writer that waits for long does so on one connection, and is done then", patient, async () => {
  const holder = await database.connect({ isPatient: true });
  await begin(holder);
  await lockLedger(holder, "alone");
  const line = new Line({ open: () => database.connect({ answerMs: 2_000 }), shown: database.name });
  const writer = new Writer<Write>({
    ...{ line, attempt: commitWrites, shown: database.name },
    ...{ tellOn: () => true, committed: () => {} },
  });
  const drained = { type: "worker.drained", data: { worker: "w-1" } } as const;
  const written = writer.write({ name: "record", event: drained, actor: "tester" });
  const [pids, waits, most] = [new Set<number>(), new Set<string>(), { waiting: 0 }];
  const look = async () => {
    const rows = await holder.rows<{ pid: number; since: string }>(waiting);
    for (const { pid } of rows) pids.add(pid);
    for (const { since } of rows) waits.add(since);
    most.waiting = Math.max(most.waiting, rows.length);
    return waits.size;
  };
  // More than twice as long as a statement may go unanswered.
  await expect.poll(look, { ...patient, interval: 50 }).toBeGreaterThan(10);
  expect([most.waiting, pids.size]).toEqual([1, 1]);
  await holder.run("COMMIT");
  await written;
  expect((await ledger.readAll(null, 10)).events.map(({ type }) => type)).toEqual(["worker.drained"]);
  await line.close();
});

it("counts that are summed up as the folds are made anew are there once", patient, async () => {
  const runs = 4;
  await complete(ledger);
  for (let i = 1; i < runs; i += 1) await queue(ledger);
  const [summer, blocker, looker] = [
    await database.connect({ isPatient: true }),
    await database.connect(),
    await database.connect(),
  ];
  const counts = await looker.rows<PendingRows["counts"][number]>("SELECT * FROM counts");
  const agentTallies = await looker.rows<PendingRows["agentTallies"][number]>("SELECT * FROM agent_tallies");
  expect(agentTallies).not.toEqual([]);
  // It has summed up the counts, and comes no further.
  await begin(blocker);
  await blocker.run("LOCK agent_tallies IN ACCESS EXCLUSIVE MODE");
  const isWaiting = (count: number) =>
    expect.poll(async () => (await looker.rows(waiting)).length, patient).toBe(count);
  const summed = sumUp(summer, { counts, tallies: [], agentTallies });
  await isWaiting(1);
  const rebuilt = ledger.rebuild();
  await isWaiting(2);
  await blocker.run("COMMIT");
  await summed;
  expect(await rebuilt).toEqual({ runs });
  expect((await ledger.countRuns()).reduce((sum, { runs }) => sum + runs, 0)).toBe(runs);
  expect(await findings(ledger)).toEqual([]);
});
