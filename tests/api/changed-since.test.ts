// Runs say when the benchmark that they were of is another by now: by what its file holds, whatever its times and its
// name, and without a process or an event.

import { mkdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { serverPorts } from "../../src/cli/serve-ports.ts";
import { routes } from "../../src/protocol/http.ts";
import { openLog } from "../../src/server/log.ts";
import { type Server, startServer } from "../../src/server/server.ts";
import { Scene } from "../scene.ts";
import { ask, compareWithSchema } from "./served.ts";

let scene: Scene;
let server: Server;
let file: string;
let cases: string;

beforeAll(async () => {
  scene = new Scene();
  mkdirSync(join(scene.folder, "benchmarks"));
  file = join(scene.folder, "benchmarks/hello.yml");
  cases = join(scene.folder, "benchmarks/many.jsonl");
  writeFileSync(file, hello("hi"));
  writeFileSync(cases, '{"id":"a","vars":{"word":"x"}}\n');
  const many = hello("'{{word}}'").replaceAll("hello", "many");
  writeFileSync(join(scene.folder, "benchmarks/many.yml"), `${many}cases_file: many.jsonl\n`);
  const options = { host: "127.0.0.1", port: 0, version: "0", log: openLog("silent") };
  server = await startServer({ ...options, onAnswer: (name, json) => compareWithSchema(routes[name], json) });
  const context = { env: process.env, cwd: scene.folder };
  await server.open(serverPorts({ ledger: await scene.ledger(), context, folders: [], workState: () => null }));
  return async () => {
    await server.close();
    await scene[Symbol.asyncDispose]();
  };
});
beforeEach(async () => {
  writeFileSync(file, hello("hi"));
  await call("POST", "/sync");
});

function hello(word: string): string {
  return `id: hello\ndescription: Says something.\nprompt: Say ${word}.\nground_truth: {answer_assertions: [{type: Equals, value: ${word}}]}\nsolution: [{tool: answer, args: {text: ${word}}}]\n`;
}

function call(method: string, path: string, body?: object) {
  const init =
    body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
  return ask(`${server.url}/api/v1${path}`, { method, ...init });
}

async function started(benchmark: string): Promise<string> {
  return (await call("POST", "/runs", { benchmark })).json.id;
}

/** What its own answer, the list and the benchmark's page say of the run. */
async function said(id: string, benchmark: string): Promise<(boolean | null)[]> {
  const isOf = (run: { id: string }) => run.id === id;
  const list = (await call("GET", "/runs")).json.runs.find(isOf);
  const recent = (await call("GET", `/benchmarks/${encodeURIComponent(benchmark)}`)).json.recentRuns?.find(isOf);
  const own = (await call("GET", `/runs/${id}`)).json;
  return [own, list, ...(recent === undefined ? [] : [recent])].map(({ isChangedSince }) => isChangedSince);
}

test("a run says that its benchmark's file has changed as soon as it has, and not when it was only touched", async () => {
  const id = await started("hello");
  const head = (await call("GET", "/events?limit=1000")).json.events.length;
  expect(await said(id, "hello")).toEqual([false, false, false]);
  utimesSync(file, new Date(), new Date(Date.now() + 60_000));
  expect(await said(id, "hello")).toEqual([false, false, false]);
  expect((await call("GET", "/benchmarks/hello")).json.isChangedSince).toBe(false);
  writeFileSync(file, `# a remark\n${hello("hi")}`);
  expect(await said(id, "hello")).toEqual([false, false, false]);
  writeFileSync(file, hello("hello"));
  expect(await said(id, "hello")).toEqual([true, true, true]);
  expect((await call("GET", "/benchmarks/hello")).json.isChangedSince).toBe(true);
  writeFileSync(file, hello("hi"));
  expect(await said(id, "hello")).toEqual([false, false, false]);
  expect((await call("GET", "/events?limit=1000")).json.events).toHaveLength(head);
});

test("after a scan a run of before still says so, and a new one does not", async () => {
  const before = await started("hello");
  writeFileSync(file, hello("hello"));
  await call("POST", "/sync");
  const after = await started("hello");
  expect([(await said(before, "hello"))[0], (await said(after, "hello"))[0]]).toEqual([true, false]);
});

test("a file that is gone or cannot be read leaves nothing to compare with", async () => {
  const id = await started("hello");
  writeFileSync(file, "id: [");
  expect((await said(id, "hello")).slice(0, 2)).toEqual([null, null]);
  expect((await call("GET", "/benchmarks/hello")).json.isChangedSince).toBe(true);
  rmSync(file);
  expect((await said(id, "hello")).slice(0, 2)).toEqual([null, null]);
  const inline = { id: "nowhere", yaml: hello("x").replace("id: hello", "id: nowhere") };
  const elsewhere = (await call("POST", "/runs", { inline })).json;
  expect(elsewhere.isChangedSince).toBeNull();
});

test("a change of the cases beside a file is a change of their benchmarks alone", async () => {
  const id = await started("many/a");
  expect((await said(id, "many/a"))[0]).toBe(false);
  writeFileSync(cases, '{"id":"a","vars":{"word":"x"}}\n{"id":"b","vars":{"word":"y"}}\n');
  expect((await said(id, "many/a"))[0]).toBe(false);
  writeFileSync(cases, '{"id":"a","vars":{"word":"z"}}\n');
  expect((await said(id, "many/a"))[0]).toBe(true);
});

test("what is upserted over a file is what its runs are compared with", async () => {
  const id = await started("hello");
  await call("POST", "/upsert-yml", { yaml: hello("upserted") });
  expect((await said(id, "hello"))[0]).toBe(true);
  const next = await started("hello");
  expect((await said(next, "hello"))[0]).toBe(false);
});
