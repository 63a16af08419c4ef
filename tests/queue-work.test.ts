// The queue as a worker works it, within this process: what it claims, hands back, adopts, ends and leaves, and what it
// tells of that.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Abilities } from "../src/core/queue-view.ts";
import { QueueWork, sayLeft, type WorkNews } from "../src/worker/work-queue.ts";
import { startWorker, type Worker } from "../src/worker/worker.ts";
import { programIsReady } from "./faults/supervise-elsewhere.ts";
import { fixture, program, runnerUrl, Scene, until } from "./scene.ts";

const any: Abilities = { kinds: ["benchmark", "command"], agents: null, labels: {} };
const envOf = () => ({ PATH: process.env.PATH ?? "" });

async function openWorker(scene: Scene, slots: number): Promise<Worker> {
  const ledger = await scene.ledger();
  return startWorker({ ledger, runnerUrl, build: "source", spares: 0, queue: { slots, can: any } });
}

type Told = { work: QueueWork; worker: Worker; news: WorkNews[]; done: Promise<void> };

async function begin(scene: Scene, slots: number, isUntilIdle: boolean): Promise<Told> {
  const ledger = await scene.ledger();
  const worker = await openWorker(scene, slots);
  const news: WorkNews[] = [];
  const onNews = (one: WorkNews) => void news.push(one);
  const work = new QueueWork({ ledger, worker, slots, can: any, envOf, isUntilIdle, onNews });
  return { work, worker, news, done: work.toEnd() };
}

function toldOf(news: readonly WorkNews[], runId: string): string[] {
  return news.flatMap((one) => ("run" in one && one.run.id === runId ? [one.type] : []));
}

test("a run that the policy tries again is handed back to the queue, and taken once more", async () => {
  await using scene = new Scene();
  const what = { ...program(["sh", "-c", "exit 3"]), origins: ["agent" as const], backoffMs: 100 };
  const runId = await scene.queue(what, null, 1);
  const { worker, news, done } = await begin(scene, 1, true);
  await done;
  expect(toldOf(news, runId)).toEqual(["claimed", "handedBack", "claimed", "ended"]);
  expect(await scene.status(runId)).toMatchObject({ status: "failed", attempt: { number: 2 } });
  expect(await sayLeft(await scene.ledger(), worker)).toEqual([]);
  await worker.close();
  await scene.expectVerified();
});

test("what another worker left is adopted, also beyond the slots; what it leaves itself goes on", async () => {
  await using scene = new Scene();
  const ledger = await scene.ledger();
  const end = join(scene.folder, "end");
  const first = await begin(scene, 2, false);
  const runIds = [1, 2].map(() => scene.queue(program(fixture("waits-for-file.mjs", end)), null));
  const [one = "", two = ""] = await Promise.all(runIds);
  for (const runId of [one, two]) await until("it runs", async () => (await scene.status(runId)).status === "running");
  for (const runId of [one, two]) await programIsReady(scene, runId);
  first.work.leave();
  await first.done;
  expect(toldOf(first.news, one)).toEqual(["claimed", "left"]);
  expect((await sayLeft(ledger, first.worker)).toSorted()).toEqual([one, two].toSorted());
  await first.worker.close();
  expect((await scene.status(one)).attempt?.orphanedAt).not.toBeNull();

  const second = await begin(scene, 1, false);
  await until("both were adopted", () => [one, two].every((runId) => toldOf(second.news, runId).includes("adopted")));
  expect(second.work.running).toBe(2);
  const waiting = await scene.queue(program(["sh", "-c", "true"]), null);
  writeFileSync(end, "");
  await until("all have ended", () => [one, two, waiting].every((id) => toldOf(second.news, id).includes("ended")));
  second.work.drain();
  await second.done;
  expect(await ledger.listWorkers()).toMatchObject([{ worker: second.worker.id, isDraining: true }]);
  await sayLeft(ledger, second.worker);
  await second.worker.close();
  expect(await ledger.listWorkers()).toEqual([]);
  await scene.expectVerified();
});

test("a run that nobody can begin for want of a limit waits, and begins when there is room", async () => {
  await using scene = new Scene();
  const ledger = await scene.ledger();
  const limit = (max: number | null) =>
    ledger.record({ type: "limit.set", data: { key: "label:k=v", max, who: "test" } }, "test");
  await limit(0);
  const worker = await scene.worker();
  const runId = await scene.queue({ ...program(["sh", "-c", "true"]), labels: { k: "v" } }, worker);
  const ended = scene.supervise(runId, worker);
  expect((await scene.status(runId)).status).toBe("queued");
  await limit(null);
  expect(await ended).toMatchObject({ status: "completed" });
  expect(readFileSync(join(scene.folderOf(runId), "journal.jsonl"), "utf8")).toContain("attempt.finished");
});
