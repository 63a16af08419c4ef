// What a worker of the queue tells of itself when something is in its way, and what it does then. Runners are real; a
// failing ledger is the real one, with a fault at the moment that a test chooses.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { queryObjects } from "node:v8";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { RunledgerError } from "../core/errors.ts";
import type { Abilities } from "../core/queue-view.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { readRunnerFacts } from "./conclude.ts";
import { QueueWork, sayLeft, type WorkNews } from "./work-queue.ts";
import { startWorker, type Worker } from "./worker.ts";
import { programEnv, programNamed, runnerUrl, until, Worksite, withMembers } from "./worksite.fixture.ts";

const can: Abilities = { kinds: ["command"], agents: null, labels: {} };
const busy = new RunledgerError("ledger.busy", "another process holds it");
const damaged = new RunledgerError("ledger.damaged", "a page is broken");

// Real runners on a busy machine need their time.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

let site: Worksite;
let begun: Begun[] = [];
beforeEach(async () => {
  site = await Worksite.open();
  begun = [];
});
afterEach(async () => {
  for (const { work, worker, done } of begun) {
    work.leave();
    await done.catch(() => undefined);
    await worker.close();
  }
  await site[Symbol.asyncDispose]();
});

type Begun = { work: QueueWork; worker: Worker; news: WorkNews[]; done: Promise<void> };

/** A worker at the queue; `members` are faults of the ledger as it has it. */
async function begin({ members = {}, isUntilIdle = false }: { members?: Partial<Ledger>; isUntilIdle?: boolean } = {}) {
  const ledger = withMembers(site.ledger, members);
  const worker = await startWorker({ ledger, runnerUrl, build: "source", spares: 0, queue: { slots: 2, can } });
  const news: WorkNews[] = [];
  const onNews = (one: WorkNews): void => void news.push(one);
  const work = new QueueWork({ ledger, worker, slots: 2, can, envOf: () => programEnv, isUntilIdle, onNews });
  const one: Begun = { work, worker, news, done: work.toEnd() };
  // A test that awaits it hears of a failure; until then it is nobody's.
  one.done.catch(() => undefined);
  begun.push(one);
  return one;
}

function typesOf(news: readonly WorkNews[]): string[] {
  return news.map(({ type }) => type);
}

/** A member that fails so often, and then is the ledger's own. */
function failing<T extends unknown[], R>(times: number, error: Error, own: (...args: T) => Promise<R>) {
  let left = times;
  return (...args: T): Promise<R> => {
    left -= 1;
    return left >= 0 ? Promise.reject(error) : own(...args);
  };
}

describe("what others have left", () => {
  it("is concluded where the runner is gone as well, and told as such", async () => {
    const first = await begin();
    const runId = await site.queue({ argv: programNamed("never-exits.mjs", site.folder) });
    await site.isReady(runId);
    first.work.leave();
    await first.done;
    expect(typesOf(first.news)).toEqual(["claimed", "left"]);
    expect(await sayLeft(site.ledger, first.worker)).toEqual([runId]);
    await first.worker.close();
    expect(site.processes()).not.toEqual([]);
    process.kill(readRunnerFacts(site.folderOf(runId))?.pid ?? Number.NaN, "SIGKILL");
    await until("it is gone", () => site.processes().length === 0);
    const second = await begin({ isUntilIdle: true });
    await second.done;
    expect(second.news).toEqual([{ type: "concluded", runIds: [runId] }]);
    expect(await site.run(runId)).toMatchObject({ status: "lost", error: { code: "runner.gone" } });
    expect(await site.findings()).toEqual([]);
  });

  it("is taken over where it was on another host that is silent", async () => {
    const far = { worker: "far", place: { bootId: "another", pidns: "pid:[1]" }, claimId: "c" };
    const runId = await site.queue({ claim: far });
    const members = { takeoverAfterMs: 3_600_000, silentWorkers: async () => ["far"] };
    const { news, done } = await begin({ members, isUntilIdle: true });
    await done;
    expect(news).toEqual([{ type: "takenOver", runIds: [runId] }]);
    expect((await site.run(runId)).status).toBe("lost");
  });

  it("and another was faster to adopt is nothing that this one tells of", async () => {
    const first = await begin();
    const end = join(site.folder, "end");
    const runId = await site.queue({ argv: programNamed("waits-for-file.mjs", end) });
    await site.isReady(runId);
    first.work.leave();
    await first.done;
    await first.worker.close();
    const lost = new RunledgerError("run.claim-lost", "it is another's");
    const execute: Ledger["execute"] = (id, command, actor) =>
      command.type === "adopt" ? Promise.reject(lost) : site.ledger.execute(id, command, actor);
    const slow = await begin({ members: { execute } });
    await site.runOnce("is orphaned", runId, ({ attempt }) => attempt?.orphanedAt !== null);
    await until("it has lost", () => slow.work.running === 0);
    const fast = await begin();
    await until("it was adopted", () => typesOf(fast.news).includes("adopted"));
    writeFileSync(end, "");
    await until("it has ended", () => typesOf(fast.news).includes("ended"));
    expect(slow.news.filter((one) => "run" in one)).toEqual([]);
    expect(await site.findings()).toEqual([]);
  });
});

describe("a ledger that fails", () => {
  it("for a time is told of and tried again, and costs no run", async () => {
    const { news, done } = await begin({ members: { claim: failing(2, busy, site.ledger.claim.bind(site.ledger)) } });
    const runId = await site.queue();
    await until("it has ended", () => typesOf(news).includes("ended"));
    const told = typesOf(news);
    expect(told.slice(0, 2)).toEqual(["ledgerFault", "ledgerFault"]);
    expect(told.slice(-2)).toEqual(["claimed", "ended"]);
    expect(news[0]).toMatchObject({ error: busy });
    expect((await site.run(runId)).status).toBe("completed");
    begun[0]?.work.drain();
    await done;
  });

  it("for good ends the work, once what runs here is over", async () => {
    const end = join(site.folder, "end");
    const runId = await site.queue({ argv: programNamed("waits-for-file.mjs", end) });
    let isBroken = false;
    const claim: Ledger["claim"] = (...args) => (isBroken ? Promise.reject(damaged) : site.ledger.claim(...args));
    const { work, news, done } = await begin({ members: { claim } });
    await site.isReady(runId);
    isBroken = true;
    await until("it drains", async () => (await site.ledger.listWorkers())[0]?.isDraining === true);
    expect(work.running).toBe(1);
    writeFileSync(end, "");
    await expect(done).rejects.toBe(damaged);
    expect(typesOf(news)).toEqual(["claimed", "ended"]);
    expect((await site.run(runId)).status).toBe("completed");
  });

  it("to hear that a worker drains is told of, and the worker ends well", async () => {
    for (const fault of [busy, new RunledgerError("ledger.newer-schema", "a newer build has it")]) {
      const record: Ledger["record"] = (event, actor) =>
        event.type === "worker.drained" ? Promise.reject(fault) : site.ledger.record(event, actor);
      const { news, done } = await begin({ members: { record }, isUntilIdle: true });
      await done;
      expect(news).toEqual([{ type: "ledgerFault", error: fault }]);
    }
  });

  it("by a bug of ours is no fault that passes", async () => {
    const bug = new TypeError("a bug");
    const record: Ledger["record"] = (event, actor) =>
      event.type === "worker.drained" ? Promise.reject(bug) : site.ledger.record(event, actor);
    const { done } = await begin({ members: { record }, isUntilIdle: true });
    await expect(done).rejects.toBe(bug);
  });
});

it("a run whose content is gone has failed by that name, and the next one is begun", async () => {
  const broken = await site.queue({ digest: `sha256:${"1".repeat(64)}` });
  const sound = await site.queue();
  const { news } = await begin();
  await until("both have ended", () => typesOf(news).filter((type) => type === "ended").length === 2);
  expect(await site.run(sound)).toMatchObject({ status: "completed" });
  expect(await site.run(broken)).toMatchObject({
    ...{ status: "failed", attempt: { number: 1 } },
    error: { code: "ledger.damaged", origin: "worker", message: expect.stringContaining("is missing") },
  });
  expect(typesOf(news)).not.toContain("failed");
  expect(await site.findings()).toEqual([expect.objectContaining({ runId: broken, kind: "blob" })]);
});

describe("an attempt that nothing here looks after any more", () => {
  it("since a fault broke its supervision off is taken up again, and how its runner ended is not forgotten", async () => {
    const conclude = failing(1, damaged, site.ledger.conclude.bind(site.ledger));
    const { work, news } = await begin({ members: { conclude } });
    const runId = await site.queue({ argv: programNamed("never-exits.mjs", site.folder) });
    await site.isReady(runId);
    process.kill(readRunnerFacts(site.folderOf(runId))?.pid ?? Number.NaN, "SIGKILL");
    await until("it has ended", () => typesOf(news).includes("ended"));
    expect(typesOf(news)).toEqual(["claimed", "failed", "ended"]);
    expect(news[1]).toMatchObject({ runId, error: damaged });
    expect(await site.run(runId)).toMatchObject({ status: "failed", error: { code: "runner.killed" } });
    const { outcome, evidence } = await site.ending(runId);
    expect({ outcome, ...evidence }).toMatchObject({ outcome: "failed", exit: { signal: "SIGKILL" }, note: null });
    expect(work.running).toBe(0);
    expect(await site.findings()).toEqual([]);
  });

  it("is taken up again also by a worker that takes no more runs and waits for what it has", async () => {
    const end = join(site.folder, "end");
    const long = await site.queue({ argv: programNamed("waits-for-file.mjs", end) });
    const broken = await site.queue({ argv: programNamed("never-exits.mjs", site.folder) });
    const conclude = failing(1, damaged, site.ledger.conclude.bind(site.ledger));
    const { work, news, done } = await begin({ members: { conclude } });
    await Promise.all([site.isReady(long), site.isReady(broken)]);
    work.drain();
    process.kill(readRunnerFacts(site.folderOf(broken))?.pid ?? Number.NaN, "SIGKILL");
    await site.runOnce("has ended", broken, ({ status }) => status === "failed");
    expect((await site.run(long)).status).toBe("running");
    writeFileSync(end, "");
    await done;
    expect(typesOf(news)).toEqual(["claimed", "claimed", "failed", "ended", "ended"]);
    expect(await site.findings()).toEqual([]);
  });

  it("is waited for by who works until nothing is left", async () => {
    const runId = await site.queue();
    const conclude = failing(1, damaged, site.ledger.conclude.bind(site.ledger));
    const { news, done } = await begin({ members: { conclude }, isUntilIdle: true });
    await done;
    expect(typesOf(news)).toEqual(["claimed", "failed", "ended"]);
    expect(await site.run(runId)).toMatchObject({ status: "completed", attempt: { number: 1 } });
  });

  it("is tried again less and less often while the fault stays, which is told once", async () => {
    const triedMs: number[] = [];
    let isDamaged = true;
    const conclude: Ledger["conclude"] = (conclusion) => {
      triedMs.push(performance.now());
      return isDamaged ? Promise.reject(damaged) : site.ledger.conclude(conclusion);
    };
    const { news } = await begin({ members: { conclude } });
    const runId = await site.queue();
    await until("it was tried three times", () => triedMs.length >= 3);
    isDamaged = false;
    await until("it has ended", () => typesOf(news).includes("ended"));
    const [first = 0, second = 0, third = 0] = triedMs;
    expect([second - first, third - second].map((ms) => Math.floor(ms / 1000))).toEqual([
      expect.toSatisfy((s: number) => s >= 1),
      expect.toSatisfy((s: number) => s >= 2),
    ]);
    expect(typesOf(news)).toEqual(["claimed", "failed", "ended"]);
    expect(await site.run(runId)).toMatchObject({ status: "completed", attempt: { number: 1 } });
  });

  it("since the answer to its claim was lost is given back, and begun anew", async () => {
    const lost = new RunledgerError("ledger.unreachable", "the connection was lost");
    let isLost = false;
    const claim: Ledger["claim"] = async (...args) => {
      const claimed = await site.ledger.claim(...args);
      if (claimed === null || isLost) return claimed;
      isLost = true;
      throw lost;
    };
    const runId = await site.queue();
    const { news } = await begin({ members: { claim } });
    await until("it has completed", async () => (await site.run(runId)).status === "completed");
    expect((await site.run(runId)).attempt?.number).toBe(2);
    expect(await site.ending(runId)).toMatchObject({ outcome: "given_back" });
    expect(typesOf(news).slice(0, 2)).toEqual(["ledgerFault", "handedBack"]);
    expect(await site.findings()).toEqual([]);
  });
});

it("a run that goes on leaves nothing behind with each look that a worker takes meanwhile", async () => {
  const { promise: endless, resolve: end } = Promise.withResolvers<null>();
  let looks = 0;
  // There is news at each look.
  const waitForChange: Ledger["waitForChange"] = async ({ signal }) => {
    looks += 1;
    await new Promise((resolve) => setImmediate(resolve));
    return !signal?.aborted;
  };
  await using worker = await site.worker();
  const one = { ...worker, id: worker.id, runOnce: () => endless as unknown as ReturnType<Worker["runOnce"]> };
  const ledger = withMembers(site.ledger, { waitForChange });
  const news: WorkNews[] = [];
  const onNews = (one: WorkNews): void => void news.push(one);
  await site.queue();
  const envOf = () => programEnv;
  const work = new QueueWork({ ledger, worker: one, slots: 2, can, envOf, isUntilIdle: false, onNews });
  const done = work.toEnd();
  await until("it has begun", () => typesOf(news).includes("claimed"));
  const promisesAfter = async (more: number): Promise<number> => {
    const enough = looks + more;
    await until("it has looked so often", () => looks >= enough);
    return queryObjects(Promise, { format: "count" }) as number;
  };
  const before = await promisesAfter(50);
  expect((await promisesAfter(600)) - before).toBeLessThan(300);
  work.drain();
  end(null);
  await done;
});
