// What lies in the way of a run or of its files: none of it may change what is true, nor stop what is not concerned.

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { newRunId } from "../../src/core/ids.ts";
import { benchmark001, fixture, program, Scene, until } from "../scene.ts";

it("an attempt folder that is there already gives the claim back, and the next attempt completes", async () => {
  await using scene = new Scene();
  const worker = await scene.worker();
  const runId = await scene.queue(benchmark001(), worker);
  mkdirSync(scene.folderOf(runId), { recursive: true });
  writeFileSync(join(scene.folderOf(runId), "somebody-elses"), "");
  const run = await worker.runToEnd(runId, { env: {} });
  expect(run).toMatchObject({ status: "completed", score: 1, attempt: { number: 2 } });
  rmSync(scene.folderOf(runId), { recursive: true });
});

it("session files that cannot be written leave the ending as it is", async () => {
  await using scene = new Scene();
  writeFileSync(join(scene.folder, "logs"), "a file where the folder should be");
  const warnings: Error[] = [];
  const listen = (warning: Error) => void warnings.push(warning);
  process.on("warning", listen);
  try {
    const worker = await scene.worker();
    expect(await scene.run(program(fixture("exits-with.mjs", "0")), worker)).toMatchObject({ status: "completed" });
    await until("the warning", () => warnings.some(({ name }) => name === "RunledgerWarning"));
  } finally {
    process.off("warning", listen);
  }
});

it("one attempt that cannot be settled is named, and the others are settled", async () => {
  await using scene = new Scene();
  const ledger = await scene.ledger();
  const claims = ["gone-1", "gone-2"].map((worker) => ({
    worker,
    place: { bootId: "b", pidns: "p" },
    claimId: worker,
  }));
  const stuck = await scene.queue(benchmark001(), null);
  const free = await scene.queue(benchmark001(), null);
  await ledger.execute(stuck, { type: "claim", ...(claims[0] as (typeof claims)[0]) }, "test");
  await ledger.execute(free, { type: "claim", ...(claims[1] as (typeof claims)[0]) }, "test");
  mkdirSync(join(scene.home, "runs"), { recursive: true });
  writeFileSync(join(scene.home, "runs", stuck), "a file where the folder should be");
  const settled = await scene.settle();
  expect(settled.unsettled).toEqual([{ runId: stuck, why: expect.stringMatching(/ENOTDIR|EEXIST/) }]);
  expect(settled.concluded).toEqual([free]);
  rmSync(join(scene.home, "runs", stuck));
  expect((await scene.settle()).concluded).toEqual([stuck]);
});

it("a run that nobody took in time has timed out when somebody would take it", async () => {
  await using scene = new Scene();
  const worker = await scene.worker();
  const runId = await scene.queue(benchmark001({ queue_s: 0.001 }), null);
  await until("the limit has passed", async () => Date.now() - Date.parse((await scene.status(runId)).queuedAt) > 5);
  expect(await worker.runToEnd(runId, { env: {} })).toMatchObject({
    status: "timed_out",
    endedBy: "limit:queue_s",
    attempt: null,
  });
});

it("a run whose content is missing from the ledger has failed by that name, and leaves nothing to be settled", async () => {
  await using scene = new Scene();
  const worker = await scene.worker();
  const runId = await scene.queue(benchmark001(), worker);
  const { digest } = (await scene.status(runId)).subject;
  const hex = digest.slice("sha256:".length);
  rmSync(join(scene.home, "blobs", hex.slice(0, 2), hex.slice(2)));
  const failed = { status: "failed", error: { code: "ledger.damaged" } };
  expect(await worker.runToEnd(runId, { env: {} })).toMatchObject(failed);
  await expect(worker.runToEnd(newRunId(), { env: {} })).rejects.toMatchObject({ code: "run.not-found" });
  await worker.close();
  expect((await scene.settle()).concluded).toEqual([]);
});
