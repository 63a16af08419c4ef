// What people see while a command waits for its ledger.

import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { Project } from "./project.fixture.ts";

test("a command that waits for a ledger that somebody holds says so, and goes on when it is free", {
  timeout: 60_000,
}, async () => {
  using project = new Project();
  await project.runledger("import", ".");
  const holder = new DatabaseSync(join(project.folder, ".runledger", "ledger.sqlite"));
  holder.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; CREATE TABLE held (x); ROLLBACK; BEGIN IMMEDIATE");
  const { code, stdout } = await project.runWatched(["ls"], (text) => {
    if (text.includes("(waiting for the ledger: it is slow to answer, or another process holds it)")) holder.close();
  });
  expect([code, stdout.includes(project.runId), holder.isOpen]).toEqual([0, true, false]);
});
