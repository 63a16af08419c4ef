import { expect, it } from "vitest";
import { benchmark001, fixture, program, Scene } from "./scene.ts";

it("benchmark 001 runs in an isolated process on the real VM, scores 1, and the ledger agrees with itself", async () => {
  await using scene = new Scene();
  const worker = await scene.worker();
  const run = await scene.run(benchmark001(), worker);
  console.log(JSON.stringify(run).slice(0,1500));
  console.log((await scene.events(run.id)).map((e) => `${e.seq} ${e.type} ${e.at} ${e.recordedAt}`).join("\n"));
  expect(run).toMatchObject({ status: "completed", score: 1, passed: true, endedBy: "agent" });
  await scene.expectVerified();
});
