// Clients that read lists and details at an even pace each, and one live stream; started by api-load.ts as a process of
// its own.

import { Agent, request } from "node:http";

const [url = "", clients = "100", rate = "5", seconds = "10"] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: Number(clients) });
const readsMs: number[] = [];
const eventsMs: number[] = [];

const stream = request(`${url}/events`, { headers: { accept: "text/event-stream" } }, (response) => {
  response.setEncoding("utf8").on("data", (text: string) => {
    const nowMs = Date.now();
    for (const [, at = ""] of text.matchAll(/"recordedAt":"([^"]{24})"/g)) eventsMs.push(nowMs - Date.parse(at));
  });
});
stream.end();

const { runs } = JSON.parse(await read("/runs?pageSize=50")) as { runs: { id: string }[] };
readsMs.length = 0;
const untilMs = performance.now() + Number(seconds) * 1000;
await Promise.all(Array.from({ length: Number(clients) }, (_, index) => client(index)));
stream.destroy();
agent.destroy();
process.send?.({ ...figures("read", readsMs), ...figures("event", eventsMs) });
process.disconnect?.();

async function client(index: number): Promise<void> {
  const paceMs = 1_000 / Number(rate);
  // Clients that know nothing of each other do not ask at the same moment.
  await new Promise((resolve) => setTimeout(resolve, (paceMs * index) / Number(clients)));
  for (let n = 0; performance.now() < untilMs; n += 1) {
    const begunMs = performance.now();
    await read(n % 2 === 0 ? "/runs?status=running&pageSize=20" : `/runs/${runs[(index + n) % runs.length]?.id}`);
    readsMs.push(performance.now() - begunMs);
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, paceMs - (performance.now() - begunMs))));
  }
}

function read(path: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const asked = request(url + path, { agent }, (response) => {
    let text = "";
    response.setEncoding("utf8").on("data", (part: string) => {
      text += part;
    });
    response.on("end", () => resolve(text)).on("error", reject);
  });
  asked.on("error", reject).end();
  return promise;
}

function figures(name: string, all: number[]): Record<string, number> {
  all.sort((a, b) => a - b);
  const at = (share: number) => Math.round((all[Math.floor((all.length - 1) * share)] ?? 0) * 10) / 10;
  return { [`${name}s`]: all.length, [`${name}P50Ms`]: at(0.5), [`${name}P99Ms`]: at(0.99), [`${name}MaxMs`]: at(1) };
}
