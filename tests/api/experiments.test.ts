// Experiments, limits, workers, the queue, performance and verification over HTTP.

import { beforeAll, expect, test } from "vitest";
import { newRunId } from "../../src/core/ids.ts";
import { type Scene, until } from "../scene.ts";
import { readStream } from "./read-stream.ts";
import { type Served, servedScene, workQueue } from "./served.ts";

let scene: Scene;
let served: Served;

beforeAll(async () => {
  const made = await servedScene();
  ({ scene, served } = made);
  return made.end;
});

const plan = { benchmarks: ["001-sol-transfer", "003-spl-transfer-fail"], trials: 2, seed: 7, name: "two by two" };

test("an experiment is planned whole, worked to its end, and adds up everywhere alike", async () => {
  const created = await served.send("POST", "/experiments", plan, { "idempotency-key": "plan-1" });
  expect(created).toMatchObject({ status: 201, json: { planned: 4, queued: 4, trials: 2 } });
  const { id } = created.json;
  expect((await served.send("POST", "/experiments", plan, { "idempotency-key": "plan-1" })).json.id).toBe(id);
  const other = await served.send("POST", "/experiments", { ...plan, trials: 3 }, { "idempotency-key": "plan-1" });
  expect(other).toMatchObject({ status: 422, json: { code: "request.key-reused" } });
  expect((await served.get(`/runs?experiment=${id}`)).json.runs).toHaveLength(4);
  {
    await using _work = await workQueue(scene);
    await until("all have ended", async () => (await served.get(`/experiments/${id}`)).json.ended === 4);
  }
  const { json } = await served.get(`/experiments/${id}`);
  expect(json).toMatchObject({ planned: 4, ended: 4, scored: 4, passed: 4, mean: 1, passRate: 1 });
  expect((await served.get("/experiments")).json.experiments).toMatchObject([{ id, ended: 4 }]);
  const events = (await served.get(`/experiments/${id}/events?limit=1000`)).json.events;
  expect(events[0].type).toBe("experiment.planned");
  expect(events.filter(({ type }: { type: string }) => type === "run.completed")).toHaveLength(4);
  expect((await served.send("POST", "/verify", {})).json).toEqual({ isClean: true, findings: [], hasMore: false });
  const none = await served.get("/agent-performance");
  expect(none.json.agents).toEqual([]);
  const { agents } = (await served.get("/agent-performance?reference=true")).json;
  expect(agents).toMatchObject([{ agent: "deterministic", reference: true, runs: 4, passed: 4, n: 4, passRate: 1 }]);
  expect(agents[0].cells).toMatchObject([
    { benchmark: "001-sol-transfer", runs: 2, passed: 2 },
    { benchmark: "003-spl-transfer-fail", runs: 2, passed: 2 },
  ]);
});

test("requests with one key plan one experiment, also at the same time, and whatever else they ask for is refused", async () => {
  const once = { benchmarks: ["001-sol-transfer"], labels: { a: "b" } };
  const ask = (body: object, key = "plan-race") =>
    served.send("POST", "/experiments", body, { "idempotency-key": key });
  const answers = await Promise.all(Array.from({ length: 6 }, () => ask(once)));
  const [id, ...others] = new Set(answers.map(({ json }) => json.id));
  expect([answers.map(({ status }) => status), others]).toEqual([Array(6).fill(201), []]);
  expect((await served.get(`/runs?experiment=${id}`)).json.runs).toHaveLength(1);
  for (const more of [{ seed: 5 }, { labels: { a: "c" } }, { priority: "high" }, { retries: 1 }]) {
    expect(await ask({ ...once, ...more })).toMatchObject({ status: 422, json: { code: "request.key-reused" } });
  }
  const withId = (id: string) => served.send("POST", "/experiments", { ...once, id });
  const given = newRunId();
  const statuses = (await Promise.all([withId(given), withId(given), withId(given)])).map(({ status }) => status);
  expect(statuses.sort()).toEqual([201, 409, 409]);
});

test("a run and an experiment never have one id, neither by a key nor by a given id", async () => {
  const body = { benchmarks: ["001-sol-transfer"] };
  const send = (path: string, more: object, key?: string) =>
    served.send("POST", path, more, key === undefined ? {} : { "idempotency-key": key });
  const run = await send("/runs", { benchmark: "001-sol-transfer" }, "run-first");
  const experiment = await send("/experiments", body, "experiment-first");
  expect([run.status, experiment.status]).toEqual([201, 201]);
  for (const answer of [
    await send("/experiments", body, "run-first"),
    await send("/runs", { benchmark: "001-sol-transfer" }, "experiment-first"),
  ]) {
    expect(answer).toMatchObject({ status: 422, json: { code: "request.key-reused" } });
  }
  for (const answer of [
    await send("/experiments", { ...body, id: run.json.id }),
    await send("/runs", { benchmark: "001-sol-transfer", id: experiment.json.id }),
  ]) {
    expect(answer).toMatchObject({ status: 409, json: { code: "run.id-taken" } });
  }
});

test("verbs ask every run of the experiment that may take them, and its stream tells of them alone", async () => {
  const { id } = (await served.send("POST", "/experiments", { ...plan, benchmarks: ["001-sol-transfer"] })).json;
  await using reader = await readStream(`${served.url}/experiments/${id}/events`);
  expect((await served.send("POST", `/experiments/${id}:pause`)).json).toMatchObject({
    changed: 2,
    experiment: { paused: 2 },
  });
  expect((await served.send("POST", `/experiments/${id}:resume`)).json).toMatchObject({
    changed: 2,
    experiment: { queued: 2 },
  });
  expect((await served.send("POST", `/experiments/${id}:cancel`)).json).toMatchObject({
    changed: 2,
    experiment: { ended: 2 },
  });
  const retried = await served.send("POST", `/experiments/${id}:retry`, { only: "unscored" });
  expect(retried.json).toMatchObject({ changed: 2, left: 0, experiment: { queued: 2 } });
  await served.send("POST", "/runs", { benchmark: "001-sol-transfer" });
  await served.send("POST", `/experiments/${id}:cancel`);
  const [opened, ...messages] = await reader.until(({ data }) => data.includes("run.retried"));
  expect(opened?.type).toBe("open");
  const runIds = new Set(messages.map(({ data }) => JSON.parse(data).runId));
  expect(runIds.size).toBeLessThanOrEqual(2);
});

test("a stream of an experiment in which nothing has happened yet can be come back to, and nothing is missed", async () => {
  const { id } = (await served.send("POST", "/experiments", { benchmarks: ["001-sol-transfer"] })).json;
  const url = `${served.url}/experiments/${id}/events`;
  let last: string | null = null;
  {
    await using reader = await readStream(url);
    const opened = await reader.next();
    expect(opened).toMatchObject({ type: "open", id: expect.any(String) });
    last = opened?.id ?? null;
  }
  await served.send("POST", `/experiments/${id}:pause`);
  await using again = await readStream(url, { "last-event-id": last ?? "" });
  expect(await again.next()).toMatchObject({ type: "open", id: null });
  expect(JSON.parse((await again.next())?.data ?? "")).toMatchObject({ type: "run.paused" });
});

test("what is planned twice, of nothing, or too large is refused and nothing is queued", async () => {
  const before = (await served.get("/queue")).json.queued;
  const twice = { ...plan, benchmarks: ["001-sol-transfer", "001-sol-transfer"] };
  expect(await served.send("POST", "/experiments", twice)).toMatchObject({ status: 400 });
  expect(await served.send("POST", "/experiments", { ...plan, benchmarks: ["none"] })).toMatchObject({ status: 404 });
  expect(await served.send("POST", "/experiments", { ...plan, agents: ["none"] })).toMatchObject({ status: 400 });
  const large = {
    benchmarks: ["001-sol-transfer", "002-spl-transfer", "003-spl-transfer-fail"],
    agents: ["deterministic"],
  };
  const conditions = Array.from({ length: 10 }, (_, n) => ({ name: `c${n}`, limits: { turns: n + 1 } }));
  const refused = await served.send("POST", "/experiments", { ...large, conditions, trials: 10_000 });
  expect(refused).toMatchObject({ status: 400, json: { code: "request.invalid" } });
  expect((await served.get("/queue")).json.queued).toBe(before);
});

test("limits are set, shown in use, named by what waits, and lifted", async () => {
  const set = await served.send("PUT", "/limits", { key: "agent:deterministic", max: 0 });
  expect(set.json.limits).toEqual([{ key: "agent:deterministic", max: 0, used: 0 }]);
  const { json } = await served.send("POST", "/runs", { benchmark: "001-sol-transfer" });
  expect(json.waitingFor.map(({ reason }: { reason: string }) => reason)).toContain("limit");
  const queue = (await served.get("/queue?pageSize=1")).json;
  expect(queue.queued).toBeGreaterThanOrEqual(1);
  expect(queue.oldestQueuedAt).not.toBeNull();
  expect(await served.send("PUT", "/limits", { key: "agnt:x", max: 1 })).toMatchObject({ status: 400 });
  expect((await served.send("PUT", "/limits", { key: "agent:deterministic", max: null })).json.limits).toEqual([]);
  await served.send("POST", `/runs/${json.id}:cancel`, {});
});
