// A run through its attempts by a worker within this process, with real runners: hand-overs that fail, attempts that are
// somebody else's, endings that the ledger does not take at once.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { RunledgerError } from "../core/errors.ts";
import { newRunId } from "../core/ids.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { attemptFiles } from "../protocol/attempt-files.ts";
import { finished, started } from "./attempt-folder.fixture.ts";
import { readRunnerFacts } from "./conclude.ts";
import { settle } from "./settle.ts";
import type { Worker } from "./worker.ts";
import { programEnv, programNamed, type ToQueue, until, Worksite } from "./worksite.fixture.ts";

const busy = new RunledgerError("ledger.busy", "another process holds it");

// Real runners on a busy machine need their time.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

let site: Worksite;
beforeEach(async () => {
  site = await Worksite.open();
});
afterEach(() => site[Symbol.asyncDispose]());

const claimedBy = (worker: Worker, what: ToQueue = {}): Promise<string> =>
  site.queue({ ...what, claim: worker.newClaim() });
const toEnd = (worker: Worker, runId: string) => worker.runToEnd(runId, { env: programEnv });

describe("the hand-over", () => {
  it("that finds no room on the disk gives the claim back, says why, and is tried again with another runner", async () => {
    const worker = await site.worker({ spares: 1 });
    const [spare = ""] = readdirSync(join(site.ledger.home, "spares"));
    symlinkSync("/dev/full", join(site.ledger.home, "spares", spare, attemptFiles.spec));
    const runId = await claimedBy(worker);
    expect(await toEnd(worker, runId)).toMatchObject({ status: "completed", attempt: { number: 2 } });
    const note = expect.stringContaining("it could not be handed over: ENOSPC");
    expect(await site.ending(runId)).toMatchObject({ outcome: "given_back", evidence: { note } });
    expect(await site.findings()).toEqual([]);
  });

  it("that is to be tried again later is not waited for by somebody who cancels", async () => {
    const noRoom = Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
    const worker = await site.worker({ members: { getBlob: () => Promise.reject(noRoom) } });
    const runId = await claimedBy(worker);
    const ended = toEnd(worker, runId);
    // The wait becomes three times as long each time: it is 9 s by now.
    await site.runOnce("is in its third attempt", runId, ({ attempt }) => attempt?.number === 3);
    const askedMs = performance.now();
    await site.ledger.execute(runId, { type: "cancel", graceMs: 0 }, "test");
    expect(await ended).toMatchObject({ status: "cancelled", attempt: { number: 3 } });
    expect(performance.now() - askedMs).toBeLessThan(7_000);
    expect(await site.findings()).toEqual([]);
  });

  it("that only another worker may manage gives the claim back, and the runner that had nothing to do ends", async () => {
    const worker = await site.worker();
    const runId = await claimedBy(worker);
    const folder = dirname(site.folderOf(runId));
    mkdirSync(dirname(folder), { recursive: true });
    writeFileSync(folder, "a file where the folder should be");
    expect(await worker.runOnce(await site.run(runId), { env: programEnv })).toMatchObject({ status: "queued" });
    const note = expect.stringMatching(/it could not be handed over: (ENOTDIR|EEXIST)/);
    expect(await site.ending(runId)).toMatchObject({ outcome: "given_back", evidence: { note } });
    await until("the runner is gone", () => site.processes().length === 0);
    rmSync(folder);
  });

  it("of an attempt that somebody has concluded meanwhile gives back nothing", async () => {
    const worker = await site.worker({
      // Somebody takes it for left alone, and ends it before this worker comes to it.
      members: {
        getBlob: async (digest) => {
          const { attempt } = await site.run(runId);
          mkdirSync(join(site.folderOf(runId), "something"), { recursive: true });
          const adoption = { type: "adopt", fromClaimId: attempt?.claimId ?? "", evidence: "e" } as const;
          const place = { bootId: "another", pidns: "pid:[1]" };
          await site.ledger.execute(runId, { ...adoption, worker: "far", place, claimId: "newer" }, "test");
          return site.ledger.getBlob(digest);
        },
      },
    });
    const runId: string = await claimedBy(worker);
    const run = await worker.runOnce(await site.run(runId), { env: programEnv });
    expect(run).toMatchObject({ status: "starting", attempt: { outcome: null, claimId: "newer" } });
  });

  it("of a run whose content is gone does not begin: it has failed, and says why", async () => {
    const worker = await site.worker();
    const runId = await claimedBy(worker, { digest: `sha256:${"1".repeat(64)}` });
    expect(await toEnd(worker, runId)).toMatchObject({ status: "failed", error: { code: "ledger.damaged" } });
  });

  it("of a run whose checkpoint is gone does not begin either: it would do again what was done before that", async () => {
    const began = join(site.folder, "began");
    const digest = `sha256:${createHash("sha256").update("here").digest("hex")}`;
    const journal = [started, finished({ outcome: "orphaned", checkpoint: digest })];
    const { runId, folder } = await site.abandoned(journal, { argv: ["touch", began] });
    mkdirSync(join(folder, "artifacts"));
    writeFileSync(join(folder, attemptFiles.checkpointLeft), "here");
    await settle(site.ledger);
    expect(await site.run(runId)).toMatchObject({ status: "queued", checkpoint: digest });
    const getBlob: Ledger["getBlob"] = async (of) => (of === digest ? null : site.ledger.getBlob(of));
    const worker = await site.worker({ members: { getBlob } });
    await site.ledger.execute(runId, { type: "claim", ...worker.newClaim() }, "test");
    expect(await toEnd(worker, runId)).toMatchObject({
      ...{ status: "failed", attempt: { number: 2 } },
      error: { code: "ledger.damaged", message: expect.stringContaining(`the checkpoint ${digest}`) },
    });
    expect(existsSync(began)).toBe(false);
  });
});

describe("a runner that is killed by somebody", () => {
  it("has ended its run, and the ending says by what and that we did not do it", async () => {
    const worker = await site.worker();
    const runId = await claimedBy(worker, { argv: programNamed("never-exits.mjs", site.folder) });
    const ended = toEnd(worker, runId);
    await site.isReady(runId);
    process.kill(readRunnerFacts(site.folderOf(runId))?.pid ?? Number.NaN, "SIGKILL");
    expect(await ended).toMatchObject({ status: "failed", error: { code: "runner.killed", origin: "runner" } });
    const { exit, killedFor, containment } = (await site.ending(runId)).evidence;
    expect({ exit, killedFor, containment }).toMatchObject({
      ...{ exit: { code: null, signal: "SIGKILL" }, killedFor: null },
      containment: { leftAlive: [] },
    });
    expect(site.processes()).toEqual([]);
    expect(await site.findings()).toEqual([]);
  });

  it("is tried again where the policy says so, after its wait", async () => {
    const worker = await site.worker();
    const end = join(site.folder, "end");
    const what = { argv: programNamed("waits-for-file.mjs", end), retries: 1, backoffMs: 100 };
    const runId = await claimedBy(worker, what);
    const ended = toEnd(worker, runId);
    await site.isReady(runId);
    process.kill(readRunnerFacts(site.folderOf(runId))?.pid ?? Number.NaN, "SIGKILL");
    await site.runOnce("is in its second attempt", runId, ({ attempt }) => attempt?.number === 2);
    writeFileSync(end, "");
    expect(await ended).toMatchObject({ status: "completed", attempt: { number: 2 } });
    expect(await site.ending(runId)).toMatchObject({ outcome: "failed", error: { code: "runner.killed" } });
  });
});

describe("the ending of an attempt", () => {
  it("that the ledger cannot take now is written when it can", async () => {
    let refusals = 0;
    const worker = await site.worker({
      members: {
        conclude: (conclusion) => {
          refusals += 1;
          return refusals === 1 ? Promise.reject(busy) : site.ledger.conclude(conclusion);
        },
      },
    });
    const runId = await claimedBy(worker);
    expect(await toEnd(worker, runId)).toMatchObject({ status: "completed" });
    expect(refusals).toBe(2);
    expect(await site.findings()).toEqual([]);
  });

  it("that the ledger does not take until the worker has left is for whoever comes next", async () => {
    const worker: Worker = await site.worker({
      members: {
        conclude: async () => {
          worker.leave();
          throw busy;
        },
      },
    });
    const runId = await claimedBy(worker);
    expect(await toEnd(worker, runId)).toMatchObject({ status: "running" });
    await worker.close();
    expect(await (await site.worker()).adopt(runId)).toMatchObject({ status: "completed", attempt: { number: 1 } });
  });

  it("that another has written by then is not written twice, and counts as refused", async () => {
    const lost = new RunledgerError("run.claim-lost", "it is another's");
    const worker = await site.worker({ members: { conclude: () => Promise.reject(lost) } });
    const runId = await claimedBy(worker);
    const left = worker.runOnce(await site.run(runId), { env: programEnv });
    expect(await left).toMatchObject({ status: "running" });
    expect(worker.refusedWrites).toBe(1);
  });

  it("that the ledger will never take is thrown", async () => {
    const damaged = new RunledgerError("ledger.damaged", "a page is broken");
    const worker = await site.worker({ members: { conclude: () => Promise.reject(damaged) } });
    await expect(toEnd(worker, await claimedBy(worker))).rejects.toBe(damaged);
  });
});

describe("adoption", () => {
  it("of an attempt that no runner was handed gives it back and goes on with the run to its end", async () => {
    const { runId } = await site.abandoned(null);
    const run = await (await site.worker()).adopt(runId, { env: programEnv });
    expect(run).toMatchObject({ status: "completed", attempt: { number: 2 } });
    expect(await site.ending(runId)).toMatchObject({ outcome: "given_back" });
  });

  it("of an attempt that is over but for its ending writes that, and nothing after it", async () => {
    const { runId } = await site.abandoned([started, finished({ outcome: "failed" })], { retries: 1 });
    const told: string[] = [];
    const run = await (await site.worker()).adoptOnce(runId, ({ id }) => void told.push(id));
    expect(run).toMatchObject({ status: "queued", attempt: { number: 1, outcome: "failed" } });
    expect(told).toEqual([runId]);
  });

  it("is of nothing where the run is not known, waits, has ended, or its supervisor lives", async () => {
    const worker = await site.worker();
    const supervised = await claimedBy(await site.worker());
    const ended = await site.queue();
    await site.ledger.execute(ended, { type: "cancel", graceMs: 0 }, "test");
    for (const runId of [newRunId(), await site.queue(), ended, supervised]) {
      expect(await worker.adopt(runId)).toBeNull();
    }
    expect((await site.run(supervised)).status).toBe("starting");
  });

  it("is of nothing on another host where hosts share the ledger: its processes cannot be seen from here", async () => {
    const far = { worker: "far", place: { bootId: "another", pidns: "pid:[1]" }, claimId: "c" };
    const runId = await site.queue({ claim: far });
    const worker = await site.worker({ members: { takeoverAfterMs: 3_600_000 } });
    expect(await worker.adopt(runId)).toBeNull();
    expect(await site.run(runId)).toMatchObject({ attempt: { claimId: "c", outcome: null } });
    const { runId: here } = await site.abandoned([started, finished()]);
    expect(await worker.adopt(here)).toMatchObject({ status: "completed" });
  });

  it("that another was faster at is none", async () => {
    const { runId } = await site.abandoned([started, finished()]);
    const lost = new RunledgerError("run.claim-lost", "it is another's");
    const worker = await site.worker({ members: { execute: () => Promise.reject(lost) } });
    expect(await worker.adopt(runId)).toBeNull();
    const broken = await site.worker({ members: { execute: () => Promise.reject(busy) } });
    await expect(broken.adopt(runId)).rejects.toBe(busy);
  });
});
