// What a worker does for a run of which it has no attempt: it waits until it may claim it, or follows whoever else has it.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { RunledgerError } from "../core/errors.ts";
import { newClaimId, newRunId } from "../core/ids.ts";
import { systemLimits } from "../core/system-limits.ts";
import { readPlace } from "./process-facts.ts";
import { settle } from "./settle.ts";
import type { Worker } from "./worker.ts";
import { programEnv, type ToQueue, until, Worksite } from "./worksite.fixture.ts";

// Real runners on a busy machine need their time.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

let site: Worksite;
beforeEach(async () => {
  site = await Worksite.open();
});
afterEach(() => site[Symbol.asyncDispose]());

const toEnd = (worker: Worker, runId: string) => worker.runToEnd(runId, { env: programEnv });

describe("a run that waits for its next attempt", () => {
  /** One that failed and is to be tried again in an hour, which this worker waits for. */
  async function waiting(worker: Worker, limits: ToQueue["limits"] = {}) {
    const runId = await site.queue({
      ...{ argv: ["false"], retries: 1, backoffMs: 3_600_000, limits, claim: worker.newClaim() },
    });
    const { attempt } = await site.run(runId);
    const error = { code: "runner.gone", origin: "runner", message: "gone" } as const;
    const nothing = { finish: null, exit: null, killedFor: null, containment: null, memory: null, journal: null };
    const evidence = { fact: "gone", seenBy: "conclusion", ...nothing, lastStderr: null, note: null } as const;
    const ending = { fact: "gone", error, checkpoint: null, isByCancel: false, evidence } as const;
    const claimId = attempt?.claimId ?? "";
    await site.ledger.conclude({ runId, attempt: 1, claimId, actor: "test", ending, finishCursor: null });
    expect(await site.run(runId)).toMatchObject({ status: "queued", notBefore: expect.any(String) });
    return { runId, ended: toEnd(worker, runId) };
  }

  it("is over for its worker when somebody cancels it", async () => {
    const { runId, ended } = await waiting(await site.worker());
    await site.ledger.execute(runId, { type: "cancel", graceMs: 0 }, "test");
    expect(await ended).toMatchObject({ status: "cancelled", attempt: { number: 1 } });
  });

  it("does not end at its queue limit meanwhile, since nobody may take it", async () => {
    const { runId, ended } = await waiting(await site.worker(), { queue_s: 0.001 });
    const { queuedSince } = await site.run(runId);
    await until("its queue limit would have passed", () => Date.now() > Date.parse(queuedSince) + 10);
    await settle(site.ledger);
    expect(await site.run(runId)).toMatchObject({ status: "queued" });
    await site.ledger.execute(runId, { type: "cancel", graceMs: 0 }, "test");
    expect(await ended).toMatchObject({ status: "cancelled" });
    expect(await site.findings()).toEqual([]);
  });

  it("is let go of when its worker leaves", async () => {
    const worker = await site.worker();
    const { ended } = await waiting(worker);
    worker.leave();
    expect(await ended).toMatchObject({ status: "queued", attempt: { number: 1 } });
  });
});

describe("a run that a worker has in the queue", () => {
  it("ends at its queue limit if that has passed", async () => {
    const worker = await site.worker();
    const runId = await site.queue({ limits: { queue_s: 0.001 } });
    await until("it is overdue", async () => (await site.ledger.overdueRuns(1)).length === 1);
    expect(await toEnd(worker, runId)).toMatchObject({ status: "timed_out", error: { code: "limit.queue_s" } });
  });

  it("is claimed where the worker's clock is ahead of the ledger's, by which nothing is over", async () => {
    const worker = await site.worker();
    const runId = await site.queue({ limits: { queue_s: 600 } });
    const clock = vi
      .spyOn(Date, "now")
      .mockImplementation(() => performance.timeOrigin + performance.now() + 3_600_000);
    const ended = toEnd(worker, runId).finally(() => clock.mockRestore());
    await site.runOnce("is claimed", runId, ({ attempt }) => attempt !== null);
    expect(await ended).toMatchObject({ status: "completed", attempt: { number: 1 } });
  });

  it("is gone on with when another worker was faster and is gone", async () => {
    const gone = { worker: `worker-${newRunId()}`, place: readPlace(), claimId: newClaimId() };
    const runId = await site.queue({ claim: gone });
    expect(await toEnd(await site.worker(), runId)).toMatchObject({ status: "completed", attempt: { number: 2 } });
    expect(await site.ending(runId)).toMatchObject({ outcome: "given_back" });
    expect(await site.findings()).toEqual([]);
  });

  it("is over when another worker was faster that was stopped, and so has its lock, and is silent", async () => {
    const far = { worker: "far", place: { bootId: "another", pidns: "pid:[1]" }, claimId: newClaimId() };
    const runId = await site.queue({ claim: far });
    const members = { takeoverAfterMs: systemLimits.takeoverAfterMs, silentWorkers: async () => ["far"] };
    const worker = await site.worker({ members: { ...members, isLockFree: async () => false } });
    expect(await toEnd(worker, runId)).toMatchObject({ status: "lost", attempt: { number: 1 } });
  });

  it("is followed to its end when another worker was faster", async () => {
    const first = await site.worker();
    const runId = await site.queue();
    let isOthers = false;
    const beaten = await site.worker({
      members: {
        execute: async (id, command, actor) => {
          if (command.type === "claim" && !isOthers) {
            isOthers = true;
            await site.ledger.execute(id, { type: "claim", ...first.newClaim() }, "test");
          }
          return site.ledger.execute(id, command, actor);
        },
      },
    });
    const seen = toEnd(beaten, runId);
    await site.runOnce("is claimed", runId, ({ attempt }) => attempt !== null);
    const mine = await toEnd(first, runId);
    expect(mine).toMatchObject({ status: "completed", attempt: { number: 1, worker: first.id } });
    expect(await seen).toMatchObject({ status: "completed", attempt: { number: 1, worker: first.id } });
  });

  it("that a ledger cannot claim for a reason of its own is not waited for", async () => {
    const full = new RunledgerError("ledger.disk-full", "no space left");
    const bug = new TypeError("a bug");
    for (const fault of [full, bug]) {
      const worker = await site.worker({ members: { execute: () => Promise.reject(fault) } });
      await expect(toEnd(worker, await site.queue())).rejects.toBe(fault);
    }
  });

  it("and the ledger does not know is not found", async () => {
    await expect(toEnd(await site.worker(), newRunId())).rejects.toMatchObject({ code: "run.not-found" });
  });

  it("is left as it is by one that was to supervise its attempt and has none", async () => {
    const worker = await site.worker();
    const run = await site.run(await site.queue());
    expect(await worker.runOnce(run, { env: programEnv })).toBe(run);
  });
});
