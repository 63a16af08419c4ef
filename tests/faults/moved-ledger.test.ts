// The ledger's folder is moved away under those who work with it, and put back: no run is hurt by that, and none is said
// to be.

import { cpSync, existsSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { processRef, readPlace, signalProcess } from "../../src/worker/process-facts.ts";
import { startCommand } from "../command-in-scene.ts";
import { program, Scene, until } from "../scene.ts";

const nobody = { pid: 2 ** 22, startTicks: 1 };

/** A worker that works on a program, which ends well once the file `go` is there. */
async function atWork(scene: Scene) {
  const go = join(scene.folder, "go");
  const runId = await scene.queue(program(["sh", "-c", waiting(go)]), null);
  const worker = startCommand(scene, ["worker", "--until-idle"]);
  const said = heardOf(worker);
  await until("the program works", () => isHeard(scene));
  await scene.closeLedger();
  return { runId, go, worker, said };
}

/** A program that says that it works, until the file is there. */
function waiting(go: string): string {
  return `echo works; while [ ! -e ${go} ]; do sleep 0.02; done`;
}

/** Whether the one run's program has said something that is filed: until then its runner makes files in the folder. */
function isHeard({ home }: Scene): boolean {
  const runs = join(home, "runs");
  const logs = existsSync(runs) ? readdirSync(runs).map((runId) => join(runs, runId, "1/stdout.log")) : [];
  return logs.some((path) => existsSync(path) && statSync(path).size > 0);
}

/** @returns what the command has said until now */
function heardOf({ child }: ReturnType<typeof startCommand>): () => string {
  let said = "";
  child.stderr?.on("data", (chunk) => {
    said += chunk;
  });
  return () => said;
}

test("a worker whose folder is moved away says so, ends nobody, and goes on once it is back", async () => {
  await using scene = new Scene();
  const { runId, go, worker, said } = await atWork(scene);
  renameSync(scene.home, `${scene.home}-moved`);
  await until("the worker says so", () => said().includes(`${join(scene.home, "locks")} is gone`));
  // Nothing was made anew in its place.
  expect(existsSync(scene.home)).toBe(false);
  renameSync(`${scene.home}-moved`, scene.home);
  writeFileSync(go, "");
  expect(await worker.ended).toMatchObject({ code: 0 });
  expect(await scene.status(runId)).toMatchObject({ status: "completed", attempt: { number: 1 } });
  expect((await scene.events(runId)).map(({ type }) => type)).not.toContain("attempt.orphaned");
  await scene.expectVerified();
});

test("a worker in whose folder's place another ledger is made ends nobody, and goes on once its own is back", async () => {
  await using scene = new Scene();
  const { runId, go, worker, said } = await atWork(scene);
  renameSync(scene.home, `${scene.home}-moved`);
  expect(await scene.cli("exec", "--", "true")).toMatchObject({ code: 0 });
  // What is there now is not the worker's: a lock that is missing in it shows nobody's death.
  await until("the worker says so", () => said().includes("is another one now"));
  expect(readdirSync(join(scene.home, "runs"))).not.toContain(runId);
  rmSync(scene.home, { recursive: true });
  renameSync(`${scene.home}-moved`, scene.home);
  writeFileSync(go, "");
  expect(await worker.ended).toMatchObject({ code: 0 });
  expect(await scene.status(runId)).toMatchObject({ status: "completed", attempt: { number: 1 } });
  expect((await scene.events(runId)).map(({ type }) => type)).not.toContain("attempt.orphaned");
  expect(said()).not.toContain("concluded");
  await scene.expectVerified();
});

test("a command that is interrupted meanwhile ends its program all the same, and records that once the folder is back", async () => {
  await using scene = new Scene();
  const command = startCommand(scene, ["exec", "--", "sh", "-c", "echo works; sleep 300"]);
  const said = heardOf(command);
  await until("the program works", () => isHeard(scene));
  renameSync(scene.home, `${scene.home}-moved`);
  // The second takes the grace away.
  command.child.kill("SIGINT");
  await until("the cancel is taken", () => said().includes("cancel"));
  command.child.kill("SIGINT");
  await until("its program is ended", () => said().includes("its end is recorded if it is back within 60 s"));
  renameSync(`${scene.home}-moved`, scene.home);
  expect(await command.ended).toMatchObject({ code: 130 });
  const runId = (await (await scene.ledger()).newestRun(0)) ?? "";
  expect((await scene.status(runId)).status).toBe("cancelled");
  await scene.expectVerified();
});

test("in a copy of a ledger nobody touches what is at work for the one that was copied", async () => {
  await using scene = new Scene();
  const { runId, go, worker, said } = await atWork(scene);
  const copy = join(scene.folder, "elsewhere", ".runledger");
  cpSync(scene.home, copy, { recursive: true });
  const cancelled = await scene.cli("cancel", runId, "--ledger", copy);
  expect(cancelled).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(`works for ${scene.home}, of which this is`),
  });
  // The copied lock of the first worker is nobody's: to the second one its run looks like one to adopt.
  const second = await scene.cli("worker", "--until-idle", "--ledger", copy);
  expect(second).toMatchObject({ code: 0, stderr: expect.stringContaining("of which this is a copy") });
  writeFileSync(go, "");
  expect(await worker.ended).toMatchObject({ code: 0 });
  expect(said()).not.toContain("dropped");
  expect(await scene.status(runId)).toMatchObject({ status: "completed", attempt: { number: 1 } });
  const ended = await scene.cli("ls", "--ledger", copy, "--json");
  expect(ended).toMatchObject({ code: 0, stdout: expect.stringMatching(/"status":"(lost|cancelled)"/) });
  await scene.expectVerified();
});

test("a ledger that was renamed with an unfinished attempt in it is settled by the next command", async () => {
  await using scene = new Scene();
  const command = startCommand(scene, ["exec", "--", "sh", "-c", "echo works; exec sleep 300"]);
  await until("the program works", () => isHeard(scene));
  await command.kill();
  const renamed = join(scene.folder, "renamed");
  renameSync(scene.home, renamed);
  // Its runner lives: its lock went along with the folder.
  const first = await scene.cli("ls", "--ledger", renamed, "--json");
  expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining('"status":"running"') });
  await until("all that ran is gone", () => {
    for (const pid of scene.processes()) signalProcess(processRef(pid) ?? nobody, "SIGKILL", readPlace());
    return scene.processes().length === 0;
  });
  const second = await scene.cli("ls", "--ledger", renamed, "--json");
  expect(second).toMatchObject({ code: 0, stdout: expect.stringContaining('"status":"lost"') });
  expect(second.stderr).not.toContain("could not settle");
});

test("a command whose run ends meanwhile says what it waits for, and tells the end once the folder is back", async () => {
  await using scene = new Scene();
  const go = join(scene.folder, "go");
  const command = startCommand(scene, ["exec", "--", "sh", "-c", waiting(go)]);
  const said = heardOf(command);
  await until("the program works", () => isHeard(scene));
  renameSync(scene.home, `${scene.home}-moved`);
  writeFileSync(go, "");
  await until("the command says so", () => said().includes("its end is recorded if it is back within 60 s"));
  renameSync(`${scene.home}-moved`, scene.home);
  expect((await command.ended).code).not.toBeNull();
  const runId = (await (await scene.ledger()).newestRun(0)) ?? "";
  expect(["completed", "failed"]).toContain((await scene.status(runId)).status);
  await scene.expectVerified();
});
