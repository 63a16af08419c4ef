// Model runs that are left to workers: who has the key takes them, and who waits says which key is missing.

import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { solvesSolTransfer, startWireServer, type WireServer } from "../src/models/wire-server.fixture.ts";
import { workplace } from "./command-line.ts";

const transfer = fileURLToPath(new URL("../benchmarks/001-sol-transfer.yml", import.meta.url));

let place: ReturnType<typeof workplace>;
let server: WireServer;
beforeEach(async () => {
  place = workplace();
  server = await startWireServer(solvesSolTransfer);
});
afterEach(async () => {
  place[Symbol.dispose]();
  await server.close();
});

test("a queued run waits for a worker with its key, says so, and runs with the key of the worker that takes it", async () => {
  const queued = await place.run(["run", transfer, "--agent", "glm-4.6", "--queue", "--json"]);
  expect(queued.code, queued.stderr).toBe(0);
  const { id } = JSON.parse(queued.stdout);
  const idle = place.start(["worker", "--slots", "1", "--jsonl"], { OPENAI_API_KEY: "the-key-of-another" });
  await idle.shows("stdout", '"started"');
  const shown = JSON.parse((await place.run(["show", id, "--json"])).stdout);
  expect(shown).toMatchObject({
    status: "queued",
    waitingFor: [{ reason: "worker", message: "no worker has ZAI_API_KEY" }],
  });
  const { ZAI_API_KEY = "", ZAI_API_URL = "" } = server.env;
  const able = await place.run(["worker", "--until-idle", "--slots", "1"], { ZAI_API_KEY, ZAI_API_URL });
  expect(able.code, able.stderr).toBe(0);
  const done = JSON.parse((await place.run(["show", id, "--json"])).stdout);
  expect(done).toMatchObject({ status: "completed", score: 1, passed: true });
  idle.child.kill("SIGTERM");
  await idle.ended;
});
