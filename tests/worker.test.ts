// Workers that stay: real processes that take runs from the queue, die by signal 9, are stopped and drained, while their
// runners go on.

import { cpSync, existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isKnown } from "../src/core/events.ts";
import { newClaimId } from "../src/core/ids.ts";
import { type CommandInScene, startCommand } from "./command-in-scene.ts";
import { programIsReady } from "./faults/supervise-elsewhere.ts";
import { benchmark001, fixture, program, repository, Scene, until } from "./scene.ts";

/** A program that says it is ready, appends each of its steps to a file outside the run, and ends once it may. */
function steps(scene: Scene, name: string, go: string) {
  const witness = join(scene.folder, `witness-${name}`);
  const script = `echo ready; for k in 1 2 3; do echo $k >> '${witness}'; done; while [ ! -e '${go}' ]; do sleep 0.05; done; echo end >> '${witness}'`;
  return { witness, what: program(["sh", "-c", script]) };
}

async function statuses(scene: Scene, runIds: readonly string[]): Promise<string[]> {
  return Promise.all(runIds.map(async (runId) => (await scene.status(runId)).status));
}

async function allAre(scene: Scene, runIds: readonly string[], status: string): Promise<void> {
  await until(`all are ${status}`, async () => (await statuses(scene, runIds)).every((one) => one === status));
}

async function exited(worker: CommandInScene): Promise<{ code: number | null; stderr: string }> {
  return worker.ended;
}

test("20 runs of a worker that is killed go on, and end once each, with a worker that was there all along", async () => {
  await using scene = new Scene();
  const go = join(scene.folder, "go");
  const first = startCommand(scene, ["worker", "--slots", "20"]);
  const made = Array.from({ length: 20 }, (_, index) => steps(scene, String(index), go));
  const runIds: string[] = [];
  for (const { what } of made) runIds.push(await scene.queue(what, null));
  await allAre(scene, runIds, "running");
  // One slot, and 20 runs to adopt: what runs already is never turned away.
  const second = startCommand(scene, ["worker", "--slots", "1", "--drain"]);
  await until("the second is listed", async () => (await (await scene.ledger()).listWorkers()).length === 2);
  await first.kill();
  await until("all were adopted", async () =>
    (await Promise.all(runIds.map((id) => adoptions(scene, id)))).every((n) => n === 1),
  );
  for (const runId of runIds) await programIsReady(scene, runId);
  writeFileSync(go, "");
  await allAre(scene, runIds, "completed");
  second.child.kill("SIGTERM");
  expect(await exited(second)).toMatchObject({ code: 0 });
  for (const { witness } of made) expect(readFileSync(witness, "utf8")).toBe("1\n2\n3\nend\n");
  for (const runId of runIds) {
    expect((await scene.status(runId)).attempt?.number).toBe(1);
    const endings = (await scene.events(runId)).filter(({ type }) => type === "attempt.ended");
    expect(endings).toHaveLength(1);
  }
  await scene.expectVerified();
}, 90_000);

async function adoptions(scene: Scene, runId: string): Promise<number> {
  return (await scene.events(runId)).filter(({ type }) => type === "attempt.adopted").length;
}

test("a worker that is started after the death of another takes up what that one left", async () => {
  await using scene = new Scene();
  const end = join(scene.folder, "end");
  const worker = startCommand(scene, ["worker", "--slots", "1"]);
  const runId = await scene.queue(program(fixture("waits-for-file.mjs", end)), null);
  const waiting = await scene.queue(benchmark001(), null);
  await until("it runs", async () => (await scene.status(runId)).status === "running");
  await programIsReady(scene, runId);
  await worker.kill();
  const next = startCommand(scene, ["worker", "--slots", "2", "--until-idle"]);
  await until("the one that waited is done", async () => (await scene.status(waiting)).status === "completed");
  writeFileSync(end, "");
  expect(await exited(next)).toMatchObject({ code: 0 });
  expect(await scene.status(runId)).toMatchObject({ status: "completed", attempt: { number: 1 } });
  await scene.expectVerified();
});

test("SIGTERM leaves its runs to others, and says so of each; with --drain it waits for them", async () => {
  await using scene = new Scene();
  const end = join(scene.folder, "end");
  const worker = startCommand(scene, ["worker"]);
  const runId = await scene.queue(program(fixture("waits-for-file.mjs", end)), null);
  await until("it runs", async () => (await scene.status(runId)).status === "running");
  await programIsReady(scene, runId);
  worker.child.kill("SIGTERM");
  expect(await exited(worker)).toMatchObject({ code: 0, stderr: expect.stringContaining("left to others") });
  const left = await scene.events(runId);
  const orphaned = left.filter(isKnown).find(({ type }) => type === "attempt.orphaned");
  expect(orphaned?.data).toMatchObject({ evidence: expect.stringContaining("was asked to stop and left it") });
  expect((await scene.status(runId)).status).toBe("running");
  expect(await (await scene.ledger()).listWorkers()).toEqual([]);

  const drained = startCommand(scene, ["worker", "--drain"]);
  await until("it was adopted", async () => (await adoptions(scene, runId)) === 1);
  drained.child.kill("SIGTERM");
  await until("it drains", async () => (await (await scene.ledger()).listWorkers())[0]?.isDraining === true);
  const later = await scene.queue(benchmark001(), null);
  writeFileSync(end, "");
  expect(await exited(drained)).toMatchObject({ code: 0 });
  expect(await statuses(scene, [runId, later])).toEqual(["completed", "queued"]);
  await scene.expectVerified();
});

test("a worker whose claim was adopted meanwhile drops it without a signal, and its writes are counted as refused", async () => {
  await using scene = new Scene();
  const ledger = await scene.ledger();
  const end = join(scene.folder, "end");
  const worker = await scene.worker();
  const runId = await scene.queue(program(fixture("waits-for-file.mjs", end)), worker);
  const supervised = scene.supervise(runId, worker);
  await until("it runs", async () => (await scene.status(runId)).status === "running");
  const held = (await scene.status(runId)).attempt;
  const other = await scene.worker();
  const claim = other.newClaim();
  const adoption = { type: "adopt", fromClaimId: held?.claimId ?? "", evidence: "a test", ...claim } as const;
  await ledger.execute(runId, adoption, "test");
  await until("the first has dropped it", () => worker.refusedWrites === 1);
  expect((await scene.status(runId)).status).toBe("running");
  const stale = { runId, attempt: 1, claimId: held?.claimId ?? newClaimId(), actor: "worker", records: [] };
  await expect(ledger.ingest(stale)).rejects.toMatchObject({ code: "run.claim-lost" });
  writeFileSync(end, "");
  // Who adopted it does nothing here: once it is gone too, whoever waits for the run adopts or concludes it.
  await other.close();
  expect(await supervised).toMatchObject({ status: "completed", attempt: { number: 1 } });
  await scene.expectVerified();
});

/** Another installation: these sources under an older version, in a folder of their own. */
function olderInstallation(scene: Scene): string {
  const folder = join(scene.folder, "older");
  for (const part of ["src", "bin"]) cpSync(join(repository, part), join(folder, part), { recursive: true });
  symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
  const about = JSON.parse(readFileSync(join(repository, "package.json"), "utf8")) as Record<string, unknown>;
  writeFileSync(join(folder, "package.json"), JSON.stringify({ ...about, version: "0.0.1" }));
  return join(folder, "bin/runledger.mjs");
}

test("a worker of a newer installation adopts the runner of an older one, whose files are gone by then", async () => {
  await using scene = new Scene();
  const end = join(scene.folder, "end");
  const older = olderInstallation(scene);
  const worker = startCommand(scene, ["worker", "--slots", "1"], {}, older);
  const runId = await scene.queue(program(fixture("waits-for-file.mjs", end)), null);
  await until("it runs", async () => (await scene.status(runId)).status === "running");
  await programIsReady(scene, runId);
  await worker.kill();
  rmSync(join(scene.folder, "older/package.json"));
  const next = startCommand(scene, ["worker", "--slots", "1", "--drain"]);
  await until("it was adopted", async () => (await adoptions(scene, runId)) === 1);
  writeFileSync(end, "");
  await allAre(scene, [runId], "completed");
  next.child.kill("SIGTERM");
  expect(await exited(next)).toMatchObject({ code: 0 });
  expect((await scene.ending(runId)).evidence).toMatchObject({ fact: "ok", seenBy: "supervisor" });
  await scene.expectVerified();
});

test("--detach leaves the run to a worker in the background, which ends when it is idle", async () => {
  await using scene = new Scene();
  const { code, stderr, stdout } = await scene.cli("exec", "--detach", "--json", "--", "sh", "-c", "echo done");
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining("a worker in the background") });
  const { id } = JSON.parse(stdout) as { id: string };
  await until("it has ended", async () => (await scene.status(id)).status === "completed");
  await until("the worker is gone", async () => (await (await scene.ledger()).listWorkers()).length === 0);
  expect(existsSync(join(scene.home, "workers"))).toBe(true);
  await scene.expectVerified();
});
