// Traces in both directions: a run's own go to an OpenTelemetry endpoint when it has ended, and those that its agent
// sends of itself become part of the run.
import { copyFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemLimits } from "../src/core/system-limits.ts";
import type { OtlpBatch } from "../src/views/otlp.ts";
import type { RunResource } from "../src/views/run-resource.ts";
import { workplace } from "./command-line.ts";
import { fixture, repository } from "./scene.ts";

const timeout = 120_000;

type Received = { path: string; headers: IncomingHttpHeaders; batch: OtlpBatch };

let place: ReturnType<typeof workplace>;

beforeEach(() => {
  place = workplace();
  copyFileSync(join(repository, "benchmarks/001-sol-transfer.yml"), join(place.folder, "001-sol-transfer.yml"));
});
afterEach(() => place[Symbol.dispose]());

/** An endpoint that keeps what it gets, and answers with the status. */
async function collector(status: number, { isEndless = false } = {}) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const batch = JSON.parse(await text(request)) as OtlpBatch;
    received.push({ path: request.url ?? "", headers: request.headers, batch });
    response.writeHead(status).write("{}");
    if (!isEndless) response.end();
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function spansIn({ resourceSpans }: OtlpBatch) {
  return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
}

test("the trace of a run is sent when it has ended, with the headers that are asked for", { timeout }, async () => {
  await using endpoint = await collector(200);
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint.url, OTEL_EXPORTER_OTLP_HEADERS: "x-team=a%20b" };
  const { stdout, code } = await place.run(["run", "001-sol-transfer.yml", "--json"], env);
  const { id } = JSON.parse(stdout) as RunResource;
  expect(code).toBe(0);
  expect(endpoint.received).toMatchObject([{ path: "/v1/traces", headers: { "x-team": "a b" } }]);
  const spans = endpoint.received.flatMap(({ batch }) => spansIn(batch));
  expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([id.replaceAll("-", "")]));
  expect(spans.map(({ name }) => name)).toContain("execute_tool submit");
});

test("an endpoint that refuses, or is not there, is told of and changes nothing", { timeout }, async () => {
  await using endpoint = await collector(503);
  const refused = await place.run(["run", "001-sol-transfer.yml"], { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint.url });
  expect([refused.code, refused.stderr]).toEqual([0, expect.stringContaining("answered 503")]);
  const absent = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1" };
  const alone = await place.run(["run", "001-sol-transfer.yml"], absent);
  expect([alone.code, alone.stderr]).toEqual([0, expect.stringContaining("http://127.0.0.1:1 was not reached")]);
  const grpc = { ...absent, OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" };
  expect((await place.run(["run", "001-sol-transfer.yml"], grpc)).stderr).toContain("not by grpc");
});

test("spans that an agent sends of itself are part of its run's trace, and come too late once it has ended", {
  timeout,
}, async () => {
  const server = place.start(["serve", "--port", "0", "--json"]);
  const { url } = JSON.parse(await server.shows("stdout", "\n")) as { url: string };
  const command = fixture("traces-itself.mjs").join(" ");
  const queued = await place.ask(["run", "001-sol-transfer.yml", "--agent-command", command, "--queue", "--json"]);
  const { id } = JSON.parse(queued.stdout) as RunResource;
  await place.ask(["watch", id]);
  const logs = await place.ask(["logs", id]);
  expect(logs.stdout).toContain("answered 200 {}");
  const trace = (await (await fetch(`${url}/api/v1/runs/${id}/trace`)).json()) as OtlpBatch;
  const spans = spansIn(trace);
  const own = spans.find(({ name }) => name === "thinking it over");
  expect(own).toMatchObject({ traceId: id.replaceAll("-", ""), attributes: [{ key: "mood" }] });
  expect(spans.map(({ spanId }) => spanId)).toContain(own?.parentSpanId);
  for (const path of ["/v1/traces", "/api/v1/traces"]) {
    const late = await fetch(`${url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [own] }] }] }),
    });
    expect(await late.json()).toMatchObject({
      partialSuccess: { rejectedSpans: "1", errorMessage: expect.stringContaining("came too late") },
    });
  }
  server.child.kill("SIGTERM");
  await server.ended;
});

test("spans are recorded without the server's secrets, and no more of them than their own limit allows", {
  timeout: 240_000,
}, async () => {
  const secret = "hush-3141592653";
  const server = place.start(["serve", "--port", "0", "--json"], { VAULT_TOKEN: secret });
  await server.shows("stdout", "\n");
  const batches = Math.ceil(systemLimits.receivedSpansMax / 999);
  const command = fixture("floods-spans.mjs", String(batches), secret).join(" ");
  const queued = await place.ask(["run", "001-sol-transfer.yml", "--agent-command", command, "--queue", "--json"]);
  const { id } = JSON.parse(queued.stdout) as RunResource;
  await place.ask(["watch", id]);
  const { stdout } = await place.ask(["logs", id]);
  expect(stdout).toContain("answered {}");
  const rejected = batches * 999 - systemLimits.receivedSpansMax;
  expect(stdout).toContain(`"rejectedSpans":"${rejected}","errorMessage":"run ${id}: a run takes at most 10000 spans`);
  const trace = (await place.ask(["export", id, "--format", "otlp"])).stdout;
  const batch = (line: string) => JSON.parse(line) as OtlpBatch;
  const spans = trace
    .trim()
    .split("\n")
    .flatMap((line) => spansIn(batch(line)));
  const own = spans.filter(({ name }) => name === "s");
  expect(own).toHaveLength(systemLimits.receivedSpansMax);
  expect(trace).not.toContain(secret);
  expect(JSON.stringify(own[0])).toContain("Bearer [masked VAULT_TOKEN]");
  server.child.kill("SIGTERM");
  await server.ended;
});

test("an endpoint that is slow or never ends its answer holds nothing up, and its password is told nobody", {
  timeout,
}, async () => {
  await using endpoint = await collector(200, { isEndless: true });
  const sent = await place.run(["run", "001-sol-transfer.yml"], { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint.url });
  expect([sent.code, sent.stderr]).toEqual([0, expect.not.stringContaining("was not sent")]);
  expect(endpoint.received).toHaveLength(1);
  for (const bad of ["http://me:swordfish@127.0.0.1:1", "ftp://me:swordfish@host"]) {
    const refused = await place.run(["run", "001-sol-transfer.yml"], { OTEL_EXPORTER_OTLP_ENDPOINT: bad });
    expect(refused.stderr).toContain("OTEL_EXPORTER_OTLP_ENDPOINT ");
    expect(refused.stderr).not.toContain("swordfish");
  }
});
