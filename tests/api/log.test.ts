// The server's log for operators: every request by its id, with the run that it is about, and no noise of states that pass.

import { expect, test } from "vitest";
import { openLog } from "../../src/server/log.ts";
import { startServer } from "../../src/server/server.ts";
import { Scene } from "../scene.ts";
import { ask, serve } from "./served.ts";

/** A log that keeps its lines. */
function keptLog(level: "debug" | "warn") {
  const lines: Record<string, unknown>[] = [];
  return { lines, log: openLog(level, { write: (line) => void lines.push(JSON.parse(line)) }) };
}

test("a request is logged with its id and the run that it made, asked for or was refused for", async () => {
  await using scene = new Scene();
  const { lines, log } = keptLog("debug");
  await using served = await serve(scene, { log });
  const made = await served.send("POST", "/runs", { benchmark: "001-sol-transfer" });
  const { id } = made.json;
  const again = await served.send("POST", "/benchmarks/001-sol-transfer/run", { agent: "deterministic" });
  await served.get(`/runs/${id}`);
  const refused = await served.send("POST", `/runs/${id}:retry`);
  expect(refused.status).toBe(409);
  const none = await served.get("/nothing");
  const answers = lines.filter(({ msg }) => msg === "answered");
  expect(answers.map(({ route, runId, status, code }) => ({ route, runId, status, code }))).toEqual([
    { route: "createRun", runId: id, status: 201 },
    { route: expect.any(String), runId: again.json.execution_id, status: again.status },
    { route: "getRun", runId: id, status: 200 },
    { route: "retryRun", runId: id, status: 409, code: refused.json.code },
    { status: 404, code: "request.unknown-route" },
  ]);
  expect(answers[0]?.requestId).toBe(made.headers.get("x-request-id"));
  expect(`urn:uuid:${answers.at(-1)?.requestId}`).toBe(none.json.instance);
});

test("a server that is starting is told in one line without a stack, whoever asks, and a token is not looked for yet", async () => {
  const { lines, log } = keptLog("warn");
  await using server = await startServer({ host: "127.0.0.1", port: 0, version: "0.1.0", log });
  const headers = { authorization: `Bearer rl_${"0".repeat(12)}_${"a".repeat(43)}` };
  for (const init of [{}, { headers }]) {
    expect(await ask(`${server.url}/api/v1/runs`, init)).toMatchObject({
      status: 503,
      json: { code: "server.starting" },
    });
  }
  expect(server.streams).toBe(0);
  expect(lines).toHaveLength(2);
  for (const line of lines) {
    expect(line).toMatchObject({ level: 40, msg: "answered", status: 503, code: "server.starting" });
    expect(line).not.toHaveProperty("err");
  }
});

test("an address that cannot be listened on is refused with the reason", async () => {
  const options = { port: 0, version: "0.1.0", log: openLog("silent") };
  await expect(startServer({ ...options, host: "203.0.113.7" })).rejects.toMatchObject({ code: "server.bad-address" });
  await using server = await startServer({ ...options, host: "::1" });
  expect(server.url).toBe(`http://[::1]:${server.port}`);
  const taken = startServer({ ...options, host: "::1", port: server.port });
  await expect(taken).rejects.toMatchObject({ code: "server.port-taken" });
});
