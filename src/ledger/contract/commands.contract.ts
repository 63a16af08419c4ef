// Commands, claims and deletion: what an append does to a run and to everything folded from it.

import { expect, it } from "vitest";
import { newRunId } from "../../core/ids.ts";
import {
  actor,
  claimBy,
  codeOf,
  complete,
  conclusionOf,
  endingOf,
  findings,
  ingest,
  queue,
  queuedData,
  type Subject,
  start,
  startedRecord,
} from "./samples.contract.ts";

export function commandClaims(subject: () => Subject): void {
  it("a command's events, its run and its counts are there together, once it was answered", async () => {
    const { ledger } = subject();
    const runId = newRunId();
    const { run, events } = await ledger.execute(
      runId,
      { type: "queue", data: await queuedData(ledger), claim: null },
      actor,
    );
    expect(events.map(({ type, seq, runId: of }) => [type, seq, of])).toEqual([["run.queued", 1, runId]]);
    expect(run).toEqual(await ledger.getRun(runId));
    expect(run.status).toBe("queued");
    expect(await ledger.countRuns()).toEqual([{ status: "queued", passed: null, runs: 1 }]);
    expect(await ledger.countRuns("001")).toEqual([{ status: "queued", passed: null, runs: 1 }]);
    expect(await ledger.countRuns("002")).toEqual([]);
  });

  it("a refused command says why and changes nothing", async () => {
    const { ledger } = subject();
    const runId = await queue(ledger);
    expect(await codeOf(ledger.execute(runId, { type: "resume", claim: null }, actor))).toBe("run.illegal-move");
    expect(await codeOf(ledger.execute(newRunId(), { type: "pause" }, actor))).toBe("run.not-found");
    const again = { type: "queue", data: await queuedData(ledger), claim: null } as const;
    expect(await codeOf(ledger.execute(runId, again, actor))).toBe("run.id-taken");
    expect((await ledger.readEvents(runId, 0, 10)).length).toBe(1);
    expect(await findings(ledger)).toEqual([]);
  });

  it("a command that a run accepts as it stands appends nothing", async () => {
    const { ledger } = subject();
    const runId = await queue(ledger);
    await ledger.execute(runId, { type: "pause" }, actor);
    const { run, events } = await ledger.execute(runId, { type: "pause" }, actor);
    expect([run.status, run.seq, events.length]).toEqual(["paused", 2, 0]);
  });

  it("of commands that wait together, a refused one leaves the others whole", async () => {
    const { ledger } = subject();
    const runId = await queue(ledger);
    const results = await Promise.allSettled([
      ledger.execute(runId, { type: "pause" }, actor),
      ledger.execute(runId, { type: "retry", claim: null }, actor),
      ledger.execute(runId, { type: "resume", claim: null }, actor),
    ]);
    expect(results.map((result) => result.status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    const events = await ledger.readEvents(runId, 0, 10);
    expect(events.map((event) => event.type)).toEqual(["run.queued", "run.paused", "run.resumed"]);
    expect(await findings(ledger)).toEqual([]);
  });

  it("several commands as one are done all or not at all", async () => {
    const { ledger } = subject();
    const [first, second] = [await queue(ledger), await queue(ledger)];
    const commands = [
      { runId: first, command: { type: "cancel", graceMs: 0 } as const },
      { runId: second, command: { type: "resume", claim: null } as const },
    ];
    expect(await codeOf(ledger.executeAll(commands, actor))).toBe("run.illegal-move");
    expect((await ledger.getRun(first))?.status).toBe("queued");
    const done = await ledger.executeAll(
      [first, second].map((runId) => ({ runId, command: { type: "cancel", graceMs: 0 } as const })),
      actor,
    );
    expect(done.map(({ run }) => run.status)).toEqual(["cancelled", "cancelled"]);
    expect(await findings(ledger)).toEqual([]);
  });

  it("the queue is claimed by priority, then age, by those that can", async () => {
    const { ledger } = subject();
    const low = await queue(ledger, { priority: "low" });
    const normal = await queue(ledger);
    const command = await queue(ledger, { kind: "command", agent: null });
    const high = await queue(ledger, { priority: "high" });
    const can = { kinds: ["benchmark" as const], agents: ["deterministic"], labels: {} };
    expect(await ledger.claim(claimBy("w"), { ...can, agents: ["glm-4.6"] })).toBeNull();
    const claimed: (string | undefined)[] = [];
    for (let index = 0; index < 4; index += 1) claimed.push((await ledger.claim(claimBy("w"), can))?.run.id);
    expect(claimed).toEqual([high, normal, low, undefined]);
    const last = await ledger.claim(claimBy("w"), { kinds: ["command"], agents: [], labels: {} });
    expect([last?.run.id, last?.run.status, last?.run.attempt?.number]).toEqual([command, "starting", 1]);
  });

  it("a run is claimed once, however many ask for it", async () => {
    const { ledger, openAgain } = subject();
    const runId = await queue(ledger);
    const other = await openAgain();
    const can = { kinds: ["benchmark" as const], agents: null, labels: {} };
    const asked = [ledger, other, ledger, other].map((from) => from.claim(claimBy("w"), can));
    const claims = (await Promise.all(asked)).filter((claimed) => claimed !== null);
    expect(claims.map(({ run }) => run.id)).toEqual([runId]);
  });

  it("a deleted run leaves nothing but its id and its run.deleted", async () => {
    const { ledger } = subject();
    const { runId } = await complete(ledger, { labels: { team: "a" } });
    await ledger.putLog([{ runId, attempt: 1, stream: "stdout", offset: 0, bytes: Buffer.from("hello") }]);
    const { events } = await ledger.execute(runId, { type: "delete", isForced: false }, actor);
    expect(events.map((event) => event.type)).toEqual(["run.delete_requested", "run.deleted"]);
    expect(await ledger.isDeleted(runId)).toBe(true);
    expect(await codeOf(ledger.getRun(runId))).toBe("run.deleted");
    expect(await codeOf(ledger.readEvents(runId, 0, 10))).toBe("run.deleted");
    expect(await codeOf(ledger.execute(runId, { type: "cancel", graceMs: 0 }, actor))).toBe("run.deleted");
    expect(
      await codeOf(ledger.putLog([{ runId, attempt: 1, stream: "stdout", offset: 5, bytes: Buffer.from("x") }])),
    ).toBe("run.deleted");
    expect((await ledger.listRuns({}, {})).runs).toEqual([]);
    expect((await ledger.listRuns({ label: { key: "team", value: "a" } }, {})).runs).toEqual([]);
    expect(await ledger.countRuns()).toEqual([]);
    expect(await ledger.logSize({ runId, attempt: 1, stream: "stdout" })).toBe(0);
    expect((await ledger.readAll(null, 10)).events.map(({ type, runId: of }) => [type, of])).toEqual([
      ["run.deleted", runId],
    ]);
    expect(await findings(ledger)).toEqual([]);
  });

  it("a run with a process that is to be deleted goes with its ending, and not before", async () => {
    const { ledger } = subject();
    const run = await start(ledger);
    await ingest(ledger, run, startedRecord);
    await ledger.execute(run.runId, { type: "delete", isForced: true }, actor);
    expect((await ledger.getRun(run.runId))?.status).toBe("cancelling");
    const { events } = await ledger.conclude(conclusionOf(run, endingOf("killedCancel")));
    expect(events.map((event) => event.type)).toEqual(["attempt.ended", "run.cancelled", "run.deleted"]);
    expect(await ledger.isDeleted(run.runId)).toBe(true);
    expect(await ledger.liveAttempts()).toEqual([]);
    expect(await findings(ledger)).toEqual([]);
  });

  it("a command appends all of its events, however many they are", async () => {
    const { ledger } = subject();
    const run = await start(ledger);
    const span = { traceId: "t", name: "n", span: {}, resource: {}, scope: {} };
    const spans = Array.from({ length: 300 }, (_, i) => ({ ...span, spanId: `${i}` }));
    const { events } = await ledger.execute(run.runId, { type: "receiveSpans", spans }, actor);
    expect(events.map(({ data }) => (data as { spanId: string }).spanId)).toEqual(spans.map(({ spanId }) => spanId));
    expect((await ledger.readEvents(run.runId, 0, 1_000)).slice(-spans.length)).toEqual(events);
    expect(await findings(ledger)).toEqual([]);
  });

  it("many runs that go at once leave all of their events, each as it was when it was asked for", async () => {
    const { ledger } = subject();
    const many = Array.from({ length: 70 });
    const started = await Promise.all(many.map(() => start(ledger)));
    const queued = await Promise.all(many.map(() => queue(ledger)));
    const remove = (runId: string) => ({ runId, command: { type: "delete", isForced: true } as const });
    const removed = await ledger.executeAll([...started.map(({ runId }) => runId), ...queued].map(remove), actor);
    const ended = await Promise.all(started.map((run) => ledger.conclude(conclusionOf(run, endingOf("killedCancel")))));
    const types = [...removed, ...ended].map(({ events }) => events.map(({ type }) => type).join(" "));
    expect(new Set(types.slice(0, 70))).toEqual(new Set(["run.delete_requested run.cancel_requested"]));
    expect(new Set(types.slice(70, 140))).toEqual(new Set(["run.cancelled run.delete_requested run.deleted"]));
    expect(new Set(types.slice(140))).toEqual(new Set(["attempt.ended run.cancelled run.deleted"]));
    expect(await findings(ledger)).toEqual([]);
  });

  it("an event of the ledger itself belongs to no run", async () => {
    const { ledger } = subject();
    const event = await ledger.record(
      { type: "worker.started", data: { worker: "w", place: { bootId: "b", pidns: "p" }, pid: 1 } },
      actor,
    );
    expect([event.runId, event.seq, event.type]).toEqual([null, 0, "worker.started"]);
    expect((await ledger.readAll(null, 10)).events).toEqual([event]);
    expect(await findings(ledger)).toEqual([]);
  });

  it("NUL characters and lone surrogates become U+FFFD, with a mark", async () => {
    const { ledger } = subject();
    const runId = await queue(ledger, { name: "a\0b\ud800c" });
    expect((await ledger.getRun(runId))?.name).toBe("a\uFFFDb\uFFFDc");
    expect((await ledger.readEvents(runId, 0, 1))[0]?.data).toMatchObject({ cleaned: true });
    expect(await findings(ledger)).toEqual([]);
  });
}
