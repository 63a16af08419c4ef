// Writes of one process, which share commits: in their order where they are about the same run, and nobody told too early.

import { beforeEach, expect, it } from "vitest";
import { newRunId } from "../../core/ids.ts";
import { actor, findings, queuedData } from "../contract/samples.contract.ts";
import type { Ledger } from "../ledger.ts";
import { useDatabase } from "./use-database.fixture.ts";

const database = useDatabase();
let ledger: Ledger;

beforeEach(async () => {
  ledger = await database.open();
});

const many = 400;
const few = 20;

it("hundreds of runs at once are queued and cancelled, each in that order", async () => {
  const data = await queuedData(ledger);
  // Asked for in one turn: a cancel that came first would be refused.
  const asked = Array.from({ length: many }, async () => {
    const runId = newRunId();
    const queued = ledger.execute(runId, { type: "queue", data, claim: null }, actor);
    const { run } = await ledger.execute(runId, { type: "cancel", graceMs: 0 }, actor);
    await queued;
    return run.status;
  });
  expect(await Promise.all(asked)).toEqual(Array.from({ length: many }, () => "cancelled"));
  expect(await findings(ledger)).toEqual([]);
});

it("who is refused what another has done in the same moment finds it done", async () => {
  const data = await queuedData(ledger);
  const other = await database.open();
  const found = Array.from({ length: few }, async () => {
    const runId = newRunId();
    const ask = () => ledger.execute(runId, { type: "queue", data, claim: null }, actor);
    const first = ask();
    await expect(ask()).rejects.toThrow("exists already");
    const run = await other.getRun(runId);
    await first;
    return run?.id === runId;
  });
  expect(await Promise.all(found)).toEqual(Array.from({ length: few }, () => true));
});

it("a process hears of what others commit, and never of its own", async () => {
  const other = await database.open();
  const data = await queuedData(ledger);
  for (const one of [ledger, other]) {
    one.changeMark();
    // On the connection that listens: it does from now on.
    await one.renew("nobody");
  }
  const [own, others] = [ledger.changeMark(), other.changeMark()];
  await ledger.execute(newRunId(), { type: "queue", data, claim: null }, actor);
  await expect.poll(() => other.changeMark(), { timeout: 20_000 }).toBe(others + 1);
  // The server says what it has to tell before it answers.
  await ledger.renew("nobody");
  expect(ledger.changeMark()).toBe(own + 1);
});
