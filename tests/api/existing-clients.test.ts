// The routes of clients that exist, on one real run while it is queued, running and finished: it calls two tools, one
// transaction fails, and its text is of several scripts. The bodies are kept in docs/api/examples.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { repository, Scene, until } from "../scene.ts";
import { type Served, serve } from "./served.ts";

const yaml = readFileSync(new URL("programs/client-example.yml", import.meta.url), "utf8");
const examples = join(repository, "docs/api/examples");
const benchmark = "client-example";
/** Writes the examples anew instead of comparing them. */
const isUpdating = process.env.UPDATE_EXAMPLES === "1";

let scene: Scene;
let served: Served;
let id: string;

beforeAll(async () => {
  scene = new Scene();
  served = await serve(scene);
  expect((await served.send("POST", "/upsert-yml", { yaml })).json).toMatchObject({ result: "added" });
});
afterAll(async () => {
  await served[Symbol.asyncDispose]();
  await scene[Symbol.asyncDispose]();
});

/** All routes about the run, each with the name of its example. */
function routesOf(runId: string): Record<string, string> {
  return {
    "status-of-execution": `/benchmarks/${benchmark}/status/${runId}`,
    "newest-status": `/benchmarks/${benchmark}/status?agent=deterministic`,
    flow: `/flows/${runId}`,
    "execution-logs": `/execution-logs/${benchmark}?execution_id=${runId}`,
    "flow-logs": `/flow-logs/${benchmark}`,
    "transaction-logs": `/transaction-logs/${benchmark}`,
  };
}

/** What is another at each run stands for itself: ids, times, durations, signatures. */
function steady(json: unknown): string {
  return `${JSON.stringify(json, null, 2)
    .replaceAll(id, "01a201c5-bf07-7467-aa3d-b1f17d20ee53")
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, "2026-11-22T10:00:00.000Z")
    .replace(/\d+(\.\d+)? (ms|s|m)\b(?! \d)/g, "0.042 s")
    .replace(/"duration_ms": \d+/g, '"duration_ms": 42')
    .replace(/\b[1-9A-HJ-NP-Za-km-z]{64,88}\b/g, "64WJ4eHRcaWEVCyy")}\n`;
}

async function expectExamples(state: string): Promise<void> {
  for (const [name, path] of Object.entries(routesOf(id))) {
    const { status, json } = await served.get(path);
    expect(status, path).toBe(200);
    await expectExample(`${name}-${state}.json`, json);
  }
}

async function expectExample(file: string, json: unknown): Promise<void> {
  const path = join(examples, file);
  if (isUpdating) {
    mkdirSync(examples, { recursive: true });
    writeFileSync(path, steady(json));
  }
  expect(existsSync(path), `${file} is not there; UPDATE_EXAMPLES=1 writes it`).toBe(true);
  expect(steady(json), file).toBe(readFileSync(path, "utf8"));
}

describe("one run", () => {
  test("while it is queued", async () => {
    const { status, json, headers } = await served.send("POST", `/benchmarks/${benchmark}/run`, { seed: 7 });
    expect(status).toBe(201);
    id = json.execution_id;
    expect(headers.get("location")).toBe(`/api/v1/runs/${id}`);
    await expectExample("run.json", json);
    await expectExamples("queued");
    expect((await served.get(`/flow-logs/${benchmark}`)).json.is_running).toBe(true);
  });

  test("while it is running, and when it has finished", async () => {
    const go = join(scene.folder, "go");
    // The runner stops before it says that the agent has finished, until it is let go on.
    const url = scene.faultyRunner(
      "waits-before-it-finishes",
      `const real = fs.writeSync;
fs.writeSync = (file, data, ...rest) => {
  while (String(data).includes('"agent.finished"') && !fs.existsSync(${JSON.stringify(go)}))
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  return real(file, data, ...rest);
};`,
    );
    const ledger = await scene.ledger();
    const worker = await scene.worker({ url });
    const claimed = await ledger.claim(worker.newClaim(), { kinds: ["benchmark"], agents: null, labels: {} });
    expect(claimed?.run.id).toBe(id);
    const ended = scene.supervise(id, worker);
    await until("the second call is answered", async () => {
      const { json } = await served.get(`/runs/${id}/events?limit=1000`);
      return json.events.filter(({ type }: { type: string }) => type === "tool.returned").length === 2;
    });
    await expectExamples("running");
    expect((await served.get(`/execution-logs/${benchmark}`)).json).toMatchObject({
      status: "running",
      is_running: true,
    });
    writeFileSync(go, "");
    expect(await ended).toMatchObject({ status: "completed", passed: false });
    await expectExamples("finished");
  });

  test("what the agent wrote in several scripts arrives whole, and in the page as text alone", async () => {
    expect((await served.get(`/flows/${id}`)).json.diagram).toContain("Grüße");
    expect((await served.get(`/transaction-logs/${benchmark}`)).json.transaction_logs).toContain("Failure");
    const page = await served.get(`/flows/${id}?format=html`);
    expect(page.headers.get("content-type")).toContain("text/html");
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(page.text).toContain("世界");
  });
});

test("an unknown session, run or benchmark is 404, and so is a run of another benchmark", async () => {
  const unknown = "01a201c5-bf07-7467-aa3d-000000000000";
  const paths = [`/flows/${unknown}`, "/flows/nothing", `/benchmarks/${benchmark}/status/${unknown}`];
  const others = [`/benchmarks/001-sol-transfer/status/${id}`, "/benchmarks/001-sol-transfer/status"];
  for (const path of [...paths, ...others, `/execution-logs/${benchmark}?execution_id=${unknown}`]) {
    expect(await served.get(path), path).toMatchObject({ status: 404, json: { code: "run.not-found" } });
  }
  for (const path of ["/benchmarks/none/status", "/execution-logs/none", "/flow-logs/none", "/transaction-logs/none"]) {
    expect(await served.get(path), path).toMatchObject({ status: 404, json: { code: "benchmark.unknown" } });
  }
  expect(await served.send("POST", "/benchmarks/none/run")).toMatchObject({ status: 404 });
  const agent = await served.send("POST", `/benchmarks/${benchmark}/run`, { agent: "nobody" });
  expect(agent).toMatchObject({ status: 400, json: { code: "agent.unknown" } });
});
