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
