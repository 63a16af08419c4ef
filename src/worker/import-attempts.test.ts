// Import on a real ledger: a lost one is made anew from its attempt folders, once, and nothing that lives is touched.

import { createHash } from "node:crypto";
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { newRunId } from "../core/ids.ts";
import type { Finding, Ledger } from "../ledger/ledger.ts";
import { openLedger } from "../ledger/open-ledger.ts";
import { attemptFiles } from "../protocol/attempt-files.ts";
import { holdFileLock } from "../protocol/file-lock.ts";
import { finished, makeAttempt, scored, started } from "./attempt-folder.fixture.ts";
import { type ImportResult, importAttempts } from "./import-attempts.ts";
import { importedRun } from "./imported-run.ts";
import { readAttemptFolder } from "./read-attempt-folder.ts";
import { verifyFiles } from "./verify-files.ts";
import { sessionFilePath } from "./write-session-file.ts";

let project: string;
let ledger: Ledger;
const whole = [started, scored(1), finished()];

beforeEach(async () => {
  project = mkdtempSync(join(tmpdir(), "runledger-import-"));
  ledger = await openLedger({ url: join(project, ".runledger"), mustExist: false });
});
afterEach(async () => {
  await ledger.close();
  rmSync(project, { recursive: true, force: true });
});

function runFolder(runId: string): string {
  return join(project, ".runledger", "runs", runId);
}

async function take(...paths: string[]): Promise<ImportResult[]> {
  const results: ImportResult[] = [];
  for await (const result of importAttempts(ledger, paths)) results.push(result);
  return results;
}

async function findings(): Promise<Finding[]> {
  const found: Finding[] = [];
  for await (const finding of ledger.verify()) found.push(finding);
  for await (const finding of verifyFiles(ledger)) found.push(finding);
  return found;
}

describe("a run that the ledger does not know", () => {
  test("is taken with its events, logs and session file, and verify is clean", async () => {
    const runId = newRunId();
    makeAttempt({ folder: runFolder(runId), runId, journal: whole, stdout: "hello\n" });
    expect(await take(project)).toMatchObject([{ runId, result: "taken", status: "completed", attempts: 1 }]);
    expect(await ledger.getRun(runId)).toMatchObject({ status: "completed", score: 1, passed: true, imported: true });
    const log = await ledger.readLog({ runId, attempt: 1, stream: "stdout", offset: 0, limit: 100 });
    expect(Buffer.from(log).toString()).toBe("hello\n");
    const session = JSON.parse(readFileSync(sessionFilePath(ledger, runId) ?? "", "utf8"));
    expect(session.final_result).toMatchObject({ success: true, score: 1, status: "completed" });
    expect(await findings()).toEqual([]);
  });

  test("that was paused comes with its checkpoint, from which it can go on", async () => {
    const runId = newRunId();
    const digest = `sha256:${createHash("sha256").update("here").digest("hex")}`;
    const pause = { type: "pause" as const, claimId: "claim-1", at: "2026-11-22T10:00:01.500Z" };
    const journal = [started, finished({ outcome: "paused", checkpoint: digest })];
    const path = makeAttempt({ folder: runFolder(runId), runId, journal, control: [pause] });
    mkdirSync(join(path, "artifacts"), { recursive: true });
    writeFileSync(join(path, attemptFiles.checkpointLeft), "here");
    expect(await take(project)).toMatchObject([{ runId, result: "taken", status: "paused" }]);
    expect(await ledger.getRun(runId)).toMatchObject({ checkpoint: digest });
    expect(Buffer.from((await ledger.getBlob(digest)) ?? []).toString()).toBe("here");
  });

  test("that was paused and whose checkpoint is another, or not there, is lost: nobody can go on with it", async () => {
    const checkpoint = `sha256:${createHash("sha256").update("here").digest("hex")}`;
    const pause = { type: "pause" as const, claimId: "claim-1", at: "2026-11-22T10:00:01.500Z" };
    const journal = [started, finished({ outcome: "paused", checkpoint })];
    for (const left of [null, "elsewhere"]) {
      const runId = newRunId();
      const path = makeAttempt({ folder: runFolder(runId), runId, journal, control: [pause] });
      mkdirSync(join(path, "artifacts"), { recursive: true });
      if (left !== null) writeFileSync(join(path, attemptFiles.checkpointLeft), left);
      expect(await take(path)).toMatchObject([{ runId, result: "taken", status: "lost" }]);
      expect(await ledger.getRun(runId)).toMatchObject({ status: "lost", checkpoint: null });
    }
    expect(await findings()).toEqual([]);
  });

  test("is known the second time, and nothing changes", async () => {
    const runId = newRunId();
    makeAttempt({ folder: runFolder(runId), runId, journal: whole });
    await take(project);
    const before = await ledger.getRun(runId);
    expect(await take(project)).toMatchObject([{ runId, result: "known", status: "completed" }]);
    expect(await ledger.getRun(runId)).toEqual(before);
  });

  test.each([
    ["the folder that holds .runledger", (path: string) => join(path, "..", "..", "..")],
    [".runledger itself", (path: string) => join(path, "..", "..")],
    ["the folder of all runs", (path: string) => join(path, "..")],
    ["the run's folder", (path: string) => path],
    ["one attempt, which brings the others", (path: string) => join(path, "2")],
  ])("is found from %s", async (_, from) => {
    const runId = newRunId();
    makeAttempt({ folder: runFolder(runId), runId, journal: [started] });
    makeAttempt({ folder: runFolder(runId), runId, attempt: 2, journal: whole });
    expect(await take(from(runFolder(runId)))).toMatchObject([
      { runId, result: "taken", attempts: 2, status: "completed" },
    ]);
  });

  test("is taken once, however many paths lead to it", async () => {
    const runId = newRunId();
    const attempt = makeAttempt({ folder: runFolder(runId), runId, journal: whole });
    expect(await take(project, attempt, runFolder(runId))).toHaveLength(1);
  });
});

test("an import that was killed half-way is finished by the next one", async () => {
  const runId = newRunId();
  const path = makeAttempt({ folder: runFolder(runId), runId, journal: whole, stdout: "late\n" });
  const read = await readAttemptFolder(path);
  const story = read.ok ? importedRun([read.attempt]) : expect.fail(read.cause);
  if (story.ok) await ledger.importRun(runId, story.events);
  expect(await take(project)).toMatchObject([{ runId, result: "known", status: "completed" }]);
  expect(await ledger.logSize({ runId, attempt: 1, stream: "stdout" })).toBe(5);
  expect(existsSync(sessionFilePath(ledger, runId) ?? "")).toBe(true);
});

test("a runner that lives is left alone, and is said to live", async () => {
  const runId = newRunId();
  mkdirSync(runFolder(runId), { recursive: true });
  const lock = holdFileLock(join(project, "runner-lock"));
  try {
    makeAttempt({ folder: runFolder(runId), runId, journal: [started], runner: { lock: lock.path, pid: 777 } });
    expect(await take(project)).toMatchObject([{ runId, result: "alive", why: expect.stringContaining("pid 777") }]);
    expect(await ledger.getRun(runId)).toBeNull();
  } finally {
    lock.release();
  }
  expect(await take(project)).toMatchObject([{ runId, result: "taken", status: "lost" }]);
});

test("one that was moved, copied or rescued is taken, and left alone while the lock beside it is held", async () => {
  const runId = newRunId();
  const gone = join(project, "was-moved", ".runledger", "locks", `runner-${newRunId()}`);
  makeAttempt({ folder: runFolder(runId), runId, journal: whole, runner: { lock: gone } });
  const lock = holdFileLock(join(project, ".runledger", "locks", basename(gone)));
  try {
    expect(await take(project)).toMatchObject([{ runId, result: "alive" }]);
  } finally {
    lock.release();
  }
  const rescued = join(project, "rescued");
  cpSync(runFolder(runId), join(rescued, runId), { recursive: true });
  expect(await take(rescued)).toMatchObject([{ runId, result: "taken", status: "completed" }]);
  expect(await take(project)).toMatchObject([{ runId, result: "known", status: "completed" }]);
});

test("one that cannot be read is refused with the reason, and keeps no other from being taken", async () => {
  const [bad, good] = [newRunId(), newRunId()];
  const path = makeAttempt({ folder: runFolder(bad), runId: bad, journal: whole });
  makeAttempt({ folder: runFolder(good), runId: good, journal: whole });
  rmSync(join(path, "spec.json"));
  copyFileSync(join(path, "journal.jsonl"), join(path, "spec.json"));
  const results = await take(project);
  expect(results.find(({ runId }) => runId === bad)).toMatchObject({
    result: "refused",
    why: expect.stringContaining("spec.json"),
  });
  expect(results.find(({ runId }) => runId === good)).toMatchObject({ result: "taken" });
});

test("two folders that claim to be one attempt are refused", async () => {
  const runId = newRunId();
  makeAttempt({ folder: runFolder(runId), runId, journal: whole });
  makeAttempt({ folder: runFolder(runId), runId, attempt: 2, journal: whole, spec: { attempt: 1 } });
  expect(await take(project)).toMatchObject([{ result: "refused", why: expect.stringContaining("attempt 1") }]);
});

test("a run that was deleted here stays deleted", async () => {
  const runId = newRunId();
  makeAttempt({ folder: runFolder(runId), runId, journal: whole });
  await take(project);
  await ledger.execute(runId, { type: "delete", isForced: false }, "cli");
  expect(await take(project)).toMatchObject([{ runId, result: "refused", why: expect.stringContaining("deleted") }]);
});

test("a path that does not exist, and one without attempt folders, are refused before anything is taken", async () => {
  await expect(take(join(project, "nowhere"))).rejects.toMatchObject({ code: "file.not-found" });
  const runId = newRunId();
  makeAttempt({ folder: runFolder(runId), runId, journal: whole });
  const empty = join(project, "empty");
  mkdirSync(empty);
  await expect(take(project, empty)).rejects.toMatchObject({ code: "import.unreadable" });
  expect(await ledger.getRun(runId)).toBeNull();
});

test("a ledger whose file was deleted comes back with every status as it was", async () => {
  const runs = [
    { runId: newRunId(), journal: whole },
    { runId: newRunId(), journal: [started, scored(0), finished()] },
    { runId: newRunId(), journal: [started] },
  ];
  for (const run of runs) makeAttempt({ folder: runFolder(run.runId), ...run });
  await take(project);
  const before = await Promise.all(runs.map(({ runId }) => ledger.getRun(runId)));
  const { url } = ledger;
  await ledger.close();
  for (const suffix of ["", "-wal", "-shm"]) rmSync(`${url}${suffix}`, { force: true });
  ledger = await openLedger({ url: join(project, ".runledger"), mustExist: false });
  expect((await take(project)).map(({ result }) => result)).toEqual(["taken", "taken", "taken"]);
  const told = (run: (typeof before)[number]) => [run?.id, run?.status, run?.score, run?.passed, run?.seq];
  const after = await Promise.all(runs.map(({ runId }) => ledger.getRun(runId)));
  expect(after.map(told)).toEqual(before.map(told));
  expect(existsSync(url)).toBe(true);
  expect(await findings()).toEqual([]);
});

test("a run that this ledger knows is known, also while a runner of it lives", async () => {
  const runId = newRunId();
  makeAttempt({ folder: runFolder(runId), runId, journal: [started] });
  await take(project);
  const lock = holdFileLock(join(project, "runner-lock"));
  try {
    makeAttempt({ folder: runFolder(runId), runId, attempt: 2, journal: [started], runner: { lock: lock.path } });
    expect(await take(project)).toMatchObject([{ runId, result: "known", status: "lost" }]);
  } finally {
    lock.release();
  }
});

test("attempts that name different runs, or none, are refused", async () => {
  const runId = newRunId();
  makeAttempt({ folder: runFolder(runId), runId, journal: [started] });
  makeAttempt({ folder: runFolder(runId), runId: newRunId(), attempt: 2, journal: whole });
  expect(await take(project)).toMatchObject([{ result: "refused", why: expect.stringContaining("no one run") }]);
  makeAttempt({ folder: join(project, "elsewhere"), runId: "no-uuid", journal: whole });
  expect(await take(join(project, "elsewhere"))).toMatchObject([{ runId: null, result: "refused" }]);
});

test("a folder whose name is not the run's id is taken under the id that its spec names", async () => {
  const runId = newRunId();
  const lock = holdFileLock(join(project, "runner-lock"));
  const folder = join(project, "copied");
  try {
    makeAttempt({ folder, runId, journal: whole, runner: { lock: lock.path } });
    expect(await take(folder)).toMatchObject([{ runId: null, result: "alive" }]);
  } finally {
    lock.release();
  }
  expect(await take(folder)).toMatchObject([{ runId, result: "taken", status: "completed" }]);
});

test("a file is no folder of attempts, and neither is a project in which nothing was started", async () => {
  const file = join(project, "journal.jsonl");
  writeFileSync(file, "");
  await expect(take(file)).rejects.toMatchObject({ code: "import.unreadable" });
  mkdirSync(runFolder(newRunId()), { recursive: true });
  await expect(take(project)).rejects.toMatchObject({ code: "import.unreadable" });
});
