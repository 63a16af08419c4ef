// What import prints and how it exits.

import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { newRunId } from "../core/ids.ts";
import { makeAttempt, started } from "../worker/attempt-folder.fixture.ts";
import { Project } from "./project.fixture.ts";

let project: Project;
beforeEach(() => {
  project = new Project();
});
afterEach(() => project[Symbol.dispose]());

test("makes a lost ledger anew, prints one row a run, and is idempotent", async () => {
  const first = await project.runledger("import", ".");
  expect(first).toMatchObject({
    code: 0,
    stdout: `run\tresult\tstatus\tattempts\twhy\n${project.runId}\ttaken\tcompleted\t1\t6 events\n`,
  });
  const second = await project.runledger("import", ".runledger", "--json");
  expect(second.code).toBe(0);
  expect(second.json()).toMatchObject({ taken: 0, known: 1, runs: [{ runId: project.runId, result: "known" }] });
});

test("takes the events that another ledger exported", async () => {
  await project.runledger("import", ".");
  await project.runledger("export", "last", "--format", "jsonl", "--out", "events.jsonl");
  using other = new Project();
  const ran = await other.runledger("import", join(project.folder, "events.jsonl"), "--json");
  expect(ran.json()).toMatchObject({ taken: 1, runs: [{ runId: project.runId, status: "completed" }] });
  expect((await other.runledger("verify", project.runId)).code).toBe(0);
});

test("exits 1 if anything was refused, and 2 if a path holds nothing", async () => {
  makeAttempt({
    folder: project.runFolder(newRunId()),
    runId: project.runId,
    journal: [started],
    spec: { runId: "not-an-id" },
  });
  expect((await project.runledger("import", ".")).code).toBe(1);
  expect(await project.runledger("import", "nowhere")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("file.not-found"),
  });
});

test("a run that was imported without its content is not run again, and the reason is said", async () => {
  makeAttempt({ folder: project.runFolder(), runId: project.runId, attempt: 2, journal: [started] });
  rmSync(join(project.runFolder(), "1"), { recursive: true });
  await project.runledger("import", ".");
  for (const command of ["retry", "again"]) {
    expect(await project.runledger(command, project.runId)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("imported without it"),
    });
  }
});
