// A worker of the queue that is stopped (SIGSTOP) beside one that goes on: on one host nobody takes its runs over, not
// even one that ends meanwhile. STOP_S=120 stops it for two minutes.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startCommand } from "../command-in-scene.ts";
import { fixture, program, Scene, until } from "../scene.ts";
import { stopBetweenCommits } from "./stop-between-commits.ts";

const stopS = Number(process.env.STOP_S ?? 3);
const testMsMax = stopS * 1_000 + 90_000;

test(
  "a worker that is stopped beside another keeps its runs, also one that ends meanwhile: each has one attempt",
  async () => {
    await using scene = new Scene();
    const ends = ["soon", "later"].map((name) => join(scene.folder, name));
    const stopped = startCommand(scene, ["worker", "--slots", "2", "--drain"]);
    const ledger = await scene.ledger();
    await until("the first is listed", async () => (await ledger.listWorkers()).length === 1);
    const runIds: string[] = [];
    for (const end of ends) runIds.push(await scene.queue(program(fixture("reports-until-told.mjs", end)), null));
    const [soon = "", later = ""] = runIds;
    for (const runId of runIds) await until("it reports", async () => (await ledger.journalCursor(runId, 1)).n > 3);
    const beside = startCommand(scene, ["worker", "--slots", "2", "--drain"]);
    await until("the second is listed", async () => (await ledger.listWorkers()).length === 2);
    await stopBetweenCommits(stopped.child);
    const untilMs = performance.now() + stopS * 1_000;
    writeFileSync(ends[0] ?? "", "");
    // What the other does meanwhile shows that it is at work, and it has looked at the stopped one's lock many times.
    const other = await scene.queue(program(["true"]), null);
    await scene.settledAs(other, "completed");
    await until("its time is over", () => performance.now() > untilMs, testMsMax);
    await scene.settle();
    for (const runId of runIds) expect(await scene.status(runId)).toMatchObject({ status: "running" });
    stopped.child.kill("SIGCONT");
    await scene.settledAs(soon, "completed");
    writeFileSync(ends[1] ?? "", "");
    await scene.settledAs(later, "completed");
    for (const runId of runIds) {
      const types = (await scene.events(runId)).map(({ type }) => type);
      expect(types.filter((type) => type.startsWith("attempt."))).toEqual([
        ...["attempt.claimed", "attempt.started", "attempt.ended"],
      ]);
    }
    for (const worker of [stopped, beside]) worker.child.kill("SIGTERM");
    for (const worker of [stopped, beside]) expect(await worker.ended).toMatchObject({ code: 0 });
    await scene.expectVerified();
  },
  testMsMax,
);

test("a run that waits for a worker that is stopped says so, until that goes on", async () => {
  await using scene = new Scene();
  const ledger = await scene.ledger();
  const worker = startCommand(scene, ["worker"]);
  await until("it is listed", async () => (await ledger.listWorkers()).length === 1);
  await stopBetweenCommits(worker.child);
  const runId = await scene.queue(program(["true"]), null);
  expect((await scene.cli("show", runId)).stdout).toContain("every worker that takes it is stopped");
  worker.child.kill("SIGCONT");
  await scene.settledAs(runId, "completed");
  worker.child.kill("SIGTERM");
  expect(await worker.ended).toMatchObject({ code: 0 });
});
