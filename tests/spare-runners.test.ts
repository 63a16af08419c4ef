// A spare runner that got ready for its work must do nothing else than a fresh one: the same record, to the byte.

import { existsSync, mkdirSync, readdirSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { startWorker } from "../src/worker/worker.ts";
import { benchmark001, runnerUrl, Scene, until } from "./scene.ts";

it("a spare that has rehearsed on a world of its own leaves the same record as a runner that has not", async () => {
  await using scene = new Scene();
  const ledger = await scene.ledger();
  await using worker = await startWorker({ ledger, runnerUrl, build: "source", spares: 1, keepsSpares: true });
  // The first run's spare was told nothing; the one booted in its place knows what for.
  const records: string[] = [];
  for (let run = 0; run < 3; run += 1) {
    const { id } = await scene.run(benchmark001(), worker);
    records.push(await recordOf(scene, id));
  }
  expect(records[1]).toBe(records[0]);
  expect(records[2]).toBe(records[0]);
  await scene.expectVerified();
});

it("a spare that is not used ends with its worker and leaves no folder", async () => {
  await using scene = new Scene();
  const ledger = await scene.ledger();
  const worker = await startWorker({ ledger, runnerUrl, build: "source", spares: 1, keepsSpares: true });
  await scene.run(benchmark001(), worker);
  await worker.close();
  const spares = `${scene.home}/spares`;
  await until("the spares to be gone", () => !existsSync(spares) || readdirSync(spares).length === 0);
});

/** What the run did, without what differs between any two runs: times, and who ran it. */
async function recordOf(scene: Scene, runId: string): Promise<string> {
  const events = await scene.events(runId);
  const own = events.filter(({ type }) => !/^(run\.(queued|completed)|attempt\.)/.test(type));
  expect(own.length).toBeGreaterThan(5);
  return JSON.stringify(own.map(({ type, data }) => ({ type, data: { ...data, ms: 0 } })));
}

it("a spare that died is passed over, and what dead workers left is tidied up when it is old", async () => {
  await using scene = new Scene();
  await scene.ledger();
  const old = join(scene.home, "spares", "old");
  const young = join(scene.home, "spares", "young");
  for (const folder of [old, young]) mkdirSync(folder, { recursive: true });
  utimesSync(old, 0, 0);
  const worker = await scene.worker({ spares: 1 });
  expect([existsSync(old), existsSync(young)]).toEqual([false, true]);
  const [spare = -1] = await until("the spare is there", () =>
    scene.processes().length > 0 ? scene.processes() : null,
  );
  process.kill(spare, "SIGKILL");
  await until("it is gone", () => scene.processes().length === 0);
  expect(await scene.run(benchmark001(), worker)).toMatchObject({ status: "completed", score: 1 });
  await scene.expectVerified();
});

it("a folder in the way of an attempt gives the claim back, and the next attempt has another folder", async () => {
  await using scene = new Scene();
  const worker = await scene.worker({ spares: 1 });
  const runId = await scene.queue(benchmark001(), worker);
  mkdirSync(join(scene.folderOf(runId), "something"), { recursive: true });
  expect(await scene.supervise(runId, worker)).toMatchObject({ status: "completed", attempt: { number: 2 } });
  expect(await scene.ending(runId)).toMatchObject({ outcome: "given_back" });
  await scene.expectVerified();
});
