// The files that a whole run leaves for other tools, made by whoever concludes it.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { attributeOf, spansOfTrace } from "../src/views/otlp.fixture.ts";
import { benchmark001, fixture, program, Scene, until } from "./scene.ts";

const traceOf = (scene: Scene, id: string) => join(scene.folder, "logs/sessions", `enhanced_otel_${id}.jsonl`);

test("benchmark 001 leaves a trace beside its session file: its calls within its agent within its attempt", async () => {
  await using scene = new Scene();
  const run = await scene.run(benchmark001(), await scene.worker());
  expect(existsSync(join(scene.folder, "logs/sessions", `session_${run.id}.json`))).toBe(true);
  const spans = spansOfTrace(readFileSync(traceOf(scene, run.id), "utf8"));
  expect(spans.map(({ name }) => name)).toEqual([
    "execute_tool sol_transfer",
    "execute_tool submit",
    "invoke_agent deterministic",
    "attempt 1",
    "run 001-sol-transfer",
  ]);
  const agent = spans[2];
  expect(agent?.events.map(({ name }) => name)).toEqual(["gen_ai.evaluation.result"]);
  expect(spans.every(({ status }) => status.code === 0)).toBe(true);
  await scene.expectVerified();
});

test("a runner that is killed leaves a trace too, in which the attempt is an error and nothing is open", async () => {
  await using scene = new Scene();
  const worker = await scene.worker();
  const id = await scene.queue(program(fixture("never-exits.mjs")), worker);
  const ended = scene.supervise(id, worker);
  const { attempt } = await until("the runner works", async () => {
    const run = await scene.status(id);
    return run.status === "running" && run.attempt?.pid ? run : null;
  });
  process.kill(attempt?.pid ?? 0, "SIGKILL");
  expect(await ended).toMatchObject({ status: "failed", error: { code: "runner.killed" } });
  const spans = spansOfTrace(readFileSync(traceOf(scene, id), "utf8"));
  expect(spans.map(({ name, status }) => [name.split(" ")[0], status.code])).toEqual([
    ["attempt", 2],
    ["run", 2],
  ]);
  const [last] = spans.slice(-1);
  expect(last === undefined ? null : attributeOf(last, "error.type")).toBe("runner.killed");
});
