// Whoever tidies up removes the files of locks while their holders live, or their whole folder: a command that only looks
// must not take a runner at work for a dead one, end its program and say that somebody else did.

import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isFileLockFree } from "../../src/protocol/file-lock.ts";
import { startCommand } from "../command-in-scene.ts";
import { program, Scene, until } from "../scene.ts";

/** A worker that works on a program, which ends once the file `go` is there. */
async function atWork(scene: Scene) {
  const [begun, go] = [join(scene.folder, "begun"), join(scene.folder, "go")];
  const waits = `touch ${begun}; while [ ! -e ${go} ]; do sleep 0.02; done`;
  const runId = await scene.queue(program(["sh", "-c", waits]), null);
  const worker = startCommand(scene, ["worker", "--until-idle"]);
  await until("the program works", () => existsSync(begun));
  return { runId, go, worker };
}

test.each([["the files of locks"], ["their folder"]])("a run at work goes on to its end without %s", async (what) => {
  await using scene = new Scene();
  const { runId, go, worker } = await atWork(scene);
  await scene.closeLedger();
  const locks = join(scene.home, "locks");
  if (what === "their folder") rmSync(locks, { recursive: true });
  else for (const name of readdirSync(locks)) rmSync(join(locks, name));
  for (let look = 0; look < 3; look += 1) {
    const { stdout, stderr } = await scene.cli("ls");
    expect(stdout, stderr).toContain("running");
  }
  writeFileSync(go, "");
  // Whose worker cannot find its lock any more is adopted by who watches.
  expect(await scene.cli("watch", runId)).toMatchObject({ code: 0 });
  expect(await scene.status(runId)).toMatchObject({ status: "completed", attempt: { number: 1 } });
  worker.child.kill("SIGTERM");
  await worker.ended;
  await scene.expectVerified();
});

test("a worker whose lock's file is removed does not take itself for gone: it stays listed, and its run supervised", async () => {
  await using scene = new Scene();
  const { runId, go, worker } = await atWork(scene);
  const ledger = await scene.ledger();
  const [listed] = await ledger.listWorkers();
  const path = join(scene.home, "locks", listed?.worker ?? "");
  rmSync(path);
  await until("the lock is there again", () => existsSync(path) && !isFileLockFree(path));
  expect(await ledger.listWorkers()).toHaveLength(1);
  writeFileSync(go, "");
  expect(await worker.ended).toMatchObject({ code: 0 });
  expect(await scene.status(runId)).toMatchObject({ status: "completed", attempt: { number: 1 } });
  expect((await scene.events(runId)).map(({ type }) => type)).not.toContain("attempt.orphaned");
  await scene.expectVerified();
});
