// One truth: while runs go on, every way to ask for a run says what the fold of its events says at that very moment, and
// in the end all of them say the same.

import { readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { beforeAll, expect, test } from "vitest";
import type { LedgerEvent } from "../../src/core/events.ts";
import { evolve, type Run } from "../../src/core/run.ts";
import type { ExecutionBody } from "../../src/protocol/http-client-routes.ts";
import type { RunBody } from "../../src/protocol/http-resources.ts";
import { executionRecord } from "../../src/views/execution-record.ts";
import { runResource } from "../../src/views/run-resource.ts";
import { sessionFilePath } from "../../src/worker/write-session-file.ts";
import { benchmark001, inParallel, program, type Scene } from "../scene.ts";
import { readStream } from "./read-stream.ts";
import { type Served, servedScene } from "./served.ts";

let scene: Scene;
let served: Served;

beforeAll(async () => {
  const made = await servedScene();
  ({ scene, served } = made);
  return made.end;
});

type Seen = { runId: string; path: string; after: number; before: number; json: RunBody | ExecutionBody };

/** What is computed at each read, and the file that is there or not, are no part of the fold. */
const computed = { liveness: null, waitingFor: [], waitingOn: null, computedAt: "" };

test("whoever asks while a writer writes is told the fold of some moment between question and answer", async () => {
  const ledger = await scene.ledger();
  const worker = await scene.worker();
  const steps = `for (let i = 1; i <= 40; i++) { require("node:fs").appendFileSync(process.env.RUNLEDGER_EVENTS, JSON.stringify({type:"progress",done:i,total:40}) + "\\n"); }`;
  const kinds = [benchmark001(), program([process.execPath, "-e", steps]), program(["false"])];
  const ids = await Promise.all([...kinds, ...kinds].map((kind) => scene.queue(kind, worker)));
  const seen: Seen[] = [];
  let isOver = false;
  const asking = inParallel(ids, ids.length, async (runId) => {
    while (!isOver) seen.push(...(await askAll(runId)));
  });
  await inParallel(ids, 3, (runId) => scene.supervise(runId, worker));
  isOver = true;
  await asking;
  const folds = new Map<string, Run[]>();
  for (const runId of ids) folds.set(runId, foldsOf(await ledger.readEvents(runId, 0, 100_000)));
  expect(seen.length).toBeGreaterThan(ids.length * 10);
  for (const one of seen) expectOnTime(one, folds.get(one.runId) ?? []);
  const statuses = new Set(seen.map(({ json }) => json.status));
  expect(statuses.size).toBeGreaterThan(1);
});

/** Asks every route that shows the run, at once. */
async function askAll(runId: string): Promise<Seen[]> {
  const ledger = await scene.ledger();
  const after = (await ledger.getRun(runId))?.seq ?? 0;
  const subject = encodeURIComponent((await scene.status(runId)).subject.id);
  const paths = [`/runs/${runId}`, "/runs?pageSize=50", `/benchmarks/${subject}/status/${runId}`];
  const logs = `/execution-logs/${subject}?execution_id=${runId}`;
  const answers = await Promise.all([...paths, logs].map((path) => served.get(path)));
  const before = (await ledger.getRun(runId))?.seq ?? 0;
  return answers.map(({ json }, index) => {
    const path = [...paths, logs][index] ?? "";
    const own = "runs" in json ? json.runs.find(({ id }: RunBody) => id === runId) : json;
    return { runId, path, after, before, json: own };
  });
}

/** The run after each of its events, by seq. */
function foldsOf(events: readonly LedgerEvent[]): Run[] {
  const folds: Run[] = [];
  let run: Run | null = null;
  for (const event of events) {
    run = evolve(run, event);
    folds[run.seq] = run;
  }
  return folds;
}

function expectOnTime({ path, json, after, before }: Seen, folds: readonly Run[]): void {
  if ("seq" in json) {
    expect(json.seq, path).toBeGreaterThanOrEqual(after);
    expect(json.seq, path).toBeLessThanOrEqual(before);
    const fold = folds[json.seq];
    if (fold === undefined) throw new Error(`${path} told of event ${json.seq}, which there is not`);
    expect({ ...json, ...computed, files: {}, isChangedSince: null }).toEqual(plain(runResource(fold, computed, {})));
    return;
  }
  const { trace: _, is_running: __, ...record } = json as ExecutionBody & { trace?: string; is_running?: boolean };
  const allowed = folds.slice(after, before + 1).map((fold) => plain(executionRecord(fold)));
  expect(allowed, path).toContainEqual(record);
}

test("in the end list, detail, both status routes, stream, command line, session file and row agree", async () => {
  const worker = await scene.worker();
  const run = await scene.run(benchmark001(), worker);
  const detail: RunBody = (await served.get(`/runs/${run.id}`)).json;
  const [listed] = (await served.get("/runs?pageSize=1")).json.runs;
  const [row] = rows(`SELECT status, passed, seq, state FROM runs WHERE run_id = '${run.id}'`);
  const shown = JSON.parse((await scene.cli("show", run.id, "--json")).stdout);
  const session = JSON.parse(readFileSync(sessionFilePath(await scene.ledger(), run.id) ?? "", "utf8"));
  await using reader = await readStream(`${served.url}/runs/${run.id}/events`);
  const events = (await reader.until(() => false)).filter(({ type }) => type === "message");
  const folded = foldsOf(events.map(({ data }) => JSON.parse(data))).at(-1);
  expect(folded).toEqual(run);
  expect(JSON.parse(String(row?.state))).toEqual(run);
  expect(row).toMatchObject({ status: run.status, passed: 1, seq: run.seq });
  const withoutTime = (one: RunBody) => ({ ...one, computedAt: "", files: {} });
  expect(withoutTime(listed)).toEqual(withoutTime(detail));
  // The command looks for the benchmark's file in its own folder, where there is none.
  expect(shown.isChangedSince).toBeNull();
  expect(withoutTime({ ...shown, isChangedSince: false })).toEqual(withoutTime(detail));
  for (const path of [`status/${run.id}`, "status"]) {
    expect((await served.get(`/benchmarks/001-sol-transfer/${path}`)).json).toEqual(executionRecord(run));
  }
  const { status, score } = session.final_result;
  expect([status, score, session.ended_at]).toEqual([detail.status, detail.score, detail.endedAt]);
});

function rows(sql: string): Record<string, unknown>[] {
  using db = new DatabaseSync(`${scene.home}/ledger.sqlite`, { readOnly: true });
  return db.prepare(sql).all();
}

function plain(json: unknown): unknown {
  return JSON.parse(JSON.stringify(json));
}
