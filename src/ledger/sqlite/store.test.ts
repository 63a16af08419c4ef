// The store without its thread: groups, savepoints, the clock, the lists of a large ledger.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { MessageChannel } from "node:worker_threads";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RunledgerError } from "../../core/errors.ts";
import { newRunId } from "../../core/ids.ts";
import { effectiveLimits } from "../../core/limits.ts";
import { systemLimits } from "../../core/system-limits.ts";
import type { Member } from "./group-commit.ts";
import { ledgerFiles } from "./ledger-files.ts";
import { type OperationName, weightOf } from "./operations.ts";
import { RequestLoop } from "./request-loop.ts";
import { closing, type Reply } from "./requests.ts";
import { SqliteStore } from "./store.ts";
import { isWrite, type WriteName } from "./write-names.ts";

let folder: string;
let store: SqliteStore;
let nowMs: number;
let notices: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "runledger-store-"));
  nowMs = 1_767_225_600_000;
  notices = [];
  store = new SqliteStore({
    files: ledgerFiles(folder),
    mustExist: false,
    clock: () => nowMs,
    notice: (text) => notices.push(text),
  });
});

afterEach(() => {
  store[Symbol.dispose]();
  rmSync(folder, { recursive: true });
});

type Answer = { value?: unknown; error?: unknown };

describe("a group commit", () => {
  it("takes at most as many events as a group may have, and leaves the rest to the next", () => {
    const [first, second, third] = [queueing(), queueing(), queueing()];
    first.member.weight = systemLimits.groupEventsMax;
    const members = [first.member, second.member, third.member];
    store.commitGroup(members);
    expect([first.answer.value !== undefined, second.answer.value, members.length]).toEqual([true, undefined, 2]);
    store.commitGroup(members);
    expect([second.answer.value !== undefined, third.answer.value !== undefined, members.length]).toEqual([
      true,
      true,
      0,
    ]);
  });

  it("rolls back the member that broke a constraint, and only that one", () => {
    const [first, last] = [queueing(), queueing()];
    const clash = writing("putLog", {
      chunks: [{ runId: first.runId, attempt: 1, stream: "neither", offset: 0, bytes: new Uint8Array(1) }],
    });
    const own = writing("execute", { runId: clash.runId, command: { type: "nonsense" }, actor: "a" });
    // On a busy machine the time that a group may hold the lock can end before its last member.
    const members = [first.member, clash.member, own.member, last.member];
    while (members.length > 0) store.commitGroup(members);
    expect(clash.answer.error).toMatchObject({ errcode: 275 });
    expect(own.answer.error).toBeDefined();
    expect(store.read("countRuns", { subject: null })).toEqual([{ status: "queued", passed: null, runs: 2 }]);
    expect(positions()).toEqual([1, 2]);
  });

  it("fails as a whole if its commit fails, and the next starts clean", () => {
    const db = new DatabaseSync(join(folder, "ledger.sqlite"));
    db.exec("CREATE TABLE parents (id INTEGER PRIMARY KEY) STRICT");
    db.exec("CREATE TABLE children (parent INTEGER REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED) STRICT");
    db.exec("CREATE TRIGGER orphan AFTER INSERT ON runs BEGIN INSERT INTO children VALUES (17); END");
    const [first, second] = [queueing(), queueing()];
    const members = [first.member, second.member];
    while (members.length > 0) store.commitGroup(members);
    for (const { answer } of [first, second]) expect((answer.error as RunledgerError).code).toBe("ledger.failed");
    db.exec("DROP TRIGGER orphan");
    db.close();
    const third = queueing();
    store.commitGroup([third.member]);
    expect(third.answer.value).toBeDefined();
    expect(positions()).toEqual([1]);
  });

  it("weighs a member by the events that it may append", () => {
    expect(weightOf("execute", {})).toBe(1);
    expect(weightOf("executeAll", { commands: [1, 2] })).toBe(2);
    expect(weightOf("ingest", { records: [1, 2, 3] })).toBe(3);
    expect(weightOf("importRun", { events: [1, 2, 3, 4] })).toBe(4);
    const names: OperationName[] = ["claim", "getRun"];
    expect(names.map(isWrite)).toEqual([true, false]);
  });
});

describe("the ledger's clock", () => {
  it("stands still when the machine's goes back", () => {
    const first = queueing();
    store.commitGroup([first.member]);
    nowMs -= 60_000;
    const second = queueing();
    store.commitGroup([second.member]);
    const times = events().map((event) => event.recorded_at);
    expect(times).toEqual([1_767_225_600_000, 1_767_225_600_000]);
  });

  it("goes on from the last event of any process", () => {
    const first = queueing();
    store.commitGroup([first.member]);
    const files = ledgerFiles(folder);
    const other = new SqliteStore({ files, mustExist: true, clock: () => nowMs + 5_000 });
    other.commitGroup([queueing().member]);
    other[Symbol.dispose]();
    store.commitGroup([queueing().member]);
    expect(events().map((event) => event.recorded_at - nowMs)).toEqual([0, 5_000, 5_000]);
  });
});

describe("a list of many runs", () => {
  it("looks at a bounded number of rows, and comes back short with a token", () => {
    const runs = systemLimits.listLooksMax + 200;
    const members = Array.from({ length: runs }, (_, index) => queueing(index === 0 ? "oldest" : "001").member);
    while (members.length > 0) store.commitGroup(members);
    const list = (after: number | null) =>
      store.read("listRuns", {
        filter: { kind: "benchmark", label: { key: "k", value: "oldest" } },
        pageSize: 10,
        order: "newest",
        after,
      }) as {
        states: string[];
        after: number | null;
      };
    expect(list(null).states.length).toBe(1);
    const few = (after: number | null) =>
      store.read("listRuns", {
        filter: { agent: "a", statuses: ["failed", "lost"] },
        pageSize: 10,
        order: "newest",
        after,
      }) as {
        states: string[];
        after: number | null;
      };
    const first = few(null);
    expect([first.states.length, first.after]).toEqual([0, 201]);
    expect(few(first.after)).toEqual({ states: [], after: null });
    // Where one of two filters has few runs, those few are looked at.
    const filter = { agent: "a", passed: true };
    expect(store.read("listRuns", { filter, pageSize: 10, order: "newest", after: null })).toEqual({
      ...{ states: [], after: null },
    });
  });
});

describe("the WAL", () => {
  it("is moved into the database when there is time, and not without need", () => {
    expect(store.hasUncheckpointed).toBe(false);
    store.checkpoint();
    store.commitGroup([queueing().member]);
    expect(store.hasUncheckpointed).toBe(true);
    store.checkpoint();
    expect(store.hasUncheckpointed).toBe(false);
    for (let commit = 0; commit < 40; commit += 1) store.commitGroup([queueing().member]);
    expect(store.hasUncheckpointed).toBe(true);
  });

  it("does not outgrow its limit while there is work", () => {
    const bytes = new Uint8Array(500_000);
    const { member, runId } = queueing();
    store.commitGroup([member]);
    for (let part = 0; part < 70; part += 1) {
      const chunk = { runId, attempt: part + 1, stream: "stdout", offset: 0, bytes };
      store.commitGroup([writing("putLog", { chunks: [chunk] }).member]);
    }
    const db = new DatabaseSync(join(folder, "ledger.sqlite"));
    const { log } = db.prepare("PRAGMA wal_checkpoint(NOOP)").get() as { log: number };
    db.close();
    expect(log * 4096).toBeLessThan(24 * 1024 * 1024);
  });
});

describe("the loop on a port", () => {
  it("answers what it is asked, in whatever order it can, and closes when told", async () => {
    const { port1, port2 } = new MessageChannel();
    const files = ledgerFiles(join(folder));
    const loop = new RequestLoop(port2, new SqliteStore({ files, mustExist: true, clock: () => nowMs }));
    loop.notice("hello");
    const replies: Reply[] = [];
    const closed = new Promise((resolve) => port1.once("close", resolve));
    port1.on("message", (list: Reply[]) => replies.push(...list));
    const { runId, argument } = queueing();
    port1.postMessage([
      { id: 1, name: "execute", argument },
      { id: 2, name: "execute", argument },
      { id: 3, name: "getRun", argument: { runId: newRunId() } },
    ]);
    port1.postMessage([{ id: 4, name: "execute", argument: { runId, command: { type: "pause" }, actor: "a" } }]);
    port1.postMessage([{ id: 5, name: "readEvents", argument: { runId, afterSeq: 0, limit: "many" } }]);
    port1.postMessage(closing);
    await closed;
    const byId = new Map(replies.flatMap((reply) => ("id" in reply ? [[reply.id, reply] as const] : [])));
    expect(replies).toContainEqual({ notice: "hello" });
    expect(byId.get(1)).toHaveProperty("value");
    expect(byId.get(2)).toMatchObject({ problem: { code: "run.id-taken" } });
    expect(byId.get(3)).toEqual({ id: 3, value: null });
    expect(byId.get(4)).toHaveProperty("value");
    expect(byId.get(5)).toHaveProperty("problem");
  });
});

/** A write, and what it will be answered. */
function writing(name: WriteName, argument: unknown, runId = newRunId()) {
  const answer: Answer = {};
  const member: Member = {
    name,
    argument,
    weight: 1,
    succeed: (value) => {
      answer.value = value;
    },
    fail: (error) => {
      answer.error = error;
    },
  };
  return { member, answer, runId, argument };
}

function queueing(label = "none") {
  const digest = `sha256:${"0".repeat(64)}`;
  const runId = newRunId();
  const data = {
    kind: "benchmark",
    subject: { kind: "benchmark", id: "001", digest },
    agent: { name: "a", kind: "scripted", digest, model: null, reference: true },
    name: null,
    params: {},
    seed: null,
    labels: { k: label },
    priority: "normal",
    limits: effectiveLimits("benchmark"),
    retryPolicy: { retries: 0, backoffMs: 0, origins: [] },
    experimentId: null,
    trial: 1,
    minScore: null,
    againOf: null,
    imported: false,
    who: "t",
  };
  return writing("execute", { runId, command: { type: "queue", data, claim: null }, actor: "t" }, runId);
}

function events(): { position: number; recorded_at: number }[] {
  return store.read("readAll", { after: 0, limit: 100 }) as { position: number; recorded_at: number }[];
}

function positions(): number[] {
  return events().map((event) => event.position);
}
