// The ledger's folder is moved away under those who work with it, and put back: no run is hurt by that, and none is said
// to be.

import { existsSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startCommand } from "../command-in-scene.ts";
import { program, Scene, until } from "../scene.ts";

test("a worker whose folder is moved away says so, ends nobody, and goes on once it is back", async () => {
  await using scene = new Scene();
  const [begun, go] = [join(scene.folder, "begun"), join(scene.folder, "go")];
  const script = `touch ${begun}; while [ ! -e ${go} ]; do sleep 0.02; done`;
  const runId = await scene.queue(program(["sh", "-c", script]), null);
  const worker = startCommand(scene, ["worker", "--until-idle"]);
  let said = "";
  worker.child.stderr?.on("data", (chunk) => {
    said += chunk;
  });
  await until("the program works", () => existsSync(begun));
  await scene.closeLedger();
  renameSync(scene.home, `${scene.home}-moved`);
  await until("the worker says so", () => said.includes(`${join(scene.home, "locks")} is gone`));
  // Nothing was made anew in its place.
  expect(existsSync(scene.home)).toBe(false);
  renameSync(`${scene.home}-moved`, scene.home);
  writeFileSync(go, "");
  expect(await worker.ended).toMatchObject({ code: 0 });
  expect(await scene.status(runId)).toMatchObject({ status: "completed", attempt: { number: 1 } });
  expect((await scene.events(runId)).map(({ type }) => type)).not.toContain("attempt.orphaned");
  await scene.expectVerified();
});

test("a command whose run ends meanwhile says what it waits for, and tells the end once the folder is back", async () => {
  await using scene = new Scene();
  const [begun, go] = [join(scene.folder, "begun"), join(scene.folder, "go")];
  const script = `touch ${begun}; while [ ! -e ${go} ]; do sleep 0.02; done`;
  const command = startCommand(scene, ["exec", "--", "sh", "-c", script]);
  let said = "";
  command.child.stderr?.on("data", (chunk) => {
    said += chunk;
  });
  await until("the program works", () => existsSync(begun));
  renameSync(scene.home, `${scene.home}-moved`);
  writeFileSync(go, "");
  await until("the command says so", () => said.includes("its end is recorded if it is back within 60 s"));
  renameSync(`${scene.home}-moved`, scene.home);
  expect((await command.ended).code).not.toBeNull();
  const runId = (await (await scene.ledger()).newestRun(0)) ?? "";
  expect(["completed", "failed"]).toContain((await scene.status(runId)).status);
  await scene.expectVerified();
});
