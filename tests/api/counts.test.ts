// Counts beside the lists of an experiment, the queue by pages, and what is told of runs and workers that are gone.

import { beforeAll, expect, test } from "vitest";
import { samplePlan } from "../../src/ledger/contract/experiments.contract.ts";
import { agentOf, complete, queue, workerData } from "../../src/ledger/contract/samples.contract.ts";
import type { Ledger, RunCount } from "../../src/ledger/ledger.ts";
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
const sumOf = (counts: RunCount[]) => counts.reduce((sum, { runs }) => sum + runs, 0);

test("counts of an experiment are those of its list, whole and by agent, and none for one that nobody planned", async () => {
  const { id } = await ledger.planExperiment(await samplePlan(ledger, { subjects: 2, trials: 2 }), "tester");
  const agent = agentOf("another");
  await complete(ledger, { experimentId: id, agent });
  await queue(ledger);
  for (const filter of [`experiment=${id}`, `experiment=${id}&agent=another`, `experiment=${id}&status=queued`]) {
    const { json } = await served.get(`/runs?counts=true&${filter}`);
    expect(json.countsAreWhole).toBe(true);
    const of = filter.replace("&status=queued", "");
    expect(sumOf(json.counts), filter).toBe(idsOf((await served.get(`/runs?${of}&pageSize=500`)).json).length);
  }
  const { json } = await served.get(`/runs?counts=true&experiment=${id}&agent=another`);
  expect(json.counts).toEqual([{ status: "completed", passed: true, runs: 1 }]);
  const none = await served.get("/runs?counts=true&experiment=01900000-0000-7000-8000-000000000000");
  expect(none.json).toMatchObject({ counts: [], runs: [], countsAreWhole: true });
});

test("a deleted run is found by no end of its id, and those beside it are", async () => {
  const [kept, gone] = [await queue(ledger), (await complete(ledger)).runId];
  expect(idsOf((await served.get(`/runs?tail=${gone.slice(-8)}`)).json)).toEqual([gone]);
  expect((await served.send("DELETE", `/runs/${gone}`)).status).toBe(200);
  expect(idsOf((await served.get(`/runs?tail=${gone.slice(-8)}`)).json)).toEqual([]);
  expect(idsOf((await served.get(`/runs?tail=${kept.slice(-8)}`)).json)).toEqual([kept]);
});

test("every page of the queue tells how many wait and since when the oldest does", async () => {
  const waiting = (await served.get("/queue?pageSize=500")).json;
  expect(waiting.queued).toBe(waiting.runs.length);
  const paged: string[] = [];
  for (let token: string | null = ""; token !== null; ) {
    const { json } = await served.get(`/queue?pageSize=1${token === "" ? "" : `&pageToken=${token}`}`);
    expect(json).toMatchObject({ queued: waiting.queued, oldestQueuedAt: waiting.oldestQueuedAt });
    paged.push(...idsOf(json));
    token = json.nextPageToken;
  }
  expect(paged).toEqual(idsOf(waiting));
});

test("a worker that nobody is any more has no free slots: how many is not known", async () => {
  await ledger.record({ type: "worker.started", data: workerData("worker-of-before") }, "worker");
  const { workers } = (await served.get("/workers")).json;
  const gone = workers.find(({ id }: { id: string }) => id === "worker-of-before");
  expect(gone).toMatchObject({ isAlive: false, freeSlots: null });
});
