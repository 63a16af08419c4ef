// Session files on a disk: where they lie, that they are whole, and that they can always be made again.

import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { newRunId } from "../core/ids.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { openLedger } from "../ledger/open-ledger.ts";
import { finished, makeAttempt, queuedData, scored, started } from "./attempt-folder.fixture.ts";
import { importAttempts } from "./import-attempts.ts";
import { isSessionFileCurrent, removeSessionFile, sessionFilePath, writeSessionFile } from "./write-session-file.ts";

let project: string;
let ledger: Ledger;
let runId: string;

beforeEach(async () => {
  project = mkdtempSync(join(tmpdir(), "runledger-session-"));
  ledger = await openLedger({ url: join(project, ".runledger"), mustExist: false });
  runId = newRunId();
  const folder = join(ledger.home, "runs", runId);
  makeAttempt({ folder, runId, journal: [started, scored(0.5), finished()] });
  for await (const { result, why } of importAttempts(ledger, [folder])) expect(result, why).toBe("taken");
});
afterEach(async () => {
  await ledger.close();
  rmSync(project, { recursive: true, force: true });
});

test("it lies in logs/sessions/ beside .runledger, whole, with the trace and nothing else in the folder", async () => {
  const path = await writeSessionFile(ledger, runId, {});
  expect(path).toBe(join(project, "logs", "sessions", `session_${runId}.json`));
  expect(JSON.parse(readFileSync(path ?? "", "utf8"))).toMatchObject({
    session_id: runId,
    final_result: { success: false, score: 0.5 },
  });
  expect(readdirSync(dirname(path ?? "")).toSorted()).toEqual([
    `enhanced_otel_${runId}.jsonl`,
    `session_${runId}.json`,
  ]);
});

test("RUNLEDGER_SESSIONS_DIR names another folder, relative to that of .runledger; none writes none", async () => {
  expect(sessionFilePath(ledger, runId, { RUNLEDGER_SESSIONS_DIR: "out" })).toBe(
    join(project, "out", `session_${runId}.json`),
  );
  const elsewhere = join(project, "else");
  expect(await writeSessionFile(ledger, runId, { RUNLEDGER_SESSIONS_DIR: elsewhere })).toBe(
    join(elsewhere, `session_${runId}.json`),
  );
  expect(await writeSessionFile(ledger, runId, { RUNLEDGER_SESSIONS_DIR: "none" })).toBeNull();
});

test("a file is current that is there and tells of the newest event", async () => {
  const path = (await writeSessionFile(ledger, runId, {})) ?? "";
  expect(await isSessionFileCurrent(ledger, runId, path)).toBe(true);
  const { seq = 0 } = (await ledger.getRun(runId)) ?? {};
  const ofEarlier = readFileSync(path, "utf8").replace(`"as_of_seq": ${seq}`, `"as_of_seq": ${seq - 1}`);
  writeFileSync(path, ofEarlier);
  expect(await isSessionFileCurrent(ledger, runId, path)).toBe(false);
  writeFileSync(path, "mine");
  expect(await isSessionFileCurrent(ledger, runId, path)).toBe(false);
  await removeSessionFile(ledger, runId, {});
  expect(existsSync(path)).toBe(false);
  expect(await isSessionFileCurrent(ledger, runId, path)).toBe(false);
});

test("a run that has not ended, or is not known, has none", async () => {
  const queued = newRunId();
  await ledger.execute(queued, { type: "queue", data: queuedData(), claim: null }, "cli");
  expect(await writeSessionFile(ledger, queued, {})).toBeNull();
  expect(await writeSessionFile(ledger, newRunId(), {})).toBeNull();
});

test("a run that was deleted has none, and gets none", async () => {
  await ledger.execute(runId, { type: "delete", isForced: false }, "cli");
  expect(await writeSessionFile(ledger, runId, {})).toBeNull();
});

test("a file that cannot be put in its place leaves no half behind", async () => {
  const path = sessionFilePath(ledger, runId, { RUNLEDGER_SESSIONS_DIR: "out" }) ?? "";
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, "in-the-way"), "");
  await expect(writeSessionFile(ledger, runId, { RUNLEDGER_SESSIONS_DIR: "out" })).rejects.toThrow();
  expect(readdirSync(dirname(path))).toEqual([`session_${runId}.json`]);
});
