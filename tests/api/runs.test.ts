// Runs over HTTP on a real ledger with a real worker.

import { beforeAll, describe, expect, test } from "vitest";
import { newRunId } from "../../src/core/ids.ts";
import { benchmark001, type Scene, until } from "../scene.ts";
import { runOf, type Served, servedScene, workQueue } from "./served.ts";

let scene: Scene;
let served: Served;

beforeAll(async () => {
  const made = await servedScene();
  ({ scene, served } = made);
  return made.end;
});

async function queued(body: Record<string, unknown> = {}): Promise<string> {
  const { status, json } = await served.send("POST", "/runs", { benchmark: "001-sol-transfer", ...body });
  expect(status, JSON.stringify(json)).toBe(201);
  return json.id;
}

describe("start", () => {
  test("a run that was asked for is answered with 201 and its place, and is queued for everybody at once", async () => {
    const { status, json, headers } = await served.send("POST", "/runs", {
      benchmark: "001-sol-transfer",
      labels: { team: "a" },
      limits: { turns: 3 },
      seed: 7,
    });
    expect(status).toBe(201);
    expect(headers.get("location")).toBe(`/api/v1/runs/${json.id}`);
    expect(json).toMatchObject({ status: "queued", seed: 7, labels: { team: "a" }, agent: { name: "deterministic" } });
    expect(json.waitingFor).toMatchObject([{ reason: "worker" }]);
    expect((await scene.status(json.id)).limits.turns).toBe(3);
    const list = await served.get("/runs?status=queued,running&label=team%3Da");
    expect(list.json.runs.map(({ id }: { id: string }) => id)).toEqual([json.id]);
  });

  test("an unknown benchmark is 404 and an unknown agent 400, each with near names, and nothing is queued", async () => {
    const before = (await served.get("/runs?pageSize=500")).json.runs.length;
    const benchmark = await served.send("POST", "/runs", { benchmark: "001-sol-transfr" });
    expect(benchmark).toMatchObject({ status: 404, json: { code: "benchmark.unknown" } });
    expect(benchmark.json.data.nearest).toContain("001-sol-transfer");
    const agent = await served.send("POST", "/runs", { benchmark: "001-sol-transfer", agent: "determinstic" });
    expect(agent).toMatchObject({ status: 400, json: { code: "agent.unknown", data: { nearest: ["deterministic"] } } });
    expect(agent.headers.get("content-type")).toBe("application/problem+json");
    expect((await served.get("/runs?pageSize=500")).json.runs.length).toBe(before);
  });

  test("inline content runs although no catalog has it; a path in the place of an id is refused", async () => {
    const yaml =
      "id: hello\ndescription: Says hello.\nprompt: Say hello.\nground_truth: {answer_assertions: [{type: Equals, value: hello}]}\nsolution: [{tool: answer, args: {text: hello}}]\n";
    const inline = await served.send("POST", "/runs", { inline: { id: "hello", yaml } });
    expect(inline).toMatchObject({ status: 201, json: { subject: { id: "hello" } } });
    const path = await served.send("POST", "/runs", { inline: { id: "../hello", yaml } });
    expect(path).toMatchObject({ status: 400, json: { code: "request.invalid" } });
  });

  test("the same Idempotency-Key makes one run however often it comes, and refuses another request", async () => {
    const body = { benchmark: "001-sol-transfer", name: "once" };
    const ask = (name: string) => served.send("POST", "/runs", { ...body, name }, { "idempotency-key": "key-1" });
    const [first, ...others] = await Promise.all([ask("once"), ask("once"), ask("once")]);
    for (const other of others) expect(other).toMatchObject({ status: 201, json: { id: first.json.id } });
    expect(await ask("twice")).toMatchObject({ status: 422, json: { code: "request.key-reused" } });
  });

  test("a run keeps the id that it was given; the id a second time is 409", async () => {
    const id = newRunId();
    expect(await queued({ id })).toBe(id);
    const again = await served.send("POST", "/runs", { benchmark: "001-sol-transfer", id });
    expect(again).toMatchObject({ status: 409, json: { code: "run.id-taken" } });
  });
});

describe("verbs", () => {
  test("a held run is paused, resumed and cancelled, and an illegal move is 409 with the present status", async () => {
    const id = await queued();
    expect((await served.send("POST", `/runs/${id}:pause`)).json).toMatchObject({ status: "paused" });
    expect((await served.send("POST", `/runs/${id}:resume`)).json).toMatchObject({ status: "queued" });
    const retry = await served.send("POST", `/runs/${id}:retry`);
    expect(retry).toMatchObject({ status: 409, json: { code: "run.illegal-move" } });
    expect(retry.json.detail).toContain("queued");
    expect((await served.send("POST", `/runs/${id}:cancel`, {})).json).toMatchObject({ status: "cancelled" });
    expect((await served.send("POST", `/runs/${id}:retry`)).json).toMatchObject({ status: "queued" });
  });

  test("each id of a batch has its own result, also what is no id at all", async () => {
    const [a, b] = [await queued(), await queued()];
    const ids = [a, "../../etc/passwd", "/etc/passwd", newRunId(), b];
    const cancelled = await served.send("POST", "/runs:batchCancel", { ids });
    expect(cancelled.json.results.map(({ result }: { result: string }) => result)).toEqual([
      ...["cancelled", "refused", "refused", "refused", "cancelled"],
    ]);
    const deleted = await served.send("POST", "/runs:batchDelete", { ids });
    expect(deleted.json.results.map(({ result }: { result: string }) => result)).toEqual([
      ...["deleted", "refused", "refused", "refused", "deleted"],
    ]);
    expect(await served.get(`/runs/${a}`)).toMatchObject({ status: 410, json: { code: "run.deleted" } });
    expect(await served.send("DELETE", `/runs/${a}`)).toMatchObject({ status: 410 });
  });

  test("an active run is not deleted unless forced, and then goes when its processes are gone, files and all", async () => {
    const id = await queued();
    expect(await served.send("DELETE", `/runs/${id}`)).toMatchObject({
      status: 409,
      json: { code: "run.illegal-move" },
    });
    expect(await served.send("DELETE", `/runs/${id}?force=true`)).toMatchObject({
      status: 200,
      json: { result: "deleted" },
    });
    expect(await served.get(`/runs/${id}`)).toMatchObject({ status: 410 });
  });
});

describe("a run to its end", () => {
  test("list, detail, events, views and the ledger say the same of it", async () => {
    const ledger = await scene.ledger();
    const worker = await scene.worker();
    const run = await scene.run(benchmark001(), worker);
    const detail = await runOf(served, run.id);
    expect(detail).toMatchObject({ status: "completed", passed: true, score: 1, seq: run.seq });
    const listed = (await served.get("/runs?benchmark=001-sol-transfer&passed=true&pageSize=1")).json.runs[0];
    expect({ ...listed, computedAt: null }).toEqual({ ...detail, computedAt: null });
    const events = await served.get(`/runs/${run.id}/events?limit=1000`);
    expect(events.json.events.map(({ seq }: { seq: number }) => seq)).toEqual(
      (await ledger.readEvents(run.id, 0, 1000)).map(({ seq }) => seq),
    );
    expect((await served.get(`/runs/${run.id}/transactions`)).json.items).toMatchObject([{ computeUnits: 150 }]);
    expect((await served.get(`/runs/${run.id}/scores`)).json.items).toMatchObject([{ score: 1, passed: true }]);
    expect((await served.get(`/runs/${run.id}/attempts`)).json.attempts).toMatchObject([{ outcome: "completed" }]);
    expect((await served.get(`/runs/${run.id}/steps`)).json.steps[0].actions).toHaveLength(2);
    expect((await served.get(`/runs/${run.id}/trace?format=text`)).text).toContain("execute_tool sol_transfer");
    expect((await served.get(`/runs/${run.id}/trace`)).json.resourceSpans).toHaveLength(1);
    expect((await served.get(`/runs/${run.id}/flow`)).text).toContain("sol_transfer");
    for (const view of ["messages", "variables", "logs", "files"]) {
      expect(await served.get(`/runs/${run.id}/${view}`), view).toMatchObject({ status: 200 });
    }
    const again = await served.send("POST", `/runs/${run.id}:again`);
    expect(again).toMatchObject({ status: 201, json: { againOf: run.id, seed: run.seed, status: "queued" } });
  });

  test("what the API queues is taken by a worker and seen live to its end", async () => {
    await using _work = await workQueue(scene);
    const id = await queued({ priority: "high" });
    const ended = await until("the run has ended and its file is there", async () => {
      const run = await runOf(served, id);
      return run.files.session === undefined ? null : run;
    });
    expect(ended).toMatchObject({
      status: "completed",
      passed: true,
      score: 1,
      files: { session: expect.stringContaining(id) },
    });
  });
});

test("loading every list and page appends no event", async () => {
  const ledger = await scene.ledger();
  const before = await ledger.headCursor();
  const paths = ["/runs", "/events", "/experiments", "/benchmarks", "/scenarios", "/agents", "/agent-performance"];
  for (const path of [...paths, "/workers", "/queue", "/limits", "/ready", "/metrics", "/openapi.json"]) {
    expect((await served.get(path)).status, path).toBe(200);
  }
  expect(await ledger.headCursor()).toBe(before);
});
