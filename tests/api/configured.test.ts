// A server that was started with a configuration holds what it queues to it: a limit on cost needs a price, a judge may be
// a model of a provider of one's own, and the configuration's limits are beneath those of a request.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { withProjectConfig } from "../../src/cli/project-config.ts";
import { serverPorts } from "../../src/cli/serve-ports.ts";
import { type RouteName, routes } from "../../src/protocol/http.ts";
import { openLog } from "../../src/server/log.ts";
import { type Server, startServer } from "../../src/server/server.ts";
import { Scene } from "../scene.ts";
import { ask, compareWithSchema } from "./served.ts";

const config = `export default {
  limits: { turns: 7 },
  providers: [{ name: "house", baseUrl: "http://127.0.0.1:9/v1", keyVariable: "HOUSE_API_KEY" }],
  prices: { "openai-compatible:house:priced": { input: 0.1, output: 0.4 } },
};
`;
const judged = `id: judged
description: A judge of the house.
prompt: Say something polite.
ground_truth: {answer_assertions: [{type: Judge, rubric: Polite., model: "openai-compatible:house:judge"}]}
`;

let server: Server;

beforeAll(async () => {
  const scene = new Scene();
  mkdirSync(join(scene.folder, "benchmarks"));
  writeFileSync(join(scene.folder, "runledger.config.ts"), config);
  writeFileSync(join(scene.folder, "benchmarks/judged.yml"), judged);
  const env = await withProjectConfig({ ...process.env }, scene.folder);
  server = await startServer({ host: "127.0.0.1", port: 0, version: "0", log: openLog("silent"), onAnswer });
  const context = { env, cwd: scene.folder };
  await server.open(serverPorts({ ledger: await scene.ledger(), context, folders: [], workState: () => null }));
  return async () => {
    await server.close();
    await scene[Symbol.asyncDispose]();
  };
});

function post(path: string, body: object) {
  const headers = { "content-type": "application/json" };
  return ask(`${server.url}/api/v1${path}`, { method: "POST", body: JSON.stringify(body), headers });
}

function onAnswer(name: RouteName, json: unknown): void {
  compareWithSchema(routes[name], json);
}

const priced = "openai-compatible:house:priced";
const unpriced = "openai-compatible:house:other";
const limits = { cost_usd: 0.5 };

test("a limit on the cost of a model without a known price is refused, with what to do, and nothing is queued", async () => {
  const refused = await post("/runs", { benchmark: "judged", agent: unpriced, limits });
  expect(refused).toMatchObject({ status: 422, json: { code: "provider.no-price", data: { model: unpriced } } });
  expect(refused.json.fix).toContain("tokens");
  const plan = { benchmarks: ["judged"], agents: [priced, unpriced] };
  expect(await post("/experiments", { ...plan, limits })).toMatchObject({ json: { code: "provider.no-price" } });
  const conditions = [{ name: "free" }, { name: "cheap", limits }];
  expect(await post("/experiments", { ...plan, conditions })).toMatchObject({ json: { code: "provider.no-price" } });
  const listed = await ask(`${server.url}/api/v1/runs`, {});
  expect(listed.json.runs).toEqual([]);
});

test("with a price, or without a limit on cost, it is queued", async () => {
  const held = await post("/runs", { benchmark: "judged", agent: priced, limits });
  expect(held).toMatchObject({ status: 201, json: { limits: { cost_usd: 0.5 } } });
  expect(await post("/runs", { benchmark: "judged", agent: unpriced })).toMatchObject({ status: 201 });
  expect(await post("/experiments", { benchmarks: ["judged"], agents: [unpriced] })).toMatchObject({ status: 201 });
});

test("a judge of the configuration's provider is queued, and the run says which key it needs", async () => {
  const { status, json } = await post("/runs", { benchmark: "judged", agent: "deterministic" });
  expect({ status, needs: json.subject?.needs }, JSON.stringify(json)).toEqual({
    status: 201,
    needs: ["HOUSE_API_KEY"],
  });
});

test("limits of the configuration hold where the request says nothing else", async () => {
  const { json } = await post("/runs", { benchmark: "judged", agent: "deterministic" });
  expect(json.limits.turns).toBe(7);
  const asked = await post("/runs", { benchmark: "judged", agent: "deterministic", limits: { turns: 9 } });
  expect(asked.json.limits.turns).toBe(9);
});
