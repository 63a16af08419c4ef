// Several processes find the same attempt without its supervisor: whoever is first ends or adopts it, the others leave.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { newClaimId } from "../../src/core/ids.ts";
import type { Run } from "../../src/core/run.ts";
import { attemptFiles } from "../../src/protocol/attempt-files.ts";
import { settle } from "../../src/worker/settle.ts";
import { nothingSeen, weighEvidence } from "../../src/worker/weigh-evidence.ts";
import { benchmark001, fixture, program, Scene, until } from "../scene.ts";
import { standsStillAtLine } from "./broken-runners.ts";
import { programIsReady, superviseElsewhere } from "./supervise-elsewhere.ts";

test("of processes that settle at once, one ends each attempt", async () => {
  await using scene = new Scene();
  const ledger = await scene.ledger();
  const place = { bootId: "an earlier boot", pidns: "pid:[1]" };
  const runIds: string[] = [];
  for (let round = 0; round < 40; round += 1) {
    const runId = await scene.queue(benchmark001(), null);
    await ledger.execute(runId, { type: "claim", worker: "gone", place, claimId: newClaimId() }, "test");
    runIds.push(runId);
  }
  const said = await Promise.all([scene.cli("ls"), scene.cli("ls"), scene.cli("ls"), scene.settle()]);
  for (const { code, stderr } of said.slice(0, 3) as { code: number; stderr: string }[])
    expect([code, stderr]).toMatchObject([0, expect.any(String)]);
  await scene.settle();
  for (const runId of runIds) {
    expect(await scene.status(runId)).toMatchObject({
      status: "queued",
      attempt: { number: 1, outcome: "given_back" },
    });
  }
  await scene.expectVerified();
});

test("who settles late leaves a run alone that is in its next attempt by then", async () => {
  await using scene = new Scene();
  const ledger = await scene.ledger();
  const runId = await scene.queue(benchmark001(), null);
  const place = { bootId: "an earlier boot", pidns: "pid:[1]" };
  await ledger.execute(runId, { type: "claim", worker: "gone", place, claimId: newClaimId() }, "test");
  const seenBefore = await ledger.liveAttempts();
  await scene.settle();
  const go = join(scene.folder, "go");
  const worker = await scene.worker({ url: scene.faultyRunner("stands-still", standsStillAtLine(3, go)) });
  const ended = scene.supervise(runId, worker);
  await until("the second attempt is under way", async () => (await ledger.journalCursor(runId, 2)).n >= 2);
  const late = new Proxy(ledger, {
    get(target, name) {
      if (name === "liveAttempts") return async () => seenBefore;
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
  expect(await settle(late)).toMatchObject({ concluded: [], unsupervised: [] });
  expect(await scene.status(runId)).toMatchObject({ status: "running", attempt: { number: 2, outcome: null } });
  writeFileSync(go, "");
  expect(await ended).toMatchObject({ status: "completed", score: 1, attempt: { number: 2 } });
  await scene.expectVerified();
});

test("of two adopters one loses; the other takes what waited, and a cancel through it works", async () => {
  await using scene = new Scene();
  const runId = await scene.queue(program(fixture("ignores-sigterm.mjs", scene.folder)), null);
  const supervisor = superviseElsewhere(scene, runId);
  await programIsReady(scene, runId);
  await supervisor.kill();
  const before = await scene.status(runId);
  const adopters = [await scene.worker(), await scene.worker()];
  const adoptions = adopters.map((worker) => worker.adopt(runId));
  const adopted = await until("somebody has adopted it", async () => {
    const run = await scene.status(runId);
    return run.attempt?.claimId === before.attempt?.claimId ? null : run;
  });
  expect(adopted).toMatchObject({ status: "running", attempt: { number: 1, orphanedAt: null } });
  expect(await scene.settle()).toMatchObject({ concluded: [], unsupervised: [] });
  await scene.cancel(runId, 200);
  const [first, second] = (await Promise.all(adoptions)) as [Run | null, Run | null];
  expect([first, second].filter((run) => run === null).length).toBe(1);
  expect(first ?? second).toMatchObject({ status: "cancelled", attempt: { worker: adopted.attempt?.worker } });
  expect(scene.processes()).toEqual([]);
  await scene.expectVerified();
});

test("a supervisor whose claim was adopted from it writes nothing more, sends no signal, and reads the same end", async () => {
  await using scene = new Scene();
  const ledger = await scene.ledger();
  const end = join(scene.folder, "end");
  const zombie = await scene.worker();
  const runId = await scene.queue(program(fixture("waits-for-file.mjs", end)), zombie);
  const zombieEnds = scene.supervise(runId, zombie);
  await programIsReady(scene, runId);
  const { attempt } = await scene.status(runId);
  const claimId = attempt?.claimId ?? "";
  await zombie.close();
  const heir = await scene.worker();
  const heirEnds = heir.adopt(runId);
  await until("it is adopted", async () => (await scene.status(runId)).attempt?.worker === heir.id);
  const batch = { runId, attempt: 1, claimId, actor: "runner", records: [] };
  await expect(ledger.ingest(batch)).rejects.toMatchObject({ code: "run.claim-lost" });
  const ending = weighEvidence({ ...nothingSeen, status: "running", by: "supervisor", hasJournal: true });
  const conclusion = { runId, attempt: 1, claimId, actor: "worker", ending, finishCursor: null };
  await expect(ledger.conclude(conclusion)).rejects.toMatchObject({ code: "run.claim-lost" });
  // The runner obeys the newest claim only.
  const line = { type: "cancel", graceMs: 0, claimId, at: new Date().toISOString() };
  writeFileSync(join(scene.folderOf(runId), attemptFiles.control), `${JSON.stringify(line)}\n`, { flag: "a" });
  writeFileSync(end, "");
  const [one, other] = await Promise.all([zombieEnds, heirEnds]);
  expect(one).toMatchObject({ status: "completed", attempt: { worker: heir.id } });
  expect(other).toEqual(one);
  await scene.expectVerified();
});

test("a runner that is gone by then is concluded by its adopter, and there is nothing to adopt of an ended run", async () => {
  await using scene = new Scene();
  const runId = await scene.queue(program(fixture("never-exits.mjs", scene.folder)), null);
  const supervisor = superviseElsewhere(scene, runId);
  await programIsReady(scene, runId);
  const { attempt } = await scene.status(runId);
  const worker = await scene.worker();
  expect(await worker.adopt(runId)).toBeNull();
  await supervisor.kill();
  process.kill(attempt?.pid ?? Number.NaN, "SIGKILL");
  expect(await worker.adopt(runId)).toMatchObject({ status: "lost", error: { code: "runner.gone" } });
  expect(await worker.adopt(runId)).toBeNull();
  const unbegun = await scene.queue(benchmark001(), null);
  const ledger = await scene.ledger();
  const place = attempt?.place ?? { bootId: "", pidns: "" };
  await ledger.execute(unbegun, { type: "claim", worker: "gone", place, claimId: newClaimId() }, "test");
  expect(await worker.adopt(unbegun)).toMatchObject({ status: "completed", score: 1, attempt: { number: 2 } });
  await scene.expectVerified();
});

test("a run that is deleted by force while it runs is stopped first, and leaves no files", async () => {
  await using scene = new Scene();
  const ledger = await scene.ledger();
  const worker = await scene.worker();
  const runId = await scene.queue(program(fixture("never-exits.mjs", scene.folder)), worker);
  const ended = scene.supervise(runId, worker);
  await programIsReady(scene, runId);
  await ledger.execute(runId, { type: "delete", isForced: true }, "test");
  expect(await ended).toMatchObject({ status: "cancelled" });
  expect(await ledger.isDeleted(runId)).toBe(true);
  await scene.expectVerified();
});
