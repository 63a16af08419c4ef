// What a server says before its ledger is open and when it is away, and what becomes of a run that is deleted while it
// is at work.

import { existsSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { RunledgerError } from "../../src/core/errors.ts";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { openLog } from "../../src/server/log.ts";
import { startServer } from "../../src/server/server.ts";
import { runFolder } from "../../src/worker/attempt-folder.ts";
import { fixture, program, type Scene, until } from "../scene.ts";
import { readStream } from "./read-stream.ts";
import { ask, type Served, serve, servedScene } from "./served.ts";

let scene: Scene;
let served: Served;

beforeAll(async () => {
  const made = await servedScene();
  ({ scene, served } = made);
  return made.end;
});

test("before the ledger is open health answers, and everything else says that it is starting", async () => {
  const options = { host: "127.0.0.1", port: 0, version: "0.1.0", log: openLog("silent") };
  await using server = await startServer(options);
  const get = (path: string) => ask(`${server.url}${path}`, {});
  expect((await get("/api/v1/health")).json).toMatchObject({ status: "ok", version: "0.1.0" });
  expect(await get("/health")).toMatchObject({ status: 200 });
  expect(await get("/api/v1/ready")).toMatchObject({ status: 503, json: { code: "server.starting" } });
  const runs = await get("/api/v1/runs");
  expect(runs).toMatchObject({ status: 503, json: { code: "server.starting" } });
  expect(runs.headers.get("retry-after")).toBe("1");
  expect((await get("/metrics")).text).toContain("nodejs_eventloop_lag");
  expect((await get("/api/v1/openapi.json")).json.openapi).toBe("3.1.0");
});

test("while the ledger is away health answers, ready says why not, and figures of the ledger are missing and not 0", async () => {
  const away = { isAway: false };
  await using alone = await serve(scene, {}, (ledger) => goesAway(ledger, away));
  expect(await alone.get("/ready")).toMatchObject({ status: 200, json: { isReady: true } });
  away.isAway = true;
  expect(await alone.get("/health")).toMatchObject({ status: 200 });
  const ready = await alone.get("/ready");
  expect(ready).toMatchObject({ status: 503, json: { code: "server.not-ready", data: { isReady: false } } });
  expect(ready.json.data.ledger.state).toBe("unreachable");
  const { text } = await alone.get("/metrics");
  expect(text).toContain("runledger_http_requests_total");
  expect(text).not.toMatch(/^runledger_runs\{/m);
  expect(await alone.get("/runs")).toMatchObject({ status: 503, json: { code: "ledger.busy" } });
  away.isAway = false;
  expect(await alone.get("/ready")).toMatchObject({ status: 200 });
});

/** The ledger, whose database does not answer while it is away. */
function goesAway(ledger: Ledger, state: { isAway: boolean }): Ledger {
  return new Proxy(ledger, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      return (...args: unknown[]) => {
        if (state.isAway && name !== "changeMark" && name !== "waitForChange")
          return Promise.reject(new RunledgerError("ledger.busy", "it does not answer"));
        return member.apply(target, args);
      };
    },
  });
}

test("figures tell of runs, the queue, delays and streams", async () => {
  await using _stream = await readStream(`${served.url}/events`);
  const { json } = await served.send("POST", "/runs", { benchmark: "001-sol-transfer" });
  const worker = await scene.worker();
  await (await scene.ledger()).claim(worker.newClaim(), { kinds: ["benchmark"], agents: null, labels: {} });
  await scene.supervise(json.id, worker);
  const text = await until("the claim is counted", async () => {
    const page = (await served.get("/metrics")).text;
    return page.includes("runledger_claim_seconds_count 1") ? page : null;
  });
  expect(text).toContain('runledger_runs{status="completed"} 1');
  expect(text).toContain("runledger_queue_oldest_seconds 0");
  expect(text).toContain("runledger_stream_clients 1");
  expect(text).toMatch(/^runledger_feed_lag_seconds_count [1-9]/m);
  expect(text).toMatch(/^runledger_ingest_lag_seconds_count [1-9]/m);
  expect(text).toContain('runledger_http_requests_total{route="createRun",status="201"} 1');
});

test("a run that is deleted by force while it works is cancelled first, and gone with its files when its processes are", async () => {
  const worker = await scene.worker();
  const id = await scene.queue(program(fixture("never-exits.mjs")), worker);
  const ended = scene.supervise(id, worker).catch((error: { code?: string }) => error.code);
  await until("it runs", async () => (await served.get(`/runs/${id}`)).json.status === "running");
  expect(await served.send("DELETE", `/runs/${id}`)).toMatchObject({ status: 409 });
  await using reader = await readStream(`${served.url}/runs/${id}/events`);
  const asked = await served.send("DELETE", `/runs/${id}?force=true`);
  expect(asked.json).toMatchObject({ id, result: "deleting" });
  expect((await served.get(`/runs/${id}`)).json.status).toBe("cancelling");
  await ended;
  expect(await served.get(`/runs/${id}`)).toMatchObject({ status: 410 });
  expect((await reader.until(() => false)).at(-1)).toMatchObject({ type: "end" });
  expect(existsSync(runFolder({ home: scene.home, runId: id }))).toBe(false);
  expect((await served.send("POST", "/verify", {})).json.isClean).toBe(true);
});

test("a deletion that was asked for before the server died is done by whoever sees the run end", async () => {
  const worker = await scene.worker();
  const id = await scene.queue(program(fixture("never-exits.mjs")), worker);
  const ended = scene.supervise(id, worker).catch((error: { code?: string }) => error.code);
  await until("it runs", async () => (await served.get(`/runs/${id}`)).json.status === "running");
  const dying = await serve(scene);
  await dying.send("POST", "/runs:batchDelete", { ids: [id], force: true });
  await dying.server.close();
  await ended;
  expect((await served.send("POST", "/sync")).status).toBe(200);
  expect(await served.get(`/runs/${id}`)).toMatchObject({ status: 410, json: { code: "run.deleted" } });
  const ids = (await served.get("/runs?pageSize=500")).json.runs.map((run: { id: string }) => run.id);
  expect(ids).not.toContain(id);
});

test("what a run prints is read while it runs, by offset, and no character is cut in two", async () => {
  const worker = await scene.worker();
  const print = 'process.stdout.write("Grüße 🌍".repeat(100)); setInterval(() => {}, 1000)';
  const id = await scene.queue(program([process.execPath, "-e", print]), worker);
  const ended = scene.supervise(id, worker);
  const text = await until("all was printed", async () => {
    let read = "";
    for (let offset = 0; ; ) {
      const { json } = await served.get(`/runs/${id}/logs?limit=7&offset=${offset}`);
      read += json.text;
      offset = json.next;
      if (json.isAtEnd) return read.length === 800 ? read : null;
    }
  });
  expect(text).toBe("Grüße 🌍".repeat(100));
  await served.send("POST", `/runs/${id}:cancel`, { graceMs: 0 });
  await ended;
  const raw = await served.get(`/runs/${id}/logs`, { accept: "text/plain" });
  expect(raw.text).toBe(text);
  expect(raw.headers.get("content-security-policy")).toContain("default-src 'none'");
  expect(await served.get(`/runs/${id}/logs?attempt=2`)).toMatchObject({ status: 400 });
});
