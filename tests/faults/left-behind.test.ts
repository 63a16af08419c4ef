// Commands that wait for a run which somebody else supervises, and that one dies: they see to it themselves, however much
// else goes on in the ledger, and a cancel that was asked of them takes effect.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { RunStatus } from "../../src/core/moves.ts";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { startCommand } from "../command-in-scene.ts";
import { fixture, Scene, until } from "../scene.ts";

const testMsMax = 120_000;
/** Between two changes of the ledger that have nothing to do with the run; well below what a command waits in silence. */
const noiseMs = 100;

/** The id of the newest run in this status. */
function newest(scene: Scene, status: RunStatus): Promise<string> {
  return until(`a run is ${status}`, async () => {
    const ledger = await scene.ledger();
    return (await ledger.listRuns({ statuses: [status] }, { pageSize: 1 })).runs[0]?.id;
  });
}

const limit = (ledger: Ledger, key: string) =>
  ledger.record({ type: "limit.set", data: { key, max: 1, who: "test" } }, "test");

/** Changes the ledger again and again until it is disposed of. */
function noise(ledger: Ledger): AsyncDisposable {
  let last: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    last = last.then(() => limit(ledger, "agent:nobody"));
  }, noiseMs);
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await last;
    },
  };
}

test("watch adopts a run whose supervisor dies also where the ledger never comes to rest", {
  timeout: testMsMax,
}, async () => {
  await using scene = new Scene();
  const end = join(scene.folder, "end");
  const exec = startCommand(scene, ["exec", "--", ...fixture("reports-until-told.mjs", end)]);
  const runId = await newest(scene, "running");
  await using _noise = noise(await scene.ledger());
  const watch = startCommand(scene, ["watch", runId]);
  let shown = "";
  watch.child.stderr?.on("data", (text) => {
    shown += text;
  });
  await until("it is watched", () => shown.includes("started"));
  await exec.kill();
  await until("it is adopted", async () => (await scene.events(runId)).some(({ type }) => type === "attempt.adopted"));
  writeFileSync(end, "");
  expect((await watch.ended).code).toBe(0);
  await scene.expectVerified();
});

test("an exec whose run another worker took adopts it when that worker dies, and its Ctrl-C still cancels", {
  timeout: testMsMax,
}, async () => {
  await using scene = new Scene();
  const ledger = await scene.ledger();
  const [end, never] = ["end", "never"].map((name) => join(scene.folder, name)) as [string, string];
  await limit(ledger, "label:k=v");
  const program = (file: string) => ["exec", "--label", "k=v", "--", ...fixture("reports-until-told.mjs", file)];
  const first = startCommand(scene, program(end));
  await newest(scene, "running");
  const second = startCommand(scene, program(never));
  const runId = await newest(scene, "queued");
  // It is asleep when there is room, so that the worker is faster.
  second.child.kill("SIGSTOP");
  writeFileSync(end, "");
  await first.ended;
  const worker = startCommand(scene, ["worker"]);
  await until("the worker has it", async () => (await scene.status(runId)).status === "running");
  second.child.kill("SIGCONT");
  await worker.kill();
  await until("it is adopted", async () => (await scene.events(runId)).some(({ type }) => type === "attempt.adopted"));
  second.child.kill("SIGINT");
  expect((await second.ended).code).toBe(130);
  expect(await scene.status(runId)).toMatchObject({ status: "cancelled", attempt: { number: 1 } });
  await scene.expectVerified();
});
