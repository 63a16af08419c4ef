// What settling leaves alone, and what it is not stopped by: others that came first, folders that cannot be read, hosts
// that cannot be seen from here, workers that live.

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RunledgerError } from "../core/errors.ts";
import { finished, started } from "./attempt-folder.fixture.ts";
import { readPlace } from "./process-facts.ts";
import { settle } from "./settle.ts";
import { until, Worksite, withMembers } from "./worksite.fixture.ts";

const elsewhere = { bootId: "another", pidns: "pid:[1]" };

let site: Worksite;
beforeEach(async () => {
  site = await Worksite.open();
});
afterEach(() => site[Symbol.asyncDispose]());

describe("settling", () => {
  it("tells of an attempt that it cannot settle, and settles the others all the same", async () => {
    const { runId, folder } = await site.abandoned(null);
    const other = await site.abandoned([started, finished()]);
    mkdirSync(dirname(dirname(folder)), { recursive: true });
    writeFileSync(dirname(folder), "a file where the folder should be");
    const { concluded, unsettled } = await settle(site.ledger);
    expect(concluded).toEqual([other.runId]);
    expect(unsettled).toEqual([{ runId, why: expect.stringMatching(/ENOTDIR|EEXIST/) }]);
    expect((await site.run(runId)).status).toBe("starting");
    rmSync(dirname(folder));
    expect(await settle(site.ledger)).toMatchObject({ concluded: [runId], unsettled: [] });
    expect(await site.findings()).toEqual([]);
  });

  it("leaves an attempt alone that somebody has settled since it was found", async () => {
    const { runId } = await site.abandoned([started, finished()]);
    const found = await site.ledger.liveAttempts();
    await settle(site.ledger);
    const events = (await site.run(runId)).seq;
    // Found before anybody had said that it is orphaned, and after.
    for (const orphanedAt of [null, "2026-11-22T10:00:00.000Z"]) {
      const late = withMembers(site.ledger, {
        supervisors: async () => found.map(({ worker, place }) => ({ worker, place })),
        liveAttempts: async () => found.map((one) => ({ ...one, orphanedAt })),
      });
      expect(await settle(late)).toEqual({ concluded: [], unsupervised: [], linesTaken: new Map(), unsettled: [] });
    }
    expect((await site.run(runId)).seq).toBe(events);
  });

  it("leaves an attempt alone whose run was deleted since it was found", async () => {
    const { runId } = await site.abandoned([started, finished()]);
    const found = await site.ledger.liveAttempts();
    await settle(site.ledger);
    await site.ledger.execute(runId, { type: "delete", isForced: false }, "test");
    const supervisors = async () => found.map(({ worker, place }) => ({ worker, place }));
    const late = withMembers(site.ledger, { supervisors, liveAttempts: async () => found });
    expect(await settle(late)).toMatchObject({ concluded: [], unsettled: [] });
  });

  it("looks at no process of another host where hosts share the ledger, and at all of them where they do not", async () => {
    const claim = { worker: "far", place: elsewhere, claimId: "c" };
    const runId = await site.queue({ claim });
    const shared = withMembers(site.ledger, { takeoverAfterMs: 20_000 });
    expect(await settle(shared)).toMatchObject({ concluded: [], unsettled: [] });
    expect(await site.run(runId)).toMatchObject({ status: "starting", attempt: { orphanedAt: null } });
    const { runId: here } = await site.abandoned(null);
    expect(await settle(shared)).toMatchObject({ concluded: [here] });
    expect(await settle(site.ledger)).toMatchObject({ concluded: [runId] });
  });
});

describe("a run over its queue limit", () => {
  async function overdue(): Promise<string> {
    const runId = await site.queue({ limits: { queue_s: 0.001 } });
    await until("it is overdue", async () => (await site.ledger.overdueRuns(10)).includes(runId));
    return runId;
  }

  it("ends so, whoever opens the ledger", async () => {
    const runId = await overdue();
    await settle(site.ledger);
    expect(await site.run(runId)).toMatchObject({ status: "timed_out", error: { code: "limit.queue_s" } });
  });

  it("that was cancelled or deleted since it was found stays so, and is in nobody's way", async () => {
    const runIds = [await overdue(), await overdue(), await overdue()];
    const [cancelled = "", deleted = "", waits = ""] = runIds;
    const found = withMembers(site.ledger, { overdueRuns: async () => runIds });
    await site.ledger.execute(cancelled, { type: "cancel", graceMs: 0 }, "test");
    await site.ledger.execute(deleted, { type: "delete", isForced: true }, "test");
    await settle(found);
    expect((await site.run(cancelled)).status).toBe("cancelled");
    expect(await site.ledger.isDeleted(deleted)).toBe(true);
    expect((await site.run(waits)).status).toBe("timed_out");
  });

  it("that a failing ledger keeps from ending is no run that somebody else has ended", async () => {
    await overdue();
    const busy = new RunledgerError("ledger.busy", "another process holds it");
    await expect(settle(withMembers(site.ledger, { execute: () => Promise.reject(busy) }))).rejects.toBe(busy);
  });
});

it("a worker of the queue is listed while its lock is held, and no longer", async () => {
  const lock = await site.ledger.holdLock("w");
  const can = { kinds: ["command" as const], agents: null, labels: {} };
  const data = { worker: "w", place: readPlace(), pid: process.pid, slots: 1, can, build: "source" };
  await site.ledger.record({ type: "worker.started", data }, "test");
  await settle(site.ledger);
  expect(await site.ledger.listWorkers()).toMatchObject([{ worker: "w" }]);
  await lock.release();
  await settle(site.ledger);
  expect(await site.ledger.listWorkers()).toEqual([]);
});
