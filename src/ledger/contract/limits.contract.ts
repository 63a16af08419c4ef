// Limits over all workers: that they hold, what happens when they are changed, and that their folds can be checked and
// made anew.

import { expect, it } from "vitest";
import type { EventData, LedgerEvent } from "../../core/events.ts";
import { newRunId } from "../../core/ids.ts";
import { systemLimits } from "../../core/system-limits.ts";
import type { Ledger } from "../ledger.ts";
import {
  actor,
  agentOf,
  claimAll,
  claimBy,
  claimOne,
  codeOf,
  conclusionOf,
  endingOf,
  findings,
  lose,
  queue,
  queuedData,
  type Subject,
  setLimit,
  start,
  takesAny,
  useOf,
  workerData,
} from "./samples.contract.ts";

export function limitClaims(subject: () => Subject): void {
  limitsHold(subject);
  limitsChange(subject);
  foldsAreChecked(subject);
}

function limitsHold(subject: () => Subject): void {
  it("a limit holds for agents, providers and labels, and each ending makes room for one", async () => {
    const { ledger } = subject();
    for (const [key, change] of [
      ["agent:a", { agent: agentOf("a") }],
      ["provider:openai", { agent: agentOf("b", "openai:gpt-5") }],
      ["label:team=a", { labels: { team: "a" } }],
    ] as const) {
      await setLimit(ledger, key, 1);
      const [first, second] = [await queue(ledger, change), await queue(ledger, change)];
      const claimed = await claimOne(ledger);
      expect(claimed?.runId).toBe(first);
      expect(await claimOne(ledger)).toBeNull();
      expect(await useOf(ledger, key)).toEqual({ key, max: 1, used: 1 });
      if (claimed !== null) await lose(ledger, claimed);
      expect((await claimOne(ledger))?.runId).toBe(second);
    }
    expect(await findings(ledger)).toEqual([]);
  });

  it("a full limit holds up its own runs only, and a run needs room under all of its limits", async () => {
    const { ledger } = subject();
    await setLimit(ledger, "label:team=a", 1);
    await setLimit(ledger, "agent:deterministic", 2);
    await queue(ledger, { labels: { team: "a" } });
    const blocked = await queue(ledger, { labels: { team: "a" } });
    const free = await queue(ledger, { priority: "low" });
    const [first, second] = [await claimOne(ledger), await claimOne(ledger)];
    expect(second?.runId).toBe(free);
    if (first !== null) await lose(ledger, first);
    await setLimit(ledger, "agent:deterministic", 1);
    expect(await claimOne(ledger)).toBeNull();
    await setLimit(ledger, "agent:deterministic", 2);
    expect((await claimOne(ledger))?.runId).toBe(blocked);
    expect(await findings(ledger)).toEqual([]);
  });

  it("a claim without room is refused by name and writes nothing", async () => {
    const { ledger } = subject();
    await setLimit(ledger, "agent:deterministic", 1);
    await start(ledger);
    const runId = await queue(ledger);
    const claiming = ledger.execute(runId, { type: "claim", ...claimBy("w") }, actor);
    await expect(claiming).rejects.toMatchObject({
      code: "run.no-slot",
      message: "limit agent:deterministic: 1 of 1 in use",
    });
    expect(await ledger.getRun(runId)).toMatchObject({ status: "queued", seq: 1, attempt: null });
    expect(await useOf(ledger, "agent:deterministic")).toMatchObject({ used: 1 });
  });

  it("queueing, resuming and retrying with a claim for which there is no room leave the run in the queue", async () => {
    const { ledger } = subject();
    const [held, ended] = [await queue(ledger), await queue(ledger)];
    await ledger.execute(held, { type: "pause" }, actor);
    await ledger.execute(ended, { type: "cancel", graceMs: 0 }, actor);
    await setLimit(ledger, "agent:deterministic", 0);
    const data = await queuedData(ledger);
    const executed = [
      await ledger.execute(newRunId(), { type: "queue", data, claim: claimBy("w") }, actor),
      await ledger.execute(held, { type: "resume", claim: claimBy("w") }, actor),
      await ledger.execute(ended, { type: "retry", claim: claimBy("w") }, actor),
    ];
    expect(executed.map(({ run, events }) => [run.status, events.map(({ type }) => type)])).toEqual([
      ["queued", ["run.queued"]],
      ["queued", ["run.resumed"]],
      ["queued", ["run.retried"]],
    ]);
    await setLimit(ledger, "agent:deterministic", null);
    expect((await claimAll(ledger, takesAny)).length).toBe(3);
    expect(await findings(ledger)).toEqual([]);
  });

  it("a slot is given back with an attempt that never began, and with a run that is deleted", async () => {
    const { ledger } = subject();
    await setLimit(ledger, "agent:deterministic", 2);
    const [given, deleted] = [await start(ledger), await start(ledger)];
    await ledger.conclude(conclusionOf(given, endingOf("neverBegan")));
    await ledger.execute(deleted.runId, { type: "delete", isForced: true }, actor);
    expect(await useOf(ledger, "agent:deterministic")).toMatchObject({ used: 1 });
    await ledger.conclude(conclusionOf(deleted, endingOf("neverBegan")));
    expect(await ledger.isDeleted(deleted.runId)).toBe(true);
    expect(await useOf(ledger, "agent:deterministic")).toMatchObject({ used: 0 });
    expect(await claimAll(ledger, takesAny)).toEqual([given.runId]);
    expect(await findings(ledger)).toEqual([]);
  });

  it("an attempt that is orphaned or adopted keeps its slot", async () => {
    const { ledger } = subject();
    await setLimit(ledger, "agent:deterministic", 1);
    const { runId, claimId } = await start(ledger);
    await ledger.execute(runId, { type: "orphan", claimId, evidence: "test" }, actor);
    expect(await useOf(ledger, "agent:deterministic")).toMatchObject({ used: 1 });
    const adoption = { type: "adopt" as const, fromClaimId: claimId, evidence: "test", ...claimBy("v") };
    await ledger.execute(runId, adoption, actor);
    expect(await useOf(ledger, "agent:deterministic")).toMatchObject({ used: 1 });
  });

  it("limits hold at every moment, however many claim and end at once", async () => {
    const { ledger, openAgain } = subject();
    const limits = { "agent:deterministic": 3, "label:team=a": 1 };
    for (const [key, max] of Object.entries(limits)) await setLimit(ledger, key, max);
    const queued: Promise<string>[] = [];
    for (let index = 0; index < 24; index += 1) {
      queued.push(queue(ledger, index % 3 === 0 ? { labels: { team: "a" } } : {}));
    }
    const ids = await Promise.all(queued);
    const other = await openAgain();
    const ended = new Set<string>();
    const deadlineMs = performance.now() + 20_000;
    const work = async (from: Ledger) => {
      while (ended.size < ids.length && performance.now() < deadlineMs) {
        const claimed = await claimOne(from);
        if (claimed === null) continue;
        await lose(from, claimed);
        ended.add(claimed.runId);
      }
    };
    await Promise.all([ledger, other, ledger, other, ledger, other].map(work));
    expect([...ended].sort()).toEqual(ids.sort());
    const { events } = await ledger.readAll(null, 1_000);
    expect(mostAtOnce(events, () => true)).toBeLessThanOrEqual(3);
    expect(mostAtOnce(events, ({ labels }) => labels.team === "a")).toBe(1);
    expect((await ledger.listLimits()).map(({ used }) => used)).toEqual([0, 0]);
    expect(await findings(ledger)).toEqual([]);
  });
}

function limitsChange(subject: () => Subject): void {
  it("limits are listed by key with what is used, and go when they are lifted", async () => {
    const { ledger } = subject();
    await start(ledger, { labels: { team: "a" } });
    await setLimit(ledger, "label:team=a", 0);
    await setLimit(ledger, "agent:deterministic", 5);
    await setLimit(ledger, "provider:openai", 2);
    expect(await ledger.listLimits()).toEqual([
      { key: "agent:deterministic", max: 5, used: 1 },
      { key: "label:team=a", max: 0, used: 1 },
      { key: "provider:openai", max: 2, used: 0 },
    ]);
    await setLimit(ledger, "label:team=a", null);
    await setLimit(ledger, "label:team=b", null);
    expect((await ledger.listLimits()).map(({ key }) => key)).toEqual(["agent:deterministic", "provider:openai"]);
    expect(await findings(ledger)).toEqual([]);
  });

  it("a limit set below what is in use ends nothing, and none begins until there is room", async () => {
    const { ledger } = subject();
    const runs = [await start(ledger), await start(ledger), await start(ledger), await start(ledger)];
    await queue(ledger);
    await setLimit(ledger, "agent:deterministic", 2);
    for (const [index, run] of runs.slice(0, 2).entries()) {
      expect(await useOf(ledger, "agent:deterministic")).toMatchObject({ max: 2, used: 4 - index });
      expect(await claimOne(ledger)).toBeNull();
      await lose(ledger, run);
      expect(await findings(ledger)).toEqual([]);
    }
    expect(await claimOne(ledger)).toBeNull();
    if (runs[3] !== undefined) await lose(ledger, runs[3]);
    expect(await claimOne(ledger)).not.toBeNull();
    expect(await useOf(ledger, "agent:deterministic")).toMatchObject({ max: 2, used: 2 });
    expect(await findings(ledger)).toEqual([]);
  });

  it("a limit that is raised makes room at once, for those beyond it first", async () => {
    const { ledger } = subject();
    for (let index = 0; index < 2; index += 1) await start(ledger);
    for (let index = 0; index < 3; index += 1) await queue(ledger);
    await setLimit(ledger, "agent:deterministic", 1);
    await setLimit(ledger, "agent:deterministic", 2);
    expect(await claimOne(ledger)).toBeNull();
    await setLimit(ledger, "agent:deterministic", 4);
    expect((await claimAll(ledger, takesAny)).length).toBe(2);
    expect(await useOf(ledger, "agent:deterministic")).toMatchObject({ max: 4, used: 4 });
    expect(await findings(ledger)).toEqual([]);
  });

  it("a run that is imported in the middle of its attempt counts, and none is turned away for it", async () => {
    const { ledger } = subject();
    const { runId } = await start(ledger);
    await setLimit(ledger, "agent:deterministic", 1);
    const stored = await ledger.readEvents(runId, 0, 10);
    const events = stored.map(({ data, ...event }) => ({ ...event, dataText: JSON.stringify(data), record: null }));
    expect(await ledger.importRun(newRunId(), events)).toBe(true);
    expect(await useOf(ledger, "agent:deterministic")).toMatchObject({ max: 1, used: 2 });
    expect(await findings(ledger)).toEqual([]);
  });

  it("a limit larger than any may be is refused", async () => {
    const { ledger } = subject();
    expect(await codeOf(setLimit(ledger, "agent:a", systemLimits.slotsMax + 1))).toBe("usage.bad-value");
    expect((await ledger.readAll(null, 10)).events).toEqual([]);
  });
}

function foldsAreChecked(subject: () => Subject): void {
  it("a rebuild makes lanes, limits, slots and workers anew", async () => {
    const { ledger, damage } = subject();
    await fill(ledger);
    const before = await queueOf(ledger);
    for (const table of ["limits", "slots", "workers"]) await damage(`DELETE FROM ${table}`);
    await damage("UPDATE runs SET lane = NULL");
    expect((await findings(ledger)).length).toBeGreaterThan(0);
    await ledger.rebuild();
    expect(await queueOf(ledger)).toEqual(before);
    expect(await findings(ledger)).toEqual([]);
  });

  const damages: [what: string, sql: string, says: RegExp][] = [
    ["a limit that nobody set", "INSERT INTO limits (key, max) VALUES ('agent:x', 0)", /agent:x is 0/],
    ["a limit of another size", "UPDATE limits SET max = 7", /is 7, its events say 2/],
    ["a slot too few", "DELETE FROM slots WHERE run_id IS NULL", /of 2 has 1 slots/],
    ["a slot that is not held", "UPDATE slots SET run_id = NULL", /is not held/],
    ["a slot held by nobody who is there", "UPDATE slots SET run_id = 'x' WHERE run_id IS NULL", /run x holds/],
    ["a worker of another pid", "UPDATE workers SET pid = pid + 1", /worker w1 is/],
    ["a worker that is not listed", "DELETE FROM workers", /worker w1 is null/],
    ["a lane that is another's", "UPDATE runs SET lane = '[]' WHERE status = 'queued'", /^lane is/],
  ];
  for (const [what, sql, says] of damages) {
    it(`verification finds ${what}`, async () => {
      const { ledger, damage } = subject();
      await fill(ledger);
      expect(await findings(ledger)).toEqual([]);
      await damage(sql);
      const found = await findings(ledger);
      expect(found.map(({ kind }) => kind)).toContain("projection");
      expect(found.some(({ detail }) => says.test(detail))).toBe(true);
    });
  }
}

/** A ledger with something in each fold of the queue. */
async function fill(ledger: Ledger): Promise<void> {
  await setLimit(ledger, "agent:deterministic", 9);
  await setLimit(ledger, "agent:deterministic", 2);
  await start(ledger, { labels: { b: "2", a: "1" } });
  await queue(ledger, { labels: { b: "2", a: "1" } });
  await ledger.record({ type: "worker.started", data: workerData("w1") }, "worker");
  await ledger.record({ type: "worker.started", data: workerData("w2") }, "worker");
  await ledger.record({ type: "worker.drained", data: { worker: "w1" } }, "worker");
  await ledger.record({ type: "worker.gone", data: { worker: "w2", evidence: "it ended" } }, "worker");
}

async function queueOf(ledger: Ledger) {
  return {
    limits: await ledger.listLimits(),
    workers: await ledger.listWorkers(),
    runs: await ledger.listRuns({}, {}),
  };
}

/** The most runs of a kind that were under way at once, by their events in the order of the ledger. */
function mostAtOnce(events: LedgerEvent[], isMeant: (data: EventData<"run.queued">) => boolean): number {
  const meant = new Set<string | null>();
  let [now, most] = [0, 0];
  for (const { type, runId, data } of events) {
    if (type === "run.queued" && isMeant(data as EventData<"run.queued">)) meant.add(runId);
    if (!meant.has(runId)) continue;
    if (type === "attempt.claimed") now += 1;
    if (type === "attempt.ended") now -= 1;
    most = Math.max(most, now);
  }
  return most;
}
