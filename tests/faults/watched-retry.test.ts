// Somebody watches a run whose first attempt is lost and which the policy tries again: between the tries nothing is over.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startCommand } from "../command-in-scene.ts";
import { fixture, Scene, until } from "../scene.ts";

test("watch adopts a run, sees its runner die, goes on with the next try, and ends with that one's end", async () => {
  await using scene = new Scene();
  const end = join(scene.folder, "end");
  const exec = startCommand(scene, ["exec", "--retry", "1", "--", ...fixture("reports-until-told.mjs", end)]);
  const runId = await until("it reports", async () => {
    const [run] = (await (await scene.ledger()).listRuns({}, { pageSize: 1 })).runs;
    return run?.attempt?.pid == null ? null : run.id;
  });
  const watch = startCommand(scene, ["watch", runId, "--jsonl"]);
  await exec.kill();
  const types = async () => (await scene.events(runId)).map(({ type }) => type);
  await until("it is adopted", async () => (await types()).includes("attempt.adopted"));
  process.kill((await scene.status(runId)).attempt?.pid ?? Number.NaN, "SIGKILL");
  await until("the next try reports", async () => {
    const { attempt } = await scene.status(runId);
    return attempt?.number === 2 && attempt.pid !== null;
  });
  expect(watch.child.exitCode).toBeNull();
  writeFileSync(end, "");
  const { code, stdout } = await watch.ended;
  expect(code).toBe(0);
  const lines = stdout.split("\n").filter((line) => line !== "");
  const told = lines.map((line) => JSON.parse(line) as { type: string; run?: { status: string; attempt: number } });
  expect(told.at(-1)).toMatchObject({ type: "done", run: { status: "completed", attempt: 2 } });
  expect(told.map(({ type }) => type).filter((type) => /^(attempt\.ended|run\.(lost|retry|compl))/.test(type))).toEqual(
    [...["attempt.ended", "run.retry_scheduled", "attempt.ended", "run.completed"]],
  );
  await scene.expectVerified();
}, 90_000);
