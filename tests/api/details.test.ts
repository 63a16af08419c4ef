// What is rarer: configured commands, files of runs, runs without content, experiments that go on, second thoughts.

import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { serverPorts } from "../../src/cli/serve-ports.ts";
import {
  complete,
  conclusionOf,
  endingOf,
  ingest,
  queue,
  start,
  startedRecord,
} from "../../src/ledger/contract/samples.contract.ts";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { routes } from "../../src/protocol/http.ts";
import { openLog } from "../../src/server/log.ts";
import { type Server, startServer } from "../../src/server/server.ts";
import type { Scene } from "../scene.ts";
import { ask, compareWithSchema, type Served, servedScene } from "./served.ts";

let scene: Scene;
let served: Served;
let ledger: Ledger;

beforeAll(async () => {
  const made = await servedScene();
  ({ scene, served } = made);
  ledger = await scene.ledger();
  return made.end;
});

async function withCommands(): Promise<Server> {
  const server = await startServer({
    ...{ host: "127.0.0.1", port: 0, version: "0", log: openLog("silent") },
    onAnswer: (name, json) => compareWithSchema(routes[name], json),
  });
  const context = { env: process.env, cwd: scene.folder };
  const ports = serverPorts({ ledger, context, folders: [], workState: () => null });
  const commands = { nightly: { argv: ["true"], cwd: scene.folder, cleanEnv: true } };
  await server.open({ ...ports, commands });
  return server;
}

test("a command is started by its configured name, and never by a program that a request names", async () => {
  await using server = await withCommands();
  const post = (body: object) =>
    ask(`${server.url}/api/v1/runs`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  expect(await post({ command: "nightly", labels: { by: "cron" } })).toMatchObject({
    status: 201,
    json: { kind: "command", subject: { id: "nightly" }, agent: null, seed: null },
  });
  for (const command of ["true", "/bin/sh", "constructor"]) {
    expect(await post({ command })).toMatchObject({ status: 404, json: { code: "command.unknown" } });
  }
  expect(await post({ command: "nightly", benchmark: "001" })).toMatchObject({ status: 400 });
  expect(await post({})).toMatchObject({ status: 400 });
});

test("files are found by their recorded name, come as attachments, and are never shown by a browser", async () => {
  const digest = await ledger.putBlob(Buffer.from("<script>alert(1)</script>"));
  const run = await start(ledger);
  const written = (name: string, of = digest): [string, object] => [
    "artifact.written",
    { name, bytes: 25, digest: of },
  ];
  await ingest(ledger, run, startedRecord, written("out/p'a ge.html"), written("gone.txt", `sha256:${"0".repeat(64)}`));
  const base = `/runs/${run.runId}/files`;
  const { files } = (await served.get(base)).json;
  expect(files.map(({ name }: { name: string }) => name)).toEqual(["out/p'a ge.html", "gone.txt"]);
  const file = await served.get(`${base}/${encodeURIComponent("out/p'a ge.html")}`);
  expect(file.text).toBe("<script>alert(1)</script>");
  const header = (name: string) => file.headers.get(name);
  expect(header("content-disposition")).toBe("attachment; filename*=UTF-8''p%27a%20ge.html");
  expect(header("content-type")).toBe("application/octet-stream");
  expect(header("content-security-policy")).toBe("sandbox; default-src 'none'");
  expect(header("x-content-type-options")).toBe("nosniff");
  for (const name of ["gone.txt", "none", "..%2fjournal.jsonl"]) {
    expect(await served.get(`${base}/${name}`)).toMatchObject({ status: 404, json: { code: "file.unknown" } });
  }
});

test("a run whose content is not here is not run once more, and says why", async () => {
  const digest = `sha256:${"1".repeat(64)}`;
  const run = await complete(ledger, { subject: { kind: "benchmark", id: "elsewhere", digest } });
  const again = await served.send("POST", `/runs/${run.runId}:again`);
  expect(again).toMatchObject({ status: 409, json: { code: "run.no-content" } });
});

test("again with the same key makes one run, also after the earlier one was deleted", async () => {
  const run = await complete(ledger);
  const once = () => served.send("POST", `/runs/${run.runId}:again`, undefined, { "idempotency-key": "again-1" });
  const { id } = (await once()).json;
  expect((await once()).json.id).toBe(id);
  expect((await served.send("DELETE", `/runs/${run.runId}`)).status).toBe(200);
  expect(await once()).toMatchObject({ status: 201, json: { id } });
  const bad = await served.send("POST", `/runs/${run.runId}:again`, undefined, { "idempotency-key": "a b" });
  expect(bad).toMatchObject({ status: 400, json: { code: "request.invalid" } });
});

test("output is read from the ledger's copy once the folder is gone, and nothing follows a link", async () => {
  const run = await start(ledger);
  await ledger.putLog([{ runId: run.runId, attempt: 1, stream: "stderr", offset: 0, bytes: Buffer.from("Grüße") }]);
  const logs = (query: string) => served.get(`/runs/${run.runId}/logs?stream=stderr${query}`);
  expect((await logs("")).json).toEqual({
    ...{ bytes: 7, cut: null, writtenAt: null },
    attempt: 1,
    stream: "stderr",
    offset: 0,
    next: 7,
    isAtEnd: false,
    text: "Grüße",
  });
  expect((await logs("&limit=3")).json).toMatchObject({ next: 2, text: "Gr" });
  expect((await logs("&offset=7")).json).toMatchObject({ next: 7, isAtEnd: true, text: "" });
  const folder = join(scene.home, "runs", run.runId, "1");
  mkdirSync(join(folder, "stderr.log"), { recursive: true });
  expect((await logs("")).json.text).toBe("Grüße");
  rmSync(join(scene.home, "runs", run.runId), { recursive: true });
  const unbegun = await queue(ledger);
  expect((await served.get(`/runs/${unbegun}/logs`)).json).toMatchObject({ attempt: 0, text: "", isAtEnd: true });
});

describe("views in pages", () => {
  test("hold each item once", async () => {
    const run = await start(ledger);
    const said = (n: number): [string, object] => ["log.written", { level: "info", message: `line ${n}` }];
    await ingest(ledger, run, startedRecord, ...Array.from({ length: 25 }, (_, n) => said(n)));
    const lines: string[] = [];
    for (let after = 0; ; ) {
      const { json } = await served.get(`/runs/${run.runId}/messages?limit=4&after=${after}`);
      lines.push(...json.items.map(({ text }: { text: string }) => text));
      if (json.next === null) break;
      after = json.next;
    }
    expect(lines).toEqual(Array.from({ length: 25 }, (_, n) => `line ${n}`));
    expect((await served.get(`/runs/${run.runId}/events?after=3&limit=2`)).json).toMatchObject({
      next: 5,
      hasMore: true,
    });
    const odd = await served.get(`/runs/${run.runId}/events`, { accept: "text/event-stream", "last-event-id": "x" });
    expect(odd.status).toBe(400);
    expect((await served.get("/events?runs=changes")).status).toBe(400);
  });
});

describe("experiments that go on", () => {
  const plan = { benchmarks: ["001-sol-transfer"], trials: 2, conditions: [{ name: "short", limits: { turns: 2 } }] };
  const lostRun = async (experimentId: string) => {
    const { runs } = await ledger.listRuns({ experimentId, statuses: ["queued"] }, { pageSize: 1 });
    const run = runs[0];
    if (run === undefined) throw new Error("a run is queued");
    const { run: claimed } = await ledger.execute(run.id, { type: "claim", ...claimOf() }, "test");
    const claimId = claimed.attempt?.claimId ?? "";
    const error = { code: "runner.gone", origin: "runner" as const, message: "gone" };
    const started = { runId: run.id, attempt: 1, claimId, journal: (await start(ledger)).journal };
    await ledger.conclude(conclusionOf(started, endingOf("gone", error)));
    return run.id;
  };
  const claimOf = () => ({ worker: "w", place: { bootId: "b", pidns: "p" }, claimId: crypto.randomUUID() });

  test("resume puts back what was lost, retry what broke, and a condition's limits are its runs'", async () => {
    const { id } = (await served.send("POST", "/experiments", plan)).json;
    const lost = await lostRun(id);
    expect((await scene.status(lost)).limits.turns).toBe(2);
    expect((await served.get(`/runs/${lost}`)).json.status).toBe("lost");
    expect((await served.send("POST", `/experiments/${id}:resume`)).json).toMatchObject({ changed: 1 });
    await served.send("POST", `/experiments/${id}:cancel`);
    const failed = await served.send("POST", `/experiments/${id}:retry`, { only: "failed" });
    expect(failed.json).toMatchObject({ changed: 0, left: 0 });
    expect((await served.send("POST", `/experiments/${id}:retry`)).json).toMatchObject({ changed: 2 });
  });

  test("pages of the list and of events go on from their tokens", async () => {
    for (let n = 0; n < 3; n += 1) await served.send("POST", "/experiments", { ...plan, trials: 1, name: `n${n}` });
    const first = (await served.get("/experiments?pageSize=2")).json;
    expect(first.experiments.map(({ name }: { name: string }) => name)).toEqual(["n2", "n1"]);
    const next = (await served.get(`/experiments?pageSize=2&pageToken=${first.nextPageToken}`)).json;
    expect(next.experiments[0].name).toBe("n0");
    expect(await served.get("/experiments?pageToken=x")).toMatchObject({ status: 400 });
    const id = next.experiments[0].id;
    const types: string[] = [];
    for (let after = "", hasMore = true; hasMore; ) {
      const { json } = await served.get(`/experiments/${id}/events?limit=3${after && `&after=${after}`}`);
      types.push(...json.events.map(({ type }: { type: string }) => type));
      ({ cursor: after, hasMore } = json);
    }
    expect(types).toEqual(["experiment.planned", "run.queued"]);
    expect(await served.get("/experiments/nothing")).toMatchObject({
      status: 404,
      json: { code: "experiment.not-found" },
    });
    const taken = await served.send("POST", "/experiments", { ...plan, id });
    expect(taken).toMatchObject({ status: 409, json: { code: "run.id-taken" } });
  });
});

test("filters by time, kind and subject pick what they name, and contradictions are refused", async () => {
  const count = async (query: string) => (await served.get(`/runs?pageSize=500&${query}`)).json.runs.length;
  expect(await count("since=2020-01-01T00:00:00Z")).toBeGreaterThan(3);
  expect(await count("until=2020-01-01")).toBe(0);
  expect(await count("kind=command")).toBe(1);
  expect(await count("scenario=001")).toBe(0);
  expect(await count("agent=nobody")).toBe(0);
  expect((await served.get("/runs?benchmark=a&scenario=b")).status).toBe(400);
  expect((await served.get("/runs?since=yesterday")).status).toBe(400);
  expect((await served.get("/runs?pageSize=1&pageSize=2")).status).toBe(400);
  expect((await served.get("/runs?pageToken=zzz")).status).toBe(400);
  expect((await served.get("/runs?order=oldest&pageSize=1")).json.nextPageToken).not.toBeNull();
  expect((await served.get("/schemas/benchmark")).json.title).toBe("A benchmark of Runledger.");
  expect((await served.get("/benchmarks?pageToken=eA")).status).toBe(400);
  expect((await served.get("/benchmarks/001-sol-transfer/versions")).status).toBe(200);
  const verified = await served.send("POST", "/verify", { ids: [(await served.get("/runs")).json.runs[0].id] });
  expect(verified.json.hasMore).toBe(false);
});
