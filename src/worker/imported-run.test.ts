// Runs made anew from attempt folders alone: the status is what the files prove, no more.

import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { newRunId } from "../core/ids.ts";
import { type AttemptToMake, finished, journalText, makeAttempt, scored, started } from "./attempt-folder.fixture.ts";
import { importedRun } from "./imported-run.ts";
import { readAttemptFolder } from "./read-attempt-folder.ts";

let folder: string;
const runId = newRunId();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "runledger-import-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function story(...attempts: Omit<AttemptToMake, "folder" | "runId">[]) {
  const read = await Promise.all(
    attempts.map((attempt, index) => readAttemptFolder(makeAttempt({ folder, runId, attempt: index + 1, ...attempt }))),
  );
  return importedRun(read.map((one) => (one.ok ? one.attempt : expect.fail(one.cause))));
}

async function runOf(...attempts: Omit<AttemptToMake, "folder" | "runId">[]) {
  const told = await story(...attempts);
  return told.ok ? told : expect.fail(told.cause);
}

describe("an imported run has the status that its folder proves", () => {
  test("a whole journal with a finish record is completed, with its score and verdict", async () => {
    const { run, events } = await runOf({ journal: [started, scored(1), finished()] });
    expect(run).toMatchObject({
      status: "completed",
      score: 1,
      passed: true,
      imported: true,
      seed: 7,
      labels: { team: "a" },
    });
    expect(events.map(({ type }) => type)).toEqual([
      "run.queued",
      "attempt.claimed",
      "attempt.started",
      "score.recorded",
      "attempt.ended",
      "run.completed",
    ]);
    expect(events.map(({ record }) => record?.n ?? null)).toEqual([null, null, 1, 2, 3, null]);
  });

  test("without a finish record nobody saw the end: lost", async () => {
    const { run } = await runOf({ journal: [started, scored(1)] });
    expect(run).toMatchObject({ status: "lost", score: null, passed: null, error: { code: "runner.gone" } });
  });

  test("a torn last line is no fault, and its record is not taken", async () => {
    const text = journalText([started, scored(1), finished()]);
    const { run, events } = await runOf({ journal: text.slice(0, -5) });
    expect(run).toMatchObject({ status: "lost" });
    const ended = JSON.parse(events.at(-2)?.dataText ?? "");
    expect(ended.evidence).toMatchObject({ seenBy: "import", journal: { lines: 2, broken: null } });
    expect(ended.evidence.journal.tornBytes).toBeGreaterThan(0);
  });

  test("a changed line is journal.corrupt and failed, also with a finish record after it", async () => {
    const text = journalText([started, scored(0), finished()]).replace('"score":0', '"score":1');
    expect((await runOf({ journal: text })).run).toMatchObject({
      status: "failed",
      score: null,
      error: { code: "journal.corrupt" },
    });
  });

  test.each([
    ["does not begin with attempt.started", [scored(1), finished()]],
    [
      "holds an event that only a ledger may write",
      [started, { type: "run.completed", data: { score: 1, passed: true, endedBy: "agent" } }],
    ],
    ["holds data that is not of its type", [started, { type: "score.recorded", data: { score: 7 } }]],
    ["goes on after its finish record", [started, finished(), scored(1)]],
    ["has a finish record that says nothing", [started, { type: "attempt.finished", data: {} }]],
  ])("a journal that %s is journal.corrupt", async (_, journal) => {
    expect((await runOf({ journal })).run).toMatchObject({ status: "failed", error: { code: "journal.corrupt" } });
  });

  test("a cancel in control.jsonl makes a cancelled finish record a cancelled run", async () => {
    const control = [{ type: "cancel" as const, claimId: "c", at: "2026-11-22T10:00:01.500Z", graceMs: 5000 }];
    const { run, events } = await runOf({ journal: [started, scored(0), finished({ outcome: "cancelled" })], control });
    expect(run).toMatchObject({ status: "cancelled" });
    expect(events.map(({ type }) => type).indexOf("run.cancel_requested")).toBe(3);
  });

  test("a cancelled finish record that nobody asked for is runner.unasked", async () => {
    const { run } = await runOf({ journal: [started, finished({ outcome: "cancelled" })] });
    expect(run).toMatchObject({ status: "failed", error: { code: "runner.unasked" } });
  });

  test("a limit that its supervisor named is the reason of the end", async () => {
    const limit = {
      type: "limit" as const,
      claimId: "c",
      at: "2026-11-22T10:00:09.000Z",
      limit: "memory_mib",
      message: "too much",
      graceMs: 0,
    };
    const { run } = await runOf({ journal: [started], control: [limit] });
    expect(run).toMatchObject({ status: "failed", error: { code: "limit.memory", message: "too much" } });
  });

  test("the watchdog's own word is the reason where the journal has no finish record", async () => {
    const told = async (limit: "wall_s" | "orphan_s", journal: AttemptToMake["journal"]) => {
      const path = makeAttempt({ folder, runId, journal });
      writeFileSync(join(path, "watchdog.json"), JSON.stringify({ limit, at: "2026-11-22T10:00:09.000Z", afterS: 5 }));
      const read = await readAttemptFolder(path);
      const run = read.ok ? importedRun([read.attempt]) : expect.fail(read.cause);
      return run.ok ? [run.run.status, run.run.error?.code] : run.cause;
    };
    expect(await told("wall_s", [started])).toEqual(["timed_out", "limit.wall_s"]);
    expect(await told("orphan_s", [started])).toEqual(["lost", "limit.orphan_s"]);
    expect(await told("orphan_s", journalText([started]).slice(0, -3))).toEqual(["lost", "runner.gone"]);
  });

  test("an attempt without a journal, or with an empty one, is lost and never queued again", async () => {
    expect((await runOf({ journal: null })).run).toMatchObject({ status: "lost", error: { code: "runner.gone" } });
    expect((await runOf({ journal: "" })).run.status).toBe("lost");
  });

  test("an orphaned attempt is lost and keeps its checkpoint, since import starts nothing", async () => {
    const checkpoint = `sha256:${"a".repeat(64)}`;
    const { run } = await runOf({ journal: [started, finished({ outcome: "orphaned", checkpoint })] });
    expect(run).toMatchObject({ status: "lost", checkpoint, error: { code: "limit.orphan_s" } });
  });

  test("the policy's further tries are left to a person", async () => {
    const retryPolicy = { retries: 3, backoffMs: 1000, origins: ["lost" as const] };
    expect((await runOf({ journal: [started], queued: { retryPolicy } })).run.status).toBe("lost");
  });
});

describe("several attempts make one run", () => {
  test("after an end that was final a person retried", async () => {
    const { run, events } = await runOf({ journal: [started] }, { journal: [started, scored(1), finished()] });
    expect(run).toMatchObject({ status: "completed", score: 1, attempt: { number: 2 } });
    expect(events.map(({ type }) => type)).toContain("run.retried");
  });

  test("while the policy had tries left it was the policy", async () => {
    const retryPolicy = { retries: 1, backoffMs: 1000, origins: ["lost" as const] };
    const queued = { retryPolicy };
    const { events } = await runOf({ journal: [started], queued }, { journal: [started, finished()], queued });
    const types = events.map(({ type }) => type);
    expect(types).toContain("run.retry_scheduled");
    expect(types).not.toContain("run.retried");
  });

  test("an attempt that never began was given back", async () => {
    const { run, events } = await runOf({ journal: "" }, { journal: [started, scored(1), finished()] });
    expect(run.status).toBe("completed");
    expect(JSON.parse(events.find(({ type }) => type === "run.retry_scheduled")?.dataText ?? "")).toMatchObject({
      why: "given_back",
    });
  });

  test("a paused attempt was resumed", async () => {
    const control = [{ type: "pause" as const, claimId: "c", at: "2026-11-22T10:00:01.500Z" }];
    const paused = {
      journal: [started, finished({ outcome: "paused", checkpoint: `sha256:${"a".repeat(64)}` })],
      control,
    };
    expect((await runOf(paused)).run.status).toBe("paused");
    rmSync(folder, { recursive: true });
    const { events } = await runOf(paused, { journal: [started, finished()] });
    expect(events.map(({ type }) => type)).toContain("run.resumed");
  });

  test("an attempt after one that completed cannot be, and is refused", async () => {
    const told = await story({ journal: [started, finished()] }, { journal: [started, finished()] });
    expect(told).toMatchObject({ ok: false, cause: expect.stringContaining("left the run completed") });
  });
});

test("a spec that does not say what was queued is refused", async () => {
  const told = await story({ journal: [started], spec: { queued: undefined } });
  expect(told).toMatchObject({ ok: false, cause: expect.stringContaining("what was queued") });
});

test("what the program said last is kept as evidence", async () => {
  const { events } = await runOf({ journal: [started], stderr: "Traceback: no such file\n" });
  const ended = events.find(({ type }) => type === "attempt.ended");
  expect(JSON.parse(ended?.dataText ?? "").evidence.lastStderr).toBe("Traceback: no such file\n");
});

test("control lines that are none, and those for another ear, are passed over", async () => {
  const adopted = { type: "adopted" as const, claimId: "c2", at: "2026-11-22T10:00:01.500Z", fromClaimId: "c" };
  const path = makeAttempt({ folder, runId, journal: [started, finished()], control: [adopted] });
  appendFileSync(join(path, "control.jsonl"), "garbage\n{\n");
  const read = await readAttemptFolder(path);
  expect(read.ok && read.attempt.control).toEqual([adopted]);
  expect(read.ok && importedRun([read.attempt])).toMatchObject({ ok: true, run: { status: "completed" } });
});

test("a second cancel that was less patient is told as well", async () => {
  const at = "2026-11-22T10:00:01.500Z";
  const control = [5000, 0].map((graceMs) => ({ type: "cancel" as const, claimId: "c", at, graceMs }));
  const { run, events } = await runOf({ journal: [started], control });
  expect(run).toMatchObject({ status: "cancelled", cancel: { graceMs: 0 } });
  expect(events.filter(({ type }) => type === "run.cancel_requested")).toHaveLength(2);
});

test("an attempt that was handed to nobody is lost, without a place and a claim that nobody knows", async () => {
  const path = makeAttempt({ folder, runId, journal: null });
  rmSync(join(path, "runner.json"));
  const read = await readAttemptFolder(path);
  expect(read.ok && importedRun([read.attempt])).toMatchObject({
    run: { status: "lost", attempt: { worker: "import", place: { bootId: "unknown" } } },
  });
});

test("a program's own events are kept", async () => {
  const { run, events } = await runOf({ journal: [started, { type: "x.epoch", data: { loss: 1 } }, finished()] });
  expect(run.status).toBe("completed");
  expect(events.find(({ type }) => type === "x.epoch")).toMatchObject({ v: 1, dataText: '{"loss":1}' });
});

test("a folder without a spec, or with a runner.json that is none, is no attempt that can be read", async () => {
  const path = makeAttempt({ folder, runId, journal: [started] });
  writeFileSync(join(path, "runner.json"), "{}");
  expect(await readAttemptFolder(path)).toMatchObject({ ok: false, cause: expect.stringContaining("runner.json") });
  rmSync(join(path, "spec.json"));
  expect(await readAttemptFolder(path)).toMatchObject({ ok: false, cause: expect.stringContaining("spec.json") });
  expect(importedRun([])).toMatchObject({ ok: false });
});
