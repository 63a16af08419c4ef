// Trace files on a disk: where they lie, that they are whole, and that they can always be made again.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { newRunId } from "../core/ids.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { openLedger } from "../ledger/open-ledger.ts";
import { attributeOf, spansOfTrace } from "../views/otlp.fixture.ts";
import { finished, makeAttempt, queuedData, scored, started } from "./attempt-folder.fixture.ts";
import { importAttempts } from "./import-attempts.ts";
import { ensureFilesOfEnd, removeTraceFile, traceFilePath, writeTraceFile } from "./write-trace-file.ts";

let project: string;
let ledger: Ledger;
let runId: string;

beforeEach(async () => {
  project = mkdtempSync(join(tmpdir(), "runledger-trace-"));
  ledger = await openLedger({ url: join(project, ".runledger"), mustExist: false });
  runId = newRunId();
  const folder = join(ledger.home, "runs", runId);
  const called = { type: "tool.called", data: { callId: "a", tool: "submit", args: { memo: "漢字: a\nb" } } };
  makeAttempt({ folder, runId, journal: [started, called, scored(0.5), finished()] });
  for await (const { result, why } of importAttempts(ledger, [folder])) expect(result, why).toBe("taken");
});
afterEach(async () => {
  await ledger.close();
  rmSync(project, { recursive: true, force: true });
});

test("it lies beside the session file, and every line of it is a batch that a receiver takes", async () => {
  const path = (await writeTraceFile(ledger, runId, {})) ?? "";
  expect(path).toBe(join(project, "logs", "sessions", `enhanced_otel_${runId}.jsonl`));
  const spans = spansOfTrace(readFileSync(path, "utf8"));
  expect(spans.map(({ name }) => name)).toEqual(["execute_tool submit", "attempt 1", "run 001-sol-transfer"]);
  const [tool] = spans;
  if (tool === undefined) throw new Error("no tool");
  expect(JSON.parse(String(attributeOf(tool, "gen_ai.tool.call.arguments")))).toEqual({ memo: "漢字: a\nb" });
  expect(attributeOf(tool, "runledger.closed_by")).toBe("import");
});

test("RUNLEDGER_OTEL_FILE names another file, relative to the folder of .runledger; none writes none", async () => {
  const at = (name: string) => traceFilePath(ledger, runId, { RUNLEDGER_OTEL_FILE: name });
  expect(at("traces/{session_id}.jsonl")).toBe(join(project, "traces", `${runId}.jsonl`));
  expect(at("none")).toBeNull();
  expect(await writeTraceFile(ledger, runId, { RUNLEDGER_OTEL_FILE: "none" })).toBeNull();
  const elsewhere = join(project, "else", "{session_id}.jsonl");
  expect(await writeTraceFile(ledger, runId, { RUNLEDGER_OTEL_FILE: elsewhere })).toBe(
    join(project, "else", `${runId}.jsonl`),
  );
});

test("a name without the placeholder still gives every run a file of its own", () => {
  const at = (id: string) => traceFilePath(ledger, id, { RUNLEDGER_OTEL_FILE: "traces/otel.jsonl" });
  expect(at(runId)).toBe(join(project, "traces", `otel_${runId}.jsonl`));
});

test("where session files are off, so are traces, unless they are named", () => {
  const off = { RUNLEDGER_SESSIONS_DIR: "none" };
  expect(traceFilePath(ledger, runId, off)).toBeNull();
  expect(traceFilePath(ledger, runId, { ...off, RUNLEDGER_OTEL_FILE: "{session_id}" })).toBe(join(project, runId));
});

test("files that are missing are written again, the same to the byte, and so is a trace as old as its session file", async () => {
  const path = (await writeTraceFile(ledger, runId, {})) ?? "";
  const first = readFileSync(path, "utf8");
  await removeTraceFile(ledger, runId, {});
  expect(existsSync(path)).toBe(false);
  const session = (await ensureFilesOfEnd(ledger, runId, {})) ?? "";
  expect(readFileSync(path, "utf8")).toBe(first);
  const whole = readFileSync(session, "utf8");
  writeFileSync(path, "kept");
  await ensureFilesOfEnd(ledger, runId, {});
  expect(readFileSync(path, "utf8")).toBe("kept");
  writeFileSync(session, whole.replace(/"as_of_seq": \d+/, '"as_of_seq": 1'));
  await ensureFilesOfEnd(ledger, runId, {});
  expect([readFileSync(path, "utf8"), readFileSync(session, "utf8")]).toEqual([first, whole]);
  expect(readdirSync(dirname(path)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

test("a run that has not ended, is not known or was deleted has none", async () => {
  const queued = newRunId();
  await ledger.execute(queued, { type: "queue", data: queuedData(), claim: null }, "cli");
  expect(await writeTraceFile(ledger, queued, {})).toBeNull();
  expect(await writeTraceFile(ledger, newRunId(), {})).toBeNull();
  await ledger.execute(runId, { type: "delete", isForced: false }, "cli");
  expect(await writeTraceFile(ledger, runId, {})).toBeNull();
});
