// Retention: what has ended goes by age, whole and with its files; everything else stays.

import { existsSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { newRunId } from "../core/ids.ts";
import { finished, makeAttempt, scored, started } from "../worker/attempt-folder.fixture.ts";
import { Project } from "./project.fixture.ts";

const many = 45;

let project: Project;
let ended: string[];
beforeEach(async () => {
  project = new Project();
  ended = [project.runId, ...Array.from({ length: many - 1 }, () => newRunId())];
  for (const runId of ended.slice(1)) {
    makeAttempt({ folder: project.runFolder(runId), runId, journal: [started, scored(1), finished()] });
  }
  expect((await project.runledger("import", ".")).code).toBe(0);
});
afterEach(() => project[Symbol.dispose]());

async function statuses(): Promise<string[]> {
  const { runs } = (await project.runledger("ls", "-a", "--json")).json() as { runs: { status: string }[] };
  return runs.map(({ status }) => status).sort();
}

test("what ended before then goes with its files; what ended since stays, and what has not ended however old it is", async () => {
  const [queued, held, stopped] = [await project.queue(), await project.queue(), await project.queue()];
  await project.withLedger((ledger) => ledger.execute(held, { type: "pause" }, "cli"));
  expect((await project.runledger("cancel", stopped)).code).toBe(0);
  const { code, stdout, stderr } = await project.runledger("prune", "--older-than", "30m");
  expect([code, stderr]).toEqual([0, `deleted ${many} runs\n`]);
  expect(stdout.trim().split("\n").slice(1).sort()).toEqual([...ended].sort());
  expect(await statuses()).toEqual(["cancelled", "paused", "queued"]);
  expect(ended.some((id) => existsSync(project.runFolder(id)) || existsSync(project.sessionFile(id)))).toBe(false);
  const gone = (await project.runledger("show", project.runId, "--json")).json();
  expect(gone).toMatchObject({ code: "run.deleted", status: 410 });
  expect((await project.runledger("cancel", queued, held)).code).toBe(0);
  expect((await project.runledger("rm", queued, held, stopped)).code).toBe(0);
  expect((await project.runledger("verify")).code).toBe(0);
});

test("nothing goes that other filters leave out, and a dry run deletes nothing", async () => {
  const none = { deleted: [], refused: [] };
  expect((await project.runledger("prune", "--older-than", "9000d", "--json")).json()).toEqual(none);
  const others = await project.runledger("prune", "--older-than", "30m", "--status", "failed,lost", "--json");
  expect(others.json()).toEqual(none);
  const dry = (await project.runledger("prune", "--older-than", "30m", "--dry-run", "--json")).json();
  expect((dry as { wouldDelete: string[] }).wouldDelete.toSorted()).toEqual([...ended].sort());
  expect(await statuses()).toHaveLength(many);
});

test("files that somebody who died has left of deleted runs go with the next prune", async () => {
  await project.withLedger((ledger) => ledger.execute(project.runId, { type: "delete", isForced: false }, "cli"));
  expect([existsSync(project.runFolder()), (await project.runledger("verify")).code]).toEqual([true, 1]);
  expect((await project.runledger("prune", "--older-than", "9000d")).code).toBe(0);
  expect([existsSync(project.runFolder()), existsSync(project.sessionFile())]).toEqual([false, false]);
  expect((await project.runledger("verify")).code).toBe(0);
});
