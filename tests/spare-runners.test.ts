// A spare runner that got ready for its work must do nothing else than a fresh one: the same record, to the byte.

import { existsSync, readdirSync } from "node:fs";
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
