import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { patientFetch } from "./patient-fetch.ts";

let server: Server | null = null;

afterEach(() => server?.close());

/** Listens, and answers each request with the next of these statuses; 503 is that of a server that starts. */
async function answering(statuses: number[], port = 0): Promise<string> {
  const listening = createServer((_, response) => {
    const status = statuses.shift() ?? 200;
    response.writeHead(status, { connection: "close" });
    response.end(JSON.stringify(status === 503 ? { code: "server.starting" } : { code: "fine" }));
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(port, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
}

async function stop(): Promise<void> {
  await new Promise((resolve) => server?.close(resolve));
}

test("a server that was never there is told of at once", async () => {
  const url = await answering([]);
  await stop();
  await expect(patientFetch(() => expect.fail("it is not asked again"))(url)).rejects.toThrow();
});

test("what reads is asked again while a server is away or starts, and that is told once", async () => {
  let told = 0;
  const ask = patientFetch(() => {
    told += 1;
  });
  const url = await answering([200]);
  await ask(url);
  await stop();
  const asked = ask(url);
  while (told === 0) await new Promise((resolve) => setImmediate(resolve));
  await answering([503, 200], Number(new URL(url).port));
  expect((await asked).status).toBe(200);
  expect(told).toBe(1);
});

test("a change is never asked for twice, and an abort ends the waiting", async () => {
  const ask = patientFetch(() => {});
  const url = await answering([200]);
  await ask(url);
  await stop();
  await expect(ask(url, { method: "POST" })).rejects.toThrow();
  const aborter = new AbortController();
  const asked = ask(url, { signal: aborter.signal });
  setImmediate(() => aborter.abort());
  await expect(asked).rejects.toThrow();
});
