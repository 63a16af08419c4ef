// Who looks at the ledger, and how often, when several runs report at once; and that each hears what is asked of it.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Ledger } from "../ledger/ledger.ts";
import { followOrders } from "./follow-orders.ts";
import { startWorker } from "./worker.ts";
import { programEnv, programNamed, runnerUrl, until, Worksite, withMembers } from "./worksite.fixture.ts";

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

let site: Worksite;
beforeEach(async () => {
  site = await Worksite.open();
});
afterEach(() => site[Symbol.asyncDispose]());

it("runs that report are not read again for what the others report, and a cancel reaches the one that it is for", async () => {
  const end = join(site.folder, "end");
  let readings = 0;
  const getRun: Ledger["getRun"] = (runId) => {
    readings += 1;
    return site.ledger.getRun(runId);
  };
  const ledger = withMembers(site.ledger, { getRun });
  await using worker = await startWorker({ ledger, runnerUrl, build: "source", spares: 0 });
  const argv = programNamed("reports-until-told.mjs", end);
  const runIds = await Promise.all([1, 2, 3].map(() => site.queue({ argv, claim: worker.newClaim() })));
  const ended = runIds.map((runId) => worker.runToEnd(runId, { env: programEnv }));
  const reported = async (runId: string) => (await site.ledger.journalCursor(runId, 1)).n;
  for (const runId of runIds) await until("it reports", async () => (await reported(runId)) > 3);
  const before = readings;
  for (const runId of runIds) await until("it went on reporting", async () => (await reported(runId)) > 40);
  // Each run's reports are dozens of changes to the two others.
  expect(readings - before).toBeLessThan(6);
  const [first = ""] = runIds;
  await site.ledger.execute(first, { type: "cancel", graceMs: 0 }, "test");
  expect(await ended[0]).toMatchObject({ status: "cancelled" });
  writeFileSync(end, "");
  expect(await Promise.all(ended.slice(1))).toMatchObject([{ status: "completed" }, { status: "completed" }]);
});

it("one run beside a ledger that changes all the time costs a look now and then, and not one for each change", async () => {
  let looks = 0;
  const liveAttempts: Ledger["liveAttempts"] = (worker) => {
    looks += 1;
    return site.ledger.liveAttempts(worker);
  };
  const orders = followOrders(withMembers(site.ledger, { liveAttempts }), "worker-of-nobody");
  const unsubscribe = orders.subscribe({ runId: "run", claimId: "claim" }, () => undefined);
  const beganMs = performance.now();
  for (let index = 0; index < 100; index += 1) await site.queue({ argv: programNamed("never-exits.mjs") });
  const tookMs = performance.now() - beganMs;
  unsubscribe();
  await orders.close();
  expect(looks).toBeGreaterThan(0);
  expect(looks).toBeLessThan(tookMs / 9 + 2);
});

it("where the ledger cannot be read, everybody is told to look for themselves", async () => {
  const ledger = withMembers(site.ledger, { liveAttempts: () => Promise.reject(new Error("gone")) });
  const orders = followOrders(ledger, "worker-of-nobody");
  let told = 0;
  const unsubscribe = orders.subscribe({ runId: "run", claimId: "claim" }, () => {
    told += 1;
  });
  await site.queue({ argv: programNamed("never-exits.mjs") });
  await until("it was told", () => told > 0);
  unsubscribe();
  await orders.close();
});

it("a worker that waits until it can start a runner has its wait, also where it is told to look and cannot", async () => {
  const noRoom = Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
  const gone = new Error("gone");
  const members = { getBlob: () => Promise.reject(noRoom), liveAttempts: () => Promise.reject(gone) };
  const worker = await site.worker({ members });
  const runId = await site.queue({ claim: worker.newClaim() });
  const beganMs = performance.now();
  const left = worker.runToEnd(runId, { env: programEnv });
  // Each is a change after which it is told.
  for (let index = 0; index < 20; index += 1) await site.queue();
  await site.runOnce("is in its second attempt", runId, ({ attempt }) => (attempt?.number ?? 0) > 1);
  expect(performance.now() - beganMs).toBeGreaterThan(990);
  worker.leave();
  await left;
});
