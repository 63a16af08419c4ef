// What pages show at a look, over HTTP: cells, the price of a verb, results by benchmark and agent, the system's state.

import { beforeAll, expect, test } from "vitest";
import { type Scene, until } from "../scene.ts";
import { type Served, servedScene, workQueue } from "./served.ts";

let scene: Scene;
let served: Served;

beforeAll(async () => {
  const made = await servedScene();
  ({ scene, served } = made);
  return made.end;
});

const plan = { benchmarks: ["001-sol-transfer", "003-spl-transfer-fail"], trials: 2, seed: 7 };

async function planned(change: object = {}): Promise<string> {
  return (await served.send("POST", "/experiments", { ...plan, ...change })).json.id;
}

test("cells come as they were planned, page by page, each with its condition and its result", async () => {
  const conditions = [{ name: "base" }, { name: "short", limits: { turns: 3 } }];
  const id = await planned({ conditions });
  const first = (await served.get(`/experiments/${id}/cells?pageSize=6`)).json;
  expect(first.cells).toHaveLength(6);
  const second = (await served.get(`/experiments/${id}/cells?pageSize=6&pageToken=${first.nextPageToken}`)).json;
  expect(second).toMatchObject({ nextPageToken: null });
  const cells = [...first.cells, ...second.cells];
  expect(cells.map(({ subject, condition, trial }) => `${trial} ${subject.slice(0, 3)} ${condition}`)).toEqual(
    [1, 2].flatMap((trial) => [
      ...["001 base", "001 short", "003 base", "003 short"].map((cell) => `${trial} ${cell}`),
    ]),
  );
  expect(cells[0]).toMatchObject({ status: "queued", standing: "open", why: "", agent: "deterministic" });
  expect(await served.get("/experiments/01a201c5-0000-7000-8000-000000000000/cells")).toMatchObject({
    status: 404,
    json: { code: "experiment.not-found" },
  });
});

test("the price of a verb names just the runs that the verb then moves", async () => {
  const id = await planned();
  const price = async (query: string) => (await served.get(`/experiments/${id}/price?${query}`)).json;
  expect(await price("verb=resume")).toMatchObject({ runs: 0, byStatus: {}, isWhole: true });
  await served.send("POST", `/experiments/${id}:pause`);
  expect(await price("verb=resume")).toMatchObject({ runs: 4, byStatus: { paused: 4 }, modelRuns: 0 });
  await served.send("POST", `/experiments/${id}:cancel`);
  expect(await price("verb=resume")).toMatchObject({ runs: 0 });
  expect(await price("verb=retry&only=failed")).toMatchObject({ runs: 0 });
  expect(await price("verb=retry")).toMatchObject({ runs: 4, byStatus: { cancelled: 4 }, modelCallsAtMost: 0 });
  expect((await served.send("POST", `/experiments/${id}:retry`, {})).json).toMatchObject({ changed: 4, left: 0 });
});

test("of model runs the price is all turns of all their tries, and no number where a limit is lifted", async () => {
  const asked = {
    agents: ["glm-4.6"],
    benchmarks: ["001-sol-transfer"],
    limits: { turns: 9, tokens: 100 },
    retries: 1,
  };
  const id = await planned(asked);
  await served.send("POST", `/experiments/${id}:cancel`);
  expect((await served.get(`/experiments/${id}/price?verb=retry`)).json).toMatchObject({
    ...{ runs: 2, modelRuns: 2 },
    ...{ modelCallsAtMost: 2 * 9 * 2, tokensAtMost: 2 * 100 * 2, costUsdAtMost: null },
  });
});

test("results by benchmark and agent are the newest first, and stop at the history that is asked for", async () => {
  const ids: string[] = [];
  {
    await using _work = await workQueue(scene);
    for (let run = 0; run < 3; run += 1) {
      ids.push((await served.send("POST", "/runs", { benchmark: "002-spl-transfer" })).json.id);
    }
    const isOver = async (id: string) => (await served.get(`/runs/${id}`)).json.status === "completed";
    await until("all have ended", async () => (await Promise.all(ids.map(isOver))).every(Boolean), 120_000);
  }
  const { benchmarks, nextPageToken } = (await served.get("/benchmark-results?prefix=002&history=2")).json;
  expect(nextPageToken).toBeNull();
  expect(benchmarks).toMatchObject([
    { benchmark: "002-spl-transfer", agents: [{ agent: "deterministic", results: [{}, {}] }] },
  ]);
  const results = benchmarks[0].agents[0].results;
  expect(results.map(({ runId }: { runId: string }) => runId)).toEqual(ids.toReversed().slice(0, 2));
  expect(results[0]).toMatchObject({
    status: "completed",
    passed: true,
    score: 1,
    subjectDigest: benchmarks[0].digest,
  });
  const paged = (await served.get("/benchmark-results?pageSize=2")).json;
  expect(paged.benchmarks).toHaveLength(2);
  const next = (await served.get(`/benchmark-results?pageSize=2&pageToken=${paged.nextPageToken}`)).json;
  expect(next.benchmarks[0].benchmark > paged.benchmarks[1].benchmark).toBe(true);
}, 180_000);

test("the system tells of the ledger it serves and of how far its streams are", async () => {
  const { json } = await served.get("/system");
  expect(json).toMatchObject({
    ledger: { isDurable: (await (await scene.ledger()).databaseState()).isDurable },
    feed: { streams: 0 },
    worker: null,
    version: "0.0.0-test",
  });
  expect(json.ledger.server).toMatch(/^(SQLite 3\.|PostgreSQL \d)/);
  expect(json.ledger.bytes ?? Number.POSITIVE_INFINITY).toBeGreaterThan(4096);
  const runs = json.ledger.runs.reduce((sum: number, one: { runs: number }) => sum + one.runs, 0);
  expect(runs).toBe((await served.get("/runs?pageSize=500")).json.runs.length);
  await until("the streams have been told of everything", async () => {
    const { feed, ledger } = (await served.get("/system")).json;
    return feed.behind === 0 && feed.lagMs === 0 && feed.cursor === ledger.head;
  });
});
