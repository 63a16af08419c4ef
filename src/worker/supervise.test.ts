// Supervision within this process when something is the matter with the supervisor, not with the runner: its ledger
// fails, its claim is gone, or nobody can be sure that it is there.

import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { RunledgerError } from "../core/errors.ts";
import type { ProcessRef } from "../core/events.ts";
import type { RunLimitsPatch } from "../core/limits.ts";
import { systemLimits } from "../core/system-limits.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { readRunnerFacts } from "./conclude.ts";
import { isAlive, lookAt, treeOf } from "./process-facts.ts";
import { settle } from "./settle.ts";
import { takeOverSilent } from "./take-over.ts";
import { startWorker, type Worker } from "./worker.ts";
import { programEnv, programNamed, runnerUrl, type ToQueue, until, Worksite, withMembers } from "./worksite.fixture.ts";

// Real runners on a busy machine need their time.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

let site: Worksite;
let workers: Worker[] = [];
let end = "";
beforeEach(async () => {
  site = await Worksite.open();
  workers = [];
  end = join(site.folder, "end");
});
afterEach(async () => {
  writeFileSync(end, "");
  for (const worker of workers) await worker.close();
  await site[Symbol.asyncDispose]();
});

async function aWorker(members: Partial<Ledger> = {}): Promise<Worker> {
  const ledger = withMembers(site.ledger, members);
  const worker = await startWorker({ ledger, runnerUrl, build: "source", spares: 0 });
  workers.push(worker);
  return worker;
}

/** A run whose program reports twenty times a second until `end` is there, supervised and reporting by now. */
async function reporting(worker: Worker, limits: RunLimitsPatch = {}, what: ToQueue = {}) {
  const argv = programNamed("reports-until-told.mjs", end);
  const runId = await site.queue({ ...what, argv, limits, claim: worker.newClaim() });
  const ended = worker.runToEnd(runId, { env: programEnv });
  // Who awaits it hears of its failure.
  ended.catch(() => undefined);
  await until("it reports", async () => (await site.ledger.journalCursor(runId, 1)).n > 3);
  const runner: ProcessRef = readRunnerFacts(site.folderOf(runId)) ?? expect.fail("it has a runner");
  return { runId, ended, runner };
}

/** The run, once it has ended with nobody supervising it. */
async function settledAs(runId: string, status: string): Promise<void> {
  await until(`it is ${status}`, async () => {
    await settle(site.ledger);
    return (await site.run(runId)).status === status;
  });
}

describe("silence", () => {
  it("while the ledger takes nothing is none of the runner's, and what it wrote meanwhile is taken", async () => {
    const busy = new RunledgerError("ledger.busy", "another process holds it");
    let isBusy = false;
    let refusals = 0;
    const ingest: Ledger["ingest"] = (batch) => {
      if (!isBusy) return site.ledger.ingest(batch);
      refusals += 1;
      return Promise.reject(busy);
    };
    const { runId, ended } = await reporting(await aWorker({ ingest }), { idle_s: 5, grace_s: 0 });
    isBusy = true;
    await until("it was refused for longer than the limit", () => refusals > 12);
    isBusy = false;
    writeFileSync(end, "");
    expect(await ended).toMatchObject({ status: "completed" });
    expect((await site.ending(runId)).evidence).toMatchObject({ killedFor: null, journal: { broken: null } });
    expect(await site.findings()).toEqual([]);
  });

  it("while the ledger's folder is moved away is none of the runner's", async () => {
    const worker = await aWorker();
    const argv = programNamed("never-exits.mjs", site.folder);
    const runId = await site.queue({ argv, limits: { idle_s: 3, grace_s: 0 }, claim: worker.newClaim() });
    const ended = worker.runToEnd(runId, { env: programEnv });
    ended.catch(() => undefined);
    await site.isReady(runId);
    const runner = readRunnerFacts(site.folderOf(runId)) ?? expect.fail("it has a runner");
    const { home } = site.ledger;
    renameSync(home, `${home}-moved`);
    const movedMs = performance.now();
    try {
      await until("it is away for longer than the limit", () => performance.now() - movedMs > 4_500);
      expect(isAlive(runner)).toBe(true);
    } finally {
      renameSync(`${home}-moved`, home);
    }
    expect(await ended).toMatchObject({ status: "timed_out", error: { code: "limit.idle_s" } });
  });

  it("of the runner ends the run at its limit", async () => {
    const worker = await aWorker();
    const argv = programNamed("never-exits.mjs", site.folder);
    const runId = await site.queue({ argv, limits: { idle_s: 0.5, grace_s: 0 }, claim: worker.newClaim() });
    const run = await worker.runToEnd(runId, { env: programEnv });
    expect(run).toMatchObject({ status: "timed_out", error: { code: "limit.idle_s" } });
  });
});

describe("a runner is left to itself, without a signal", () => {
  it("by a supervisor whose ledger will never take anything again: that is thrown, and the next one goes on", async () => {
    const damaged = new RunledgerError("ledger.damaged", "a page is broken");
    let isDamaged = false;
    const ingest: Ledger["ingest"] = (batch) => (isDamaged ? Promise.reject(damaged) : site.ledger.ingest(batch));
    const worker = await aWorker({ ingest });
    const { runId, ended, runner } = await reporting(worker);
    isDamaged = true;
    await expect(ended).rejects.toBe(damaged);
    expect(isAlive(runner)).toBe(true);
    await worker.close();
    const adopted = (await aWorker()).adopt(runId);
    writeFileSync(end, "");
    expect(await adopted).toMatchObject({ status: "completed", attempt: { number: 1 } });
    expect(await site.findings()).toEqual([]);
  });

  it("by a supervisor that learns by its own writing that another has the claim", async () => {
    const other = await aWorker();
    let isTaken = false;
    const ingest: Ledger["ingest"] = async (batch) => {
      if (isTaken) {
        isTaken = false;
        const adoption = { type: "adopt", fromClaimId: batch.claimId, evidence: "a test" } as const;
        await site.ledger.execute(batch.runId, { ...adoption, ...other.newClaim() }, "test");
      }
      return site.ledger.ingest(batch);
    };
    const worker = await aWorker({ ingest });
    const { runId, runner } = await reporting(worker);
    isTaken = true;
    await until("it has dropped the run", () => worker.refusedWrites === 1);
    expect(isAlive(runner)).toBe(true);
    expect(await site.run(runId)).toMatchObject({ status: "running", attempt: { worker: other.id } });
    writeFileSync(end, "");
    await other.close();
    await settledAs(runId, "completed");
    expect(await site.findings()).toEqual([]);
  });
});

describe("a worker that cannot renew its lease where hosts share the ledger", () => {
  // In doubt three seconds after its last renewal, and not to be taken for gone before twelve more.
  const takeoverAfterMs = systemLimits.freezeBeforeTakeoverMs + 3_000;

  const isStopped = (one: ProcessRef): boolean => lookAt(one)?.state === "T";

  it("stops its runner's whole tree, and lets it go on when the ledger has it again", async () => {
    let isAway = false;
    const unreachable = new RunledgerError("ledger.unreachable", "no route to it");
    const renew = async (): Promise<void> => {
      if (isAway) throw unreachable;
    };
    const { runId, ended, runner } = await reporting(await aWorker({ takeoverAfterMs, renew }));
    isAway = true;
    await until("all of it stands still", () => [runner, ...treeOf(runner)].every(isStopped));
    const taken = (await site.ledger.journalCursor(runId, 1)).n;
    isAway = false;
    await until("it reports again", async () => (await site.ledger.journalCursor(runId, 1)).n > taken + 3);
    writeFileSync(end, "");
    expect(await ended).toMatchObject({ status: "completed", attempt: { number: 1 } });
    expect(await site.findings()).toEqual([]);
  });

  it("and is asked to leave then leaves it standing, and it goes on with the one that adopts it", async () => {
    let isAway = false;
    const renew = async (): Promise<void> => {
      if (isAway) throw new RunledgerError("ledger.unreachable", "no route to it");
    };
    const first = await aWorker({ takeoverAfterMs, renew });
    const { runId, ended, runner } = await reporting(first);
    isAway = true;
    const tree = [runner, ...treeOf(runner)];
    await until("all of it stands still", () => tree.every(isStopped));
    first.leave();
    expect(await ended).toMatchObject({ status: "running" });
    await first.close();
    expect(tree.every(isStopped)).toBe(true);
    const adopted = (await aWorker({ takeoverAfterMs, renew: async () => undefined })).adopt(runId);
    const taken = (await site.ledger.journalCursor(runId, 1)).n;
    await until("it reports again", async () => (await site.ledger.journalCursor(runId, 1)).n > taken + 3);
    writeFileSync(end, "");
    expect(await adopted).toMatchObject({ status: "completed", attempt: { number: 1 } });
    expect(await site.findings()).toEqual([]);
  });

  it("kills what it has stopped when it learns that another has the run: it must never go on", async () => {
    let isAway = false;
    const renew = async (): Promise<void> => {
      if (isAway) throw new RunledgerError("ledger.unreachable", "no route to it");
    };
    const worker = await aWorker({ takeoverAfterMs, renew });
    const { runId, runner } = await reporting(worker);
    const tree = [runner, ...treeOf(runner)];
    isAway = true;
    await until("all of it stands still", () => tree.every(isStopped));
    const { attempt } = await site.run(runId);
    const adoption = { type: "adopt", fromClaimId: attempt?.claimId ?? "", evidence: "a test", worker: "far" } as const;
    const place = { bootId: "another", pidns: "pid:[1]" };
    await site.ledger.execute(runId, { ...adoption, place, claimId: "newer" }, "test");
    await until("it has dropped the run", () => worker.refusedWrites === 1);
    // PID 1 of its namespace may still be collecting what died in there.
    await until("nothing of it is left", () => !tree.some(isAlive));
    expect(await site.run(runId)).toMatchObject({ status: "running", attempt: { claimId: "newer", outcome: null } });
  });

  it.each([0, 1])(
    "kills what it has stopped when another has ended the attempt and nobody has the run (%i retries)",
    async (retries) => {
      let isAway = false;
      const renew = async (): Promise<void> => {
        if (isAway) throw new RunledgerError("ledger.unreachable", "no route to it");
      };
      const worker = await aWorker({ takeoverAfterMs, renew });
      const { runId, runner } = await reporting(worker, {}, { retries, backoffMs: 600_000 });
      const tree = [runner, ...treeOf(runner)];
      isAway = true;
      await until("all of it stands still", () => tree.every(isStopped));
      await takenOver(worker);
      isAway = false;
      await until("nothing of it is left", () => !tree.some(isAlive));
      await until("it has dropped the run", () => worker.refusedWrites === 1);
      expect((await site.run(runId)).status).toBe(retries === 0 ? "lost" : "queued");
    },
  );

  it("kills what it had not come to stop when another has ended the attempt", async () => {
    const worker = await aWorker({ takeoverAfterMs, renew: async () => undefined });
    const { runId, runner } = await reporting(worker);
    const tree = [runner, ...treeOf(runner)];
    await takenOver(worker);
    await until("nothing of it is left", () => !tree.some(isAlive));
    expect((await site.run(runId)).status).toBe("lost");
  });

  it("kills what it has stopped when another has ended the attempt and the run was deleted since", async () => {
    let isAway = false;
    const renew = async (): Promise<void> => {
      if (isAway) throw new RunledgerError("ledger.unreachable", "no route to it");
    };
    const worker = await aWorker({ takeoverAfterMs, renew });
    const { runId, runner, ended } = await reporting(worker);
    const tree = [runner, ...treeOf(runner)];
    isAway = true;
    await until("all of it stands still", () => tree.every(isStopped));
    await takenOver(worker);
    await site.ledger.execute(runId, { type: "delete", isForced: false }, "test");
    isAway = false;
    await until("nothing of it is left", () => !tree.some(isAlive));
    await expect(ended).rejects.toMatchObject({ code: "run.deleted" });
  });

  /** Another host has not heard of it for too long. */
  async function takenOver(worker: Worker): Promise<void> {
    await takeOverSilent(withMembers(site.ledger, { takeoverAfterMs, silentWorkers: async () => [worker.id] }));
  }
});
