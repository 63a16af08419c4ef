// One run's stream over a real connection, from a ledger in memory that can fail, be slow, or have lost the run.

import { once } from "node:events";
import { createServer, get, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { RunledgerError } from "../core/errors.ts";
import type { LedgerEvent } from "../core/events.ts";
import { foldRun } from "../core/run.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { madeStart, makeStream, queuedBenchmark } from "../views/made-events.ts";
import type { Hub } from "./hub.ts";
import { serveRunStream } from "./run-stream.ts";
import { SseOutput } from "./sse-output.ts";

const whole = makeStream(queuedBenchmark)
  .journal("attempt.started", madeStart)
  .journal("run.progressed", { done: 1 })
  .conclude({ fact: "gone", error: { code: "runner.gone", origin: "runner", message: "nobody saw how it ended" } });
const all = whole.events;
const runId = whole.run.id;

/** A run of which so many events are there yet, and those who listen to it. */
class OneRun {
  there = 3;
  failure: Error | null = null;
  isGone = false;
  onRead: () => void = () => undefined;
  readonly listeners = new Set<(events: readonly LedgerEvent[]) => void>();

  async readEvents(_: string, after: number, limit: number): Promise<LedgerEvent[]> {
    if (this.failure !== null) throw this.failure;
    const read = all.slice(after, Math.min(after + limit, this.there));
    const { onRead } = this;
    this.onRead = () => undefined;
    onRead();
    return read;
  }

  async getRun() {
    return this.isGone ? null : foldRun(all.slice(0, this.there));
  }

  subscribeToRun(_: string, listener: (events: readonly LedgerEvent[]) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Appends events up to this one, and tells of them. */
  push(to: number): void {
    const fresh = all.slice(this.there, to);
    this.there = to;
    for (const listener of this.listeners) listener(fresh);
  }
}

let run: OneRun;
let server: Server;
let from: number;
beforeEach(async () => {
  [run, from] = [new OneRun(), 0];
  server = createServer((_, response) => {
    const output = new SseOutput(response, {});
    serveRunStream({ ledger: run as unknown as Ledger, hub: run as unknown as Hub, output, runId, seq: from });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
});

type Read = { text: string; response: IncomingMessage; ended: Promise<void>; until(wanted: string): Promise<void> };

async function open(): Promise<Read> {
  const { port } = server.address() as AddressInfo;
  const [response] = (await once(get({ port, host: "127.0.0.1", agent: false }), "response")) as [IncomingMessage];
  const read: Read = {
    text: "",
    response,
    ended: once(response, "close").then(() => undefined),
    async until(wanted) {
      while (!read.text.includes(wanted)) await once(response, "data");
    },
  };
  // A connection that is cut ends with an error here, which is what is waited for.
  response.on("error", () => undefined);
  response.setEncoding("utf8").on("data", (part: string) => {
    read.text += part;
  });
  return read;
}

const idsOf = ({ text }: Read) => [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));

test("what comes while it reads is read after it: nothing is missed and nothing is sent twice", async () => {
  run.onRead = () => run.push(4);
  const read = await open();
  await read.until("id: 4");
  run.push(all.length);
  await read.ended;
  expect(idsOf(read)).toEqual(all.map(({ seq }) => seq));
  expect(read.text).toContain(`event: end\ndata: {"status":"lost","seq":${all.length}}`);
  expect(run.listeners.size).toBe(0);
});

test("who asks for what is ahead of the run is told to read anew", async () => {
  from = 9;
  const read = await open();
  await read.ended;
  expect(read.text).toContain("event: reset\nid: \n");
});

test("a run that is deleted under a reader has ended for it, without a status", async () => {
  run.failure = new RunledgerError("run.deleted", "it was deleted");
  const read = await open();
  await read.ended;
  expect(read.text).toContain('event: end\ndata: {"status":null,"seq":0}');
});

test("a ledger that fails, or that does not have the run, cuts the connection, and the client comes back by itself", async () => {
  run.failure = new RunledgerError("ledger.busy", "it does not answer");
  const cut = await open();
  await cut.ended;
  expect(cut.text).toBe("retry: 1000\n\n");
  [run.failure, run.isGone, from] = [null, true, 3];
  const gone = await open();
  await gone.ended;
  expect(gone.text).toBe("retry: 1000\n\n");
  run.isGone = false;
  const again = await open();
  run.push(all.length);
  await again.ended;
  expect(idsOf(again)).toEqual(all.slice(3).map(({ seq }) => seq));
});

test("a client that leaves is not written to any more", async () => {
  const read = await open();
  await read.until("id: 3");
  read.response.destroy();
  while (run.listeners.size > 0) await new Promise((resolve) => setImmediate(resolve));
  run.push(all.length);
  expect(idsOf(read)).toEqual([1, 2, 3]);
});
