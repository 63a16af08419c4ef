// The catalog over HTTP: what is read, what is said to have changed, and what an upsert does to runs.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { serverPorts } from "../../src/cli/serve-ports.ts";
import { routes } from "../../src/protocol/http.ts";
import { openLog } from "../../src/server/log.ts";
import { type Server, startServer } from "../../src/server/server.ts";
import { repository, Scene } from "../scene.ts";
import { ask, compareWithSchema, newToken } from "./served.ts";

let scene: Scene;
let folder: string;
let server: Server;

beforeEach(async () => {
  scene = new Scene();
  folder = join(scene.folder, "benchmarks");
  mkdirSync(folder);
  const first = readFileSync(join(repository, "benchmarks/001-sol-transfer.yml"), "utf8");
  writeFileSync(join(folder, "001-sol-transfer.yml"), first);
  server = await started();
});
afterEach(async () => {
  await server.close();
  await scene[Symbol.asyncDispose]();
});

async function started(): Promise<Server> {
  const options = { host: "127.0.0.1", port: 0, version: "0", log: openLog("silent") };
  const one = await startServer({ ...options, onAnswer: (name, json) => compareWithSchema(routes[name], json) });
  const context = { env: process.env, cwd: scene.folder };
  await one.open(serverPorts({ ledger: await scene.ledger(), context, folders: [], workState: () => null }));
  return one;
}

function call(method: string, path: string, body?: object) {
  const init =
    body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
  return ask(`${server.url}/api/v1${path}`, { method, ...init });
}

/** The catalog.changed of the ledger. */
async function catalogEvents(): Promise<EventData[]> {
  const { events } = (await call("GET", "/events?limit=1000")).json;
  return events.filter(({ type }: { type: string }) => type === "catalog.changed");
}

type EventData = {
  at: string;
  data: { added: string[]; changed: string[]; removed: string[]; failed: object[]; who: string };
};

function hello(word: string): string {
  return `id: hello\ndescription: Says ${word}.\nprompt: Say ${word}.\nground_truth: {answer_assertions: [{type: Equals, value: ${word}}]}\nsolution: [{tool: answer, args: {text: ${word}}}]\n`;
}

test("sync says what was added, changed, removed and not to be read, and a list says when a file has changed since", async () => {
  expect((await call("GET", "/benchmarks")).json.benchmarks).toMatchObject([
    { id: "001-sol-transfer", isChangedSince: false },
  ]);
  writeFileSync(join(folder, "hello.yml"), hello("hi"));
  writeFileSync(join(folder, "broken.yml"), "id: [");
  const added = (await call("POST", "/sync")).json;
  expect(added).toMatchObject({ added: ["hello"], changed: [], removed: [], unchanged: 1 });
  expect(added.failed).toMatchObject([{ file: "benchmarks/broken.yml", code: "benchmark.invalid" }]);
  writeFileSync(join(folder, "hello.yml"), hello("hello"));
  expect((await call("GET", "/benchmarks/hello")).json).toMatchObject({ isChangedSince: true, prompt: "Say hi." });
  rmSync(join(folder, "001-sol-transfer.yml"));
  rmSync(join(folder, "broken.yml"));
  const changed = (await call("POST", "/sync")).json;
  expect(changed).toMatchObject({ added: [], changed: ["hello"], removed: ["001-sol-transfer"], failed: [] });
  expect((await call("GET", "/benchmarks/hello")).json).toMatchObject({ isChangedSince: false, prompt: "Say hello." });
  expect(await call("GET", "/benchmarks/helo")).toMatchObject({ status: 404, json: { data: { nearest: ["hello"] } } });
});

test("an upserted benchmark runs although no file exists, outlives the server, and leaves finished runs as they were", async () => {
  expect((await call("POST", "/upsert-yml", { yaml: hello("hi") })).json).toMatchObject({ result: "added" });
  expect((await call("POST", "/upsert-yml", { yaml: hello("hi") })).json).toMatchObject({ result: "unchanged" });
  const worker = await scene.worker();
  const queued = (await call("POST", "/runs", { benchmark: "hello" })).json;
  const ledger = await scene.ledger();
  await ledger.claim(worker.newClaim(), { kinds: ["benchmark"], agents: null, labels: {} });
  expect(await scene.supervise(queued.id, worker)).toMatchObject({ status: "completed", passed: true });
  const before = (await call("GET", `/runs/${queued.id}`)).json;
  await server.close();
  server = await started();
  const yaml = await ask(`${server.url}/api/v1/upsert-yml`, {
    method: "POST",
    body: hello("hello"),
    headers: { "content-type": "application/yaml" },
  });
  expect(yaml.json).toMatchObject({ result: "changed", benchmarks: [{ id: "hello", source: "upserted" }] });
  expect((await call("GET", "/benchmarks/hello")).json.prompt).toBe("Say hello.");
  const after = (await call("GET", `/runs/${queued.id}`)).json;
  expect([before.isChangedSince, after.isChangedSince]).toEqual([false, true]);
  expect({ ...after, computedAt: null, isChangedSince: false }).toEqual({ ...before, computedAt: null });
  const next = (await call("POST", "/runs", { benchmark: "hello" })).json;
  expect(next.subject.digest).not.toBe(before.subject.digest);
  const { versions } = (await call("GET", "/benchmarks/hello/versions")).json;
  expect(versions).toMatchObject([
    { digest: next.subject.digest, isCurrent: true, runs: 1 },
    { digest: before.subject.digest, isCurrent: false, runs: 1 },
  ]);
});

test("what is upserted on one server is there on the others, and each change is an event", async () => {
  const other = await started();
  try {
    await call("POST", "/upsert-yml", { yaml: hello("hi") });
    const found = await ask(`${other.url}/api/v1/benchmarks/hello`, {});
    expect(found.json).toMatchObject({ source: "upserted", prompt: "Say hi." });
    const plan = { body: JSON.stringify({ benchmark: "hello" }), headers: { "content-type": "application/json" } };
    expect((await ask(`${other.url}/api/v1/runs`, { method: "POST", ...plan })).status).toBe(201);
  } finally {
    await other.close();
  }
  const changes = await catalogEvents();
  expect(changes.map(({ data }) => [data.added, data.changed, data.removed])).toEqual([
    [["001-sol-transfer"], [], []],
    [["hello"], [], []],
  ]);
});

test("a start that finds what was there before records nothing; what changed while no server ran is recorded", async () => {
  await server.close();
  server = await started();
  expect(await catalogEvents()).toHaveLength(1);
  await server.close();
  writeFileSync(join(folder, "hello.yml"), hello("hi"));
  writeFileSync(join(folder, "broken.yml"), "id: [");
  rmSync(join(folder, "001-sol-transfer.yml"));
  server = await started();
  const [, change] = await catalogEvents();
  expect(change?.data).toMatchObject({ added: ["hello"], removed: ["001-sol-transfer"], who: expect.any(String) });
  expect(change?.data.failed).toMatchObject([{ path: "benchmarks/broken.yml", code: "benchmark.invalid" }]);
  expect((await call("POST", "/verify", {})).json.isClean).toBe(true);
});

test("a catalog of hundreds of files is recorded in events that are no larger than events may be", async () => {
  for (let n = 0; n < 400; n += 1) {
    const id = `b${n}-${"x".repeat(70)}`;
    writeFileSync(join(folder, `${id}.yml`), hello("x").replace("id: hello", `id: ${id}`));
  }
  const { added } = (await call("POST", "/sync")).json;
  expect(added).toHaveLength(400);
  const changes = await catalogEvents();
  expect(changes.slice(1).flatMap(({ data }) => data.added)).toEqual(added);
  for (const { data } of changes) expect(JSON.stringify(data).length).toBeLessThan(64 * 1024);
});

test("the YAML of a benchmark is told to who may know its ground truth, as it is now", async () => {
  await call("POST", "/upsert-yml", { yaml: hello("hi") });
  expect(await call("GET", "/benchmarks/hello/source")).toMatchObject({
    status: 403,
    json: { code: "request.no-truth" },
  });
  const headers = { authorization: `Bearer ${await newToken(await scene.ledger(), { scope: "read" })}` };
  const source = (id: string) => ask(`${server.url}/api/v1/benchmarks/${id}/source`, { headers });
  expect((await source("hello")).json).toMatchObject({ yaml: hello("hi"), file: null, isChangedSince: false });
  const { at } = (await catalogEvents()).at(-1) ?? {};
  expect(Date.parse((await source("hello")).json.changedAt)).toBeGreaterThanOrEqual(Date.parse(at ?? ""));
  const path = join(folder, "001-sol-transfer.yml");
  writeFileSync(path, `${readFileSync(path, "utf8")}tags: [changed]\n`.replace(/^tags: .*\n/m, ""));
  const { json } = await source("001-sol-transfer");
  expect(json).toMatchObject({ file: "benchmarks/001-sol-transfer.yml", isChangedSince: true });
  expect(json.yaml).toMatch(/tags: \[changed\]\n$/);
});

test("benchmarks page by id, and filters pick from them", async () => {
  for (const n of [1, 2, 3, 4, 5])
    writeFileSync(join(folder, `b${n}.yml`), hello("x").replace("id: hello", `id: b${n}`));
  await call("POST", "/sync");
  const ids: string[] = [];
  for (let token = ""; ; ) {
    const { json } = await call("GET", `/benchmarks?prefix=b&pageSize=2${token}`);
    ids.push(...json.benchmarks.map(({ id }: { id: string }) => id));
    if (json.nextPageToken === null) break;
    token = `&pageToken=${json.nextPageToken}`;
  }
  expect(ids).toEqual(["b1", "b2", "b3", "b4", "b5"]);
  expect((await call("GET", "/benchmarks?environment=solana")).json.benchmarks).toHaveLength(1);
  expect((await call("GET", "/benchmarks?tag=transfer")).json.benchmarks).toHaveLength(1);
});

test("of many upserts at once each is answered, and the last one is what stays", async () => {
  const words = Array.from({ length: 20 }, (_, n) => `word${n}`);
  const answers = await Promise.all(words.map((word) => call("POST", "/upsert-yml", { yaml: hello(word) })));
  expect(answers.map(({ status }) => status)).toEqual(words.map(() => 200));
  const { prompt } = (await call("GET", "/benchmarks/hello")).json;
  await server.close();
  server = await started();
  expect((await call("GET", "/benchmarks/hello")).json.prompt).toBe(prompt);
});
