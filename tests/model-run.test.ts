// Benchmarks that models act on, each run a process of its own, against a server on this machine that speaks the wires
// of the providers and refuses what they would refuse.

import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  solvesSolTransfer,
  startWireServer,
  type WireScript,
  type WireServer,
} from "../src/models/wire-server.fixture.ts";
import { workplace } from "./command-line.ts";

const transfer = fileURLToPath(new URL("../benchmarks/001-sol-transfer.yml", import.meta.url));

let place: ReturnType<typeof workplace>;
let server: WireServer | null = null;
beforeEach(() => {
  place = workplace();
});
afterEach(async () => {
  place[Symbol.dispose]();
  await server?.close();
  server = null;
});

/** Runs a command with every provider played by the script. */
async function against(script: WireScript, args: readonly string[], env: Record<string, string> = {}) {
  server = await startWireServer(script);
  return place.run(args, { ...server.env, ...env });
}

test("a model solves 001 through its tools, and the record says what it asked, said and used", async () => {
  const ran = await against(solvesSolTransfer, ["run", transfer, "--agent", "glm-4.6", "--seed", "7", "--json"]);
  expect(ran.code, ran.stderr).toBe(0);
  const run = JSON.parse(ran.stdout);
  expect(run).toMatchObject({ status: "completed", passed: true, score: 1, endedBy: "agent" });
  expect(run.agent).toMatchObject({ name: "glm-4.6", kind: "model", model: "zai:glm-4.6", reference: false });
  expect(run.usage).toMatchObject({ modelCalls: 2, toolCalls: 3 });
  expect(run.usage.tokens).toBeGreaterThan(0);
});
