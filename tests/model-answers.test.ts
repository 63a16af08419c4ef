// Answers that are unlike others, from the wire to the score: very long ones, ones that come slowly and are given up, and
// ones of which nobody said what they used.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startWireServer, type WireScript, type WireServer } from "../src/models/wire-server.fixture.ts";
import { workplace } from "./command-line.ts";
import { until } from "./scene.ts";

const timeout = 240_000;

let place: ReturnType<typeof workplace>;
let server: WireServer | null = null;
beforeEach(() => {
  place = workplace();
  const truth = "ground_truth: {answer_assertions: [{type: Contains, value: the last word}]}";
  writeFileSync(join(place.folder, "say.yml"), `description: d\nprompt: Say the last word.\n${truth}\n`);
});
afterEach(async () => {
  place[Symbol.dispose]();
  await server?.close();
});

async function against(script: WireScript, ...options: string[]) {
  server = await startWireServer(script);
  const ran = await place.run(["run", "say.yml", "--agent", "glm-4.6", "--json", ...options], server.env);
  return { ...ran, run: JSON.parse(ran.stdout) };
}

async function eventsOf(id: string, type: string) {
  const lines = (await place.ask(["export", id, "--format", "jsonl"])).stdout.trim().split("\n");
  return lines.map((line) => JSON.parse(line)).filter((event) => event.type === type);
}

test("an answer of many thousands of tokens is scored as a whole, though an event holds part of it", {
  timeout,
}, async () => {
  const words = Array.from({ length: 60_000 }, (_, index) => `w${index}`).join(" ");
  const { run, stderr } = await against([{ text: `${words} the last word`, usage: { input: 9, output: 90_000 } }]);
  expect(run, stderr).toMatchObject({ status: "completed", score: 1, passed: true, usage: { tokens: 90_009 } });
  const [answered] = await eventsOf(run.id, "model.answered");
  expect(Buffer.byteLength(JSON.stringify(answered))).toBeLessThan(300 * 1024);
});

test("an answer that nobody counted has no cost, which is not none", { timeout }, async () => {
  const { run, stderr } = await against([{ text: "the last word", usage: null }]);
  expect(run, stderr).toMatchObject({ status: "completed", score: 1, usage: { modelCalls: 1, costUsd: null } });
  const [answered] = await eventsOf(run.id, "model.answered");
  expect(answered.data).toMatchObject({ costUsd: null, usage: { inputTokens: null, outputTokens: null } });
});

test("a cancel in the middle of an answer ends the run without force, and the record says what was given up", {
  timeout,
}, async () => {
  // An answer of hours: whoever waited for its end would be killed when the grace is over.
  const slow = { text: "word ".repeat(5_000), tokenMs: 2_000 };
  server = await startWireServer(() => slow);
  const { requests, underWay } = server;
  const started = place.start(["run", "say.yml", "--agent", "glm-4.6", "--jsonl"], server.env);
  const id = /"runId":"([0-9a-f-]+)"/.exec(await started.shows("stdout", '"runId"'))?.[1] ?? "";
  await started.shows("stdout", "model.requested");
  await until("the model is asked", () => requests.length === 1);
  const cancelled = await place.run(["cancel", id]);
  expect(cancelled.code, cancelled.stderr).toBe(0);
  await started.ended;
  await until("the connection is closed", () => underWay() === 0);
  expect(requests).toHaveLength(1);
  const [failed] = await eventsOf(id, "model.failed");
  expect(failed.data.error).toMatchObject({ code: "model.stopped", origin: "agent" });
  const [ended] = await eventsOf(id, "attempt.ended");
  expect(ended.data).toMatchObject({
    outcome: "cancelled",
    evidence: { exit: { code: 0, signal: null }, killedFor: null },
  });
  expect((await place.ask(["why", id])).stdout).toContain("cancel");
});
