// Live streams: no gap and no repeat, whatever happens to the connection, the client or the server.

import { connect } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  conclusionOf,
  endingOf,
  ingest,
  type StartedRun,
  scoreRecord,
  start,
  startedRecord,
} from "../../src/ledger/contract/samples.contract.ts";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { Scene, until } from "../scene.ts";
import { type Message, readStream } from "./read-stream.ts";
import { type Served, serve } from "./served.ts";

let scene: Scene;
let served: Served;
/** The same ledger, as another process has it. */
let writer: Ledger;

beforeAll(async () => {
  scene = new Scene();
  await scene.ledger();
  writer = await scene.openAgain();
});
beforeEach(async () => {
  served = await serve(scene);
});
afterEach(() => served[Symbol.asyncDispose]());
afterAll(async () => {
  await writer.close();
  await scene[Symbol.asyncDispose]();
});

function logs(from: number, count: number, bytes = 0): [string, object][] {
  const padding = "ü".repeat(bytes / 2);
  return Array.from({ length: count }, (_, index) => [
    "log.written",
    { level: "info", message: `line ${from + index}${padding}` },
  ]);
}

async function complete(run: StartedRun): Promise<void> {
  await ingest(writer, run, scoreRecord);
  await writer.conclude(conclusionOf(run, endingOf("ok"), run.journal.finish()));
}

const seqsOf = (messages: readonly Message[]) =>
  messages.filter(({ type }) => type === "message").map(({ id }) => Number(id));
const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, index) => first + index);
const positionsOf = (messages: readonly Message[]) =>
  messages.filter(({ type }) => type === "message").map(({ data }) => JSON.parse(data).position as number);

async function allPositions(after: string | null): Promise<number[]> {
  const page = await writer.readAll(after, 100_000);
  return page.events.map(({ position }) => position);
}

describe("of one run", () => {
  test("it tells what another process writes while it happens, then the end, and closes", async () => {
    const run = await start(writer);
    await using reader = await readStream(`${served.url}/runs/${run.runId}/events`);
    expect(await reader.until(({ id }) => id === "2")).toHaveLength(2);
    await ingest(writer, run, startedRecord, ...logs(1, 50));
    await reader.until(({ id }) => id === "53");
    await complete(run);
    const rest = await reader.until(() => false);
    const { seq = 0 } = (await writer.getRun(run.runId)) ?? {};
    expect(seqsOf(rest)).toEqual(upTo(seq, 54));
    expect(rest.at(-1)).toMatchObject({ type: "end", data: JSON.stringify({ status: "completed", seq }) });
    expect(reader.headers.get("content-type")).toContain("text/event-stream");
  });

  test("whoever comes back with the last id that it has misses nothing and gets nothing twice, from any place", async () => {
    const run = await start(writer);
    await ingest(writer, run, startedRecord, ...logs(1, 20, 5_000));
    await complete(run);
    const { seq = 0 } = (await writer.getRun(run.runId)) ?? {};
    for (let from = 0; from <= seq; from += 1) {
      const headers: Record<string, string> = from === 0 ? {} : { "last-event-id": String(from) };
      await using reader = await readStream(`${served.url}/runs/${run.runId}/events`, headers);
      const messages = await reader.until(() => false);
      expect(seqsOf(messages)).toEqual(upTo(seq, from + 1));
      expect(messages.at(-1)?.type).toBe("end");
    }
  });

  test("no end is told while the policy tries again, and the stream goes on through the next attempt", async () => {
    const retryPolicy = { retries: 1, backoffMs: 0, origins: ["environment" as const] };
    const run = await start(writer, { retryPolicy });
    await using reader = await readStream(`${served.url}/runs/${run.runId}/events`);
    await ingest(writer, run, startedRecord);
    const error = { code: "environment.failed", origin: "environment" as const, message: "broke" };
    await writer.conclude(conclusionOf(run, endingOf("er", error), run.journal.finish("failed")));
    const first = await reader.until(({ data }) => data.includes("run.retry_scheduled"));
    expect(first.map(({ type }) => type)).not.toContain("end");
    await writer.execute(run.runId, { type: "cancel", graceMs: 0 }, "tester");
    const rest = await reader.until(() => false);
    expect(rest.map(({ type }) => type)).toEqual(["message", "end"]);
  });

  test("a number ahead of the run is answered with reset, a deleted run with its end, an unknown one with 404", async () => {
    const run = await start(writer);
    await using ahead = await readStream(`${served.url}/runs/${run.runId}/events`, { "last-event-id": "99" });
    expect(await ahead.until(() => false)).toMatchObject([{ id: null, type: "reset" }]);
    await using watching = await readStream(`${served.url}/runs/${run.runId}/events`);
    await watching.until(({ id }) => id === "2");
    await ingest(writer, run, startedRecord);
    await complete(run);
    await watching.until(({ type }) => type === "end");
    await writer.execute(run.runId, { type: "delete", isForced: false }, "tester");
    expect(await served.get(`/runs/${run.runId}/events`, { accept: "text/event-stream" })).toMatchObject({
      status: 410,
    });
    const unknown = await served.get("/runs/0/events", { accept: "text/event-stream" });
    expect(unknown).toMatchObject({ status: 404, json: { code: "run.not-found" } });
  });
});

describe("of the whole ledger", () => {
  test("readers that lose their connection again and again get every event once and in order", async () => {
    const begin = await writer.headCursor();
    const wanted = 600;
    const read: number[] = [];
    const reading = (async () => {
      let last = begin;
      for (let round = 1; read.length < wanted; round += 1) {
        await using reader = await readStream(`${served.url}/events`, { "last-event-id": last });
        let left = Math.min((round * 37) % 90, wanted - read.length - 1);
        const messages = await reader.until(({ type }) => type === "message" && left-- <= 0);
        read.push(...positionsOf(messages));
        last = messages.at(-1)?.id ?? last;
      }
    })();
    const run = await start(writer);
    await ingest(writer, run, startedRecord);
    for (let from = 3; from <= wanted; from += 7) await ingest(writer, run, ...logs(from, 7));
    await reading;
    expect(read).toEqual((await allPositions(begin)).slice(0, read.length));
    expect(read.length).toBeGreaterThanOrEqual(wanted);
  });

  test("a server that is stopped and started again goes on where its clients were", async () => {
    const begin = await writer.headCursor();
    const run = await start(writer);
    await using before = await readStream(`${served.url}/events?after=${begin}`);
    const first = await before.until(({ type, data }) => type === "message" && data.includes("attempt.claimed"));
    await served.server.close();
    await ingest(writer, run, startedRecord, ...logs(1, 30));
    await using next = await serve(scene);
    await using after = await readStream(`${next.url}/events`, { "last-event-id": first.at(-1)?.id ?? "" });
    const rest = await after.until(({ data }) => data.includes("line 30"));
    expect([...positionsOf(first), ...positionsOf(rest)]).toEqual(await allPositions(begin));
  });

  test("one that begins without a cursor begins now, and can come back to now", async () => {
    await using reader = await readStream(`${served.url}/events`);
    const opened = await reader.next();
    expect(opened).toMatchObject({ type: "open", id: await writer.headCursor() });
    const run = await start(writer);
    const messages = await reader.until(({ data }) => data.includes("attempt.claimed"));
    expect(messages.map(({ data }) => JSON.parse(data).runId)).toEqual([run.runId, run.runId]);
  });

  test("a cursor of another ledger is answered with reset and the end, on a page with 409", async () => {
    await using reader = await readStream(`${served.url}/events`, { "last-event-id": "deadbeef.1" });
    expect((await reader.until(() => false)).map(({ type, id }) => [type, id])).toEqual([
      ["open", null],
      ["reset", null],
    ]);
    expect(await served.get("/events?after=deadbeef.1")).toMatchObject({ status: 409, json: { code: "cursor.reset" } });
  });

  test("a list follows the runs that change, each as it is by then, and those that go", async () => {
    const { json } = await served.get("/runs");
    await using reader = await readStream(`${served.url}/events?runs=changes&after=${json.cursor}`);
    const run = await start(writer);
    const [changed] = (await reader.until(({ type }) => type === "runs")).slice(-1);
    expect(JSON.parse(changed?.data ?? "").runs).toMatchObject([{ id: run.runId }]);
    await ingest(writer, run, startedRecord);
    await complete(run);
    await reader.until(({ data }) => data.includes('"completed"'));
    await writer.execute(run.runId, { type: "delete", isForced: false }, "tester");
    const gone = await reader.until(({ data }) => !data.includes('"deleted":[]'));
    expect(JSON.parse(gone.at(-1)?.data ?? "").deleted).toEqual([run.runId]);
  });

  test("pages by cursor hold every event once", async () => {
    const begin = await writer.headCursor();
    const run = await start(writer);
    await ingest(writer, run, startedRecord, ...logs(1, 25));
    const read: number[] = [];
    for (let after = begin, hasMore = true; hasMore; ) {
      const { json } = await served.get(`/events?limit=7&after=${encodeURIComponent(after)}`);
      read.push(...json.events.map(({ position }: { position: number }) => position));
      ({ cursor: after, hasMore } = json);
    }
    expect(read).toEqual(await allPositions(begin));
  });
});

test("a client that does not read costs the server no memory, and gets everything once it does", async () => {
  const begin = await writer.headCursor();
  const { port } = served.server;
  const socket = connect(port, "127.0.0.1");
  const path = `/api/v1/events?after=${begin}`;
  socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: text/event-stream\r\n\r\n`);
  await until("the stream is open", () => served.server.streams === 1);
  socket.pause();
  const run = await start(writer);
  await ingest(writer, run, startedRecord);
  // 12 MiB: more than the sockets of both ends take.
  for (let from = 1; from <= 1_200; from += 100) await ingest(writer, run, ...logs(from, 100, 10_000));
  const { text } = await served.get("/metrics");
  const waiting = Number(/^runledger_stream_waiting_bytes (\d+)$/m.exec(text)?.[1]);
  expect(waiting).toBeLessThan(8 * 1024 * 1024);
  let received = "";
  socket.setEncoding("utf8").on("data", (part) => {
    received += part;
  });
  socket.resume();
  await until("the last line has come", () => received.includes("line 1200ü"));
  const positions = [...received.matchAll(/^data: \{"position":(\d+),"runId"/gm)].map((match) => Number(match[1]));
  expect(positions).toEqual(await allPositions(begin));
  socket.destroy();
  await until("the stream is gone", () => served.server.streams === 0);
});

test("HEAD gets no stream and no body: the connection is good for the next request", async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = connect(served.server.port, "127.0.0.1");
  let text = "";
  socket.setEncoding("utf8").on("data", (part) => {
    text += part;
  });
  socket.on("close", () => resolve(text));
  const head = (method: string, path: string, more: string) =>
    `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1:${served.server.port}\r\n${more}\r\n`;
  socket.write(head("HEAD", "/api/v1/events", "Accept: text/event-stream\r\n"));
  socket.write(head("GET", "/api/v1/health", "Connection: close\r\n"));
  const answers = (await promise).split(/^(?=HTTP\/1\.1 )/m);
  expect(answers).toHaveLength(2);
  expect(answers[0]).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\n$/);
  expect(answers[1]).toContain('"status":"ok"');
  expect(served.server.streams).toBe(0);
});

test("one stream more than there may be is refused with 429 and when to come back", async () => {
  await using small = await serve(scene, { streamsMax: 1 });
  await using _one = await readStream(`${small.url}/events`);
  const refused = await small.get("/events", { accept: "text/event-stream" });
  expect(refused).toMatchObject({ status: 429, json: { code: "request.too-many" } });
  expect(refused.headers.get("retry-after")).toBe("1");
});
