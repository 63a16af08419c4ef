// The typed client against a real server.

import { afterAll, beforeAll, expect, test } from "vitest";
import { type Client, createClient } from "../../src/protocol/http-client.ts";
import { Scene } from "../scene.ts";
import { type Served, serve } from "./served.ts";

let scene: Scene;
let served: Served;
let client: Client;

beforeAll(async () => {
  scene = new Scene();
  served = await serve(scene);
  client = createClient({ url: `${served.server.url}/` });
});
afterAll(async () => {
  await served[Symbol.asyncDispose]();
  await scene[Symbol.asyncDispose]();
});

test("it calls routes by name, with what each of them takes, and gives their JSON", async () => {
  const body = { benchmark: "001-sol-transfer", labels: { team: "a b" } };
  const run = await client.call("createRun", { body, idempotencyKey: "k" });
  expect(await client.call("createRun", { body, idempotencyKey: "k" })).toMatchObject({ id: run.id });
  expect(await client.call("getRun", { params: { id: run.id } })).toMatchObject({ id: run.id, status: "queued" });
  const { runs } = await client.call("listRuns", {
    query: { status: ["queued", "running"], label: "team=a b", pageSize: 5 },
  });
  expect(runs.map(({ id }) => id)).toEqual([run.id]);
  expect(await client.call("cancelRun", { params: { id: run.id } })).toMatchObject({ status: "cancelled" });
  expect(await client.text("runFlow", "text/plain", { params: { id: run.id } })).toContain("flowchart");
  const page = await client.call("runEvents", { params: { id: run.id }, query: { limit: 1 } });
  expect(page).toMatchObject({ next: 1, hasMore: true });
  expect(client.urlOf("allEvents", { query: { after: "a.1" } })).toBe(`${served.url}/events?after=a.1`);
});

test("what the server refuses is thrown as the error that it is", async () => {
  const params = { id: "01a201c5-bf07-7467-aa3d-000000000000" };
  await expect(client.call("getRun", { params })).rejects.toMatchObject({ code: "run.not-found" });
  await expect(client.call("createRun", { body: { benchmark: "001" } })).rejects.toMatchObject({
    code: "benchmark.unknown",
  });
  const fetchText = async () => new Response("<html>", { status: 502 });
  const proxied = createClient({ url: served.server.url, fetch: fetchText });
  await expect(proxied.call("health")).rejects.toMatchObject({ message: expect.stringContaining("502") });
});

test("its token goes along, and nothing of it into the URL", async () => {
  const asked: Request[] = [];
  const noting = async (url: string | URL | Request, init?: RequestInit) => {
    asked.push(new Request(url as string, init));
    return fetch(url, init);
  };
  const wrong = createClient({ url: served.server.url, token: "swordfish", fetch: noting });
  await expect(wrong.call("listRuns")).rejects.toMatchObject({ code: "request.no-token" });
  expect(asked[0]?.headers.get("authorization")).toBe("Bearer swordfish");
  expect(asked[0]?.url).not.toContain("swordfish");
});
