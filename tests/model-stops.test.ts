// Runs that are stopped while their model is still answering: the call is given up, nobody goes on paying for it, and
// the record says what it was that stopped it.

import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startWireServer, type WireScript, type WireServer } from "../src/models/wire-server.fixture.ts";
import { workplace } from "./command-line.ts";
import { until } from "./scene.ts";

const transfer = fileURLToPath(new URL("../benchmarks/001-sol-transfer.yml", import.meta.url));
const never: WireScript = () => ({ text: "late", firstTokenMs: 600_000 });

let place: ReturnType<typeof workplace>;
let server: WireServer;
beforeEach(() => {
  place = workplace();
});
afterEach(async () => {
  place[Symbol.dispose]();
  await server.close();
});

async function failedCalls(id: string) {
  const events = (await place.run(["export", id, "--format", "jsonl"])).stdout.trim().split("\n");
  return events.map((line) => JSON.parse(line)).filter(({ type }) => type === "model.failed");
}

test("a cancel ends the call under way, and the run is cancelled", async () => {
  server = await startWireServer(never);
  const started = place.start(["run", transfer, "--agent", "glm-4.6", "--jsonl"], server.env);
  const id = /"runId":"([0-9a-f-]+)"/.exec(await started.shows("stdout", '"runId"'))?.[1] ?? "";
  await started.shows("stdout", "model.requested");
  await until("the model is asked", () => server.underWay() === 1);
  const shown = JSON.parse((await place.run(["show", id, "--json"])).stdout);
  expect(shown.waitingOn).toMatchObject({ what: "model glm-4.6" });
  const cancelled = await place.run(["cancel", id]);
  expect(cancelled.code, cancelled.stderr).toBe(0);
  await started.ended;
  await until("the connection is closed", () => server.underWay() === 0);
  expect(JSON.parse((await place.run(["show", id, "--json"])).stdout)).toMatchObject({ status: "cancelled" });
  expect((await failedCalls(id)).map(({ data }) => data.error.code)).toEqual(["model.stopped"]);
});

test("the agent's time ends the call under way, and the world is scored as it stands", async () => {
  server = await startWireServer(never);
  const ran = await place.run(["run", transfer, "--agent", "glm-4.6", "--limits", "agent_s=1", "--json"], server.env);
  const run = JSON.parse(ran.stdout);
  expect(run).toMatchObject({ status: "completed", endedBy: "limit:agent_s", score: 0, passed: false });
  await until("the connection is closed", () => server.underWay() === 0);
  expect(await failedCalls(run.id)).toHaveLength(1);
});

test("what a provider could not do is tried again by the policy, and the recording is that of the try that counts", async () => {
  let asked = 0;
  const pay = { from: "USER_WALLET_PUBKEY", to: "RECIPIENT_WALLET_PUBKEY", lamports: 1e8 };
  server = await startWireServer(({ turn }) => {
    asked += 1;
    if (asked === 2) return { status: 403, message: "not now" };
    return turn === 0 ? { calls: [{ tool: "sol_transfer", args: pay }, { tool: "submit" }] } : { text: "Sent." };
  });
  const args = ["run", transfer, "--agent", "glm-4.6", "--retry", "1", "--record", "kept.jsonl", "--json"];
  const ran = await place.run(args, server.env);
  expect(ran.code, ran.stderr).toBe(0);
  expect(JSON.parse(ran.stdout)).toMatchObject({ status: "completed", score: 1, attempt: 2, usage: { modelCalls: 4 } });
  const replayed = await place.run(["run", transfer, "--agent", "glm-4.6", "--replay", "kept.jsonl", "--json"]);
  expect(replayed.code, replayed.stderr).toBe(0);
});
