// Deletion of runs without a process: what goes, what stays taken, what is refused.

import { existsSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Project } from "./project.fixture.ts";

let project: Project;
beforeEach(() => {
  project = new Project();
  return project.runledger("import", ".");
});
afterEach(() => project[Symbol.dispose]());

test("deletes an ended run with its folder and session file; its id answers run.deleted from then on", async () => {
  expect(existsSync(project.sessionFile())).toBe(true);
  expect(await project.runledger("rm", project.runId)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("deleted"),
  });
  expect([existsSync(project.runFolder()), existsSync(project.sessionFile())]).toEqual([false, false]);
  const again = await project.runledger("rm", project.runId, "--json");
  expect(again.code).toBe(2);
  expect(again.json()).toMatchObject({
    runs: [{ result: "refused", problem: { code: "run.deleted", status: 410 } }],
  });
  expect((await project.runledger("verify")).code).toBe(0);
});

test("removes files that the deleter of a run had left", async () => {
  await project.withLedger((ledger) => ledger.execute(project.runId, { type: "delete", isForced: false }, "cli"));
  expect((await project.runledger("verify")).code).toBe(1);
  expect(await project.runledger("rm", project.runId)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("were left"),
  });
  expect((await project.runledger("verify")).code).toBe(0);
});

test("refuses a run that has not ended, unless it is forced; one refusal keeps no other id from its turn", async () => {
  const queued = await project.queue();
  const ran = await project.runledger("rm", queued, project.runId, "--json");
  expect(ran.code).toBe(2);
  expect(ran.json()).toMatchObject({
    runs: [
      { id: queued, problem: { code: "run.illegal-move" } },
      { id: project.runId, result: "deleted" },
    ],
  });
  expect((await project.runledger("rm", queued, "--force")).code).toBe(0);
  expect((await project.runledger("ls", "--json")).stdout).not.toContain(queued);
});
