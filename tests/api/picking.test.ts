// Picking: runs by the end or the beginning of a name, with counts and folds; events of a run by type, in both
// directions; the fold as it is and as it was.

import { beforeAll, expect, test } from "vitest";
import { foldRun } from "../../src/core/run.ts";
import { complete, ingest, queue, start, startedRecord } from "../../src/ledger/contract/samples.contract.ts";
import type { Ledger } from "../../src/ledger/ledger.ts";
import type { Scene } from "../scene.ts";
import { type Served, servedScene } from "./served.ts";

let scene: Scene;
let served: Served;
let ledger: Ledger;

beforeAll(async () => {
  const made = await servedScene();
  ({ scene, served } = made);
  ledger = await scene.ledger();
  return made.end;
});

const idsOf = (json: { runs: { id: string }[] }) => json.runs.map(({ id }) => id);

test("runs are found by the beginning of what they are of, and by the end of their ids", async () => {
  const subject = async (id: string) => ({
    kind: "benchmark" as const,
    id,
    digest: await ledger.putBlob(Buffer.from("a subject")),
  });
  const first = await queue(ledger, { subject: await subject("swap-a") });
  const second = await queue(ledger, { subject: await subject("swap-b") });
  expect(idsOf((await served.get("/runs?text=swap")).json)).toEqual([second, first]);
  expect(idsOf((await served.get("/runs?text=swap-b&status=queued")).json)).toEqual([second]);
  expect(idsOf((await served.get(`/runs?tail=${first.slice(-8)}`)).json)).toEqual([first]);
  expect((await served.get(`/runs?tail=${first.slice(-8)}&status=queued`)).json.code).toBe("request.invalid");
  expect((await served.get("/runs?tail=xyz")).status).toBe(400);
});

test("a list tells how many runs there are, and the whole fold of each, if it is asked to", async () => {
  const { runId } = await complete(ledger);
  const { counts, folds, runs } = (await served.get("/runs?counts=true&fold=true&pageSize=1")).json;
  expect(counts).toEqual(await ledger.countRuns());
  expect(folds).toEqual([await ledger.getRun(runId)]);
  expect(runs[0]).toMatchObject({ id: runId, worker: "worker-1", cancel: null, condition: null });
  expect(runs[0].attemptStartedAt).toMatch(/Z$/);
  expect(runs[0].limits).toMatchObject({ wall_s: expect.any(Number) });
  const ofOne = (await served.get("/runs?counts=true&benchmark=nothing")).json;
  expect(ofOne).toMatchObject({ counts: [], runs: [] });
  expect(Object.keys((await served.get("/runs")).json)).not.toContain("folds");
});

test("counts follow every filter but that of status and verdict: each is what one finds who chooses it", async () => {
  await queue(ledger, { labels: { team: "counted" } });
  await complete(ledger, { labels: { team: "counted" } });
  for (const filter of [
    "label=team=counted",
    "text=00&agent=deterministic",
    "kind=benchmark",
    "since=2026-01-01",
    "",
  ]) {
    const { counts, countsAreWhole } = (await served.get(`/runs?counts=true&${filter}`)).json;
    expect(countsAreWhole, filter).toBe(true);
    for (const { status, passed, runs } of counts) {
      const verdict = passed === null ? "" : `&passed=${passed}`;
      const found = idsOf((await served.get(`/runs?${filter}&status=${status}${verdict}&pageSize=500`)).json);
      expect(found, `${filter} ${status} ${passed}`).toHaveLength(runs);
    }
    const chosen = (await served.get(`/runs?counts=true&${filter}&status=failed&passed=true`)).json;
    expect(chosen).toMatchObject({ runs: [], counts });
  }
  expect((await served.get("/runs?counts=true&label=team=counted")).json.counts).toHaveLength(2);
});

test("events are picked by type after a seq and before one, newest first", async () => {
  const run = await start(ledger);
  await ingest(ledger, run, startedRecord, ...Array.from({ length: 20 }, (_, n) => logged(n)));
  const events = async (query: string) => {
    const { json } = await served.get(`/runs/${run.runId}/events?${query}`);
    return { seqs: json.events.map(({ seq }: { seq: number }) => seq), next: json.next, hasMore: json.hasMore };
  };
  expect(await events("types=log.written&limit=3")).toEqual({ seqs: [4, 5, 6], next: 6, hasMore: true });
  expect(await events("types=attempt.started,run.queued")).toEqual({ seqs: [1, 3], next: 23, hasMore: false });
  expect(await events("before=10&limit=3")).toEqual({ seqs: [9, 8, 7], next: 7, hasMore: true });
  expect(await events("before=7&types=attempt.claimed")).toEqual({ seqs: [2], next: 1, hasMore: false });
  expect((await served.get(`/runs/${run.runId}/events?before=7&after=3`)).json.code).toBe("request.invalid");
});

test("the fold is what evolve makes of the events, now and at any of them, and a link is that of an append", async () => {
  const { runId } = await complete(ledger);
  const events = await ledger.readEvents(runId, 0, 100);
  const state = async (query = "") => (await served.get(`/runs/${runId}/state${query}`)).json;
  expect(await state()).toEqual({ run: await ledger.getRun(runId), seq: events.length });
  expect(await state("?at=3")).toEqual({ run: foldRun(events.slice(0, 3)), seq: 3 });
  expect(await state("?at=1000")).toEqual(await state());
  const link = async (seq: number) => (await served.get(`/runs/${runId}/link?seq=${seq}`)).json.link;
  expect(await link(events.length)).toBe(await ledger.linkAt(runId, events.length));
  expect(await link(events.length)).toMatch(/^[0-9a-f]{64}$/);
  expect(await link(1)).toBeNull();
});

test("a benchmark with files beside it comes whole in one request, alone and as an experiment with its cases", async () => {
  const yaml =
    "id: sums\ndescription: Adds.\nprompt: What is {{a}} and {{b}}?\ncases_file: sums.csv\n" +
    'ground_truth: {answer_assertions: [{type: Equals, value: "{{sum}}"}]}\n' +
    'solution: [{tool: answer, args: {text: "{{sum}}"}}]\n';
  const inline = {
    id: "sums",
    yaml,
    files: [{ path: "sums.csv", content: { text: "id,a,b,sum\none,1,2,3\ntwo,2,2,4\n" } }],
  };
  const plan = { benchmarks: ["sums/one", "sums/two", "001-sol-transfer"], inline: [inline], seed: 1 };
  const planned = await served.send("POST", "/experiments", plan);
  expect(planned, planned.text).toMatchObject({ status: 201, json: { planned: 3 } });
  const { experiment } = (await served.get(`/experiments/${planned.json.id}/state`)).json;
  expect(experiment).toEqual(await ledger.getExperiment(planned.json.id));
  const { experiments } = (await served.get(`/experiments?tail=${planned.json.id.slice(-8)}`)).json;
  expect(experiments).toMatchObject([{ id: planned.json.id }]);
  const one = await served.send("POST", "/runs", { inline });
  expect(one.json).toMatchObject({ code: "request.invalid", detail: "sums holds 2 cases, and a run is of one" });
  const bare = await served.send("POST", "/experiments", { ...plan, inline: [{ ...inline, files: [] }] });
  expect(bare.status).toBe(422);
});

function logged(n: number): [string, object] {
  return ["log.written", { level: "info", message: `line ${n}` }];
}
