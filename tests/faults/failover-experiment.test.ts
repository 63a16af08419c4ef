// Who follows an experiment while its database fails over: the cursor that it holds is of a timeline that is no more.

import { afterAll, beforeAll, expect, test } from "vitest";
import { followExperiment } from "../../src/cli/follow-experiment.ts";
import { samplePlan } from "../../src/ledger/contract/experiments.contract.ts";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { openLedger } from "../../src/ledger/open-ledger.ts";
import { type RealPostgres, startMsMax, startPostgres } from "../../src/ledger/postgres/real-postgres.fixture.ts";
import { until } from "../scene.ts";

const patienceMs = 60_000;

let postgres: RealPostgres;

beforeAll(async () => {
  postgres = await startPostgres({ isOwn: true });
}, startMsMax);
afterAll(() => postgres?.close());

async function cellsOf(ledger: Ledger, subjects: number): Promise<{ experimentId: string; ids: string[] }> {
  const { id: experimentId } = await ledger.planExperiment(await samplePlan(ledger, { subjects, trials: 1 }), "test");
  const { runs } = await ledger.listRuns({ experimentId }, { order: "oldest" });
  return { experimentId, ids: runs.map(({ id }) => id) };
}

test("who follows an experiment goes on after a failover, and is told of each end once, also of those in between", {
  timeout: startMsMax + 2 * patienceMs,
}, async () => {
  const { url } = await postgres.newDatabase("migrated");
  await using ledger = await openLedger({ url, mustExist: true, env: {} });
  const { experimentId, ids } = await cellsOf(ledger, 5);
  const [before, seen, between, , after] = ids as [string, string, string, string, string];
  const end = (id: string) => ledger.execute(id, { type: "cancel", graceMs: 0 }, "test");
  await end(before);
  const told: string[] = [];
  let resets = 0;
  const held = Promise.withResolvers<void>();
  const stop = new AbortController();
  const following = followExperiment({
    ...{ ledger, experimentId, after: await ledger.headCursor(), signal: stop.signal },
    onEnded: ({ id }) => {
      told.push(id);
      return id === seen ? held.promise : undefined;
    },
    onReset: () => {
      resets += 1;
    },
  });
  // What fails is seen at the end; until then it must not be what ends the test.
  const ended = following.then(
    () => "followed to the end",
    (error: unknown) => String(error),
  );
  const isTold = (id: string) =>
    Promise.race([ended, until(`the end of ${id} is told`, () => told.includes(id), patienceMs)]);
  await end(seen);
  await isTold(seen);
  await end(between);
  await postgres.stop("fast");
  await postgres.start("promoted");
  held.resolve();
  await isTold(between);
  await end(after);
  await isTold(after);
  stop.abort();
  expect(await ended).toBe("followed to the end");
  expect([told, resets]).toEqual([[seen, between, after], 1]);
});
