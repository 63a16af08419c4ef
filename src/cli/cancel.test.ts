// Cancelling runs that need no process: queued, held, ended, unknown.

import { afterEach, beforeEach, expect, test } from "vitest";
import { Project } from "./project.fixture.ts";

let project: Project;
beforeEach(() => {
  project = new Project();
});
afterEach(() => project[Symbol.dispose]());

test("ends a queued run at once, and says so again the second time", async () => {
  const queued = await project.queue();
  expect((await project.runledger("cancel", queued)).stdout).toContain("cancelled\twas queued; there was no process");
  expect(await project.runledger("cancel", "last")).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("it was cancelled before"),
  });
});

test("ends a held run, which has no process either", async () => {
  const queued = await project.queue();
  await project.withLedger((ledger) => ledger.execute(queued, { type: "pause" }, "cli"));
  expect((await project.runledger("cancel", queued)).stdout).toContain("cancelled\twas paused; there was no process");
});

test("refuses a run that ended otherwise, and one that is not there, each by its own code", async () => {
  await project.runledger("import", ".");
  const queued = await project.queue();
  const ran = await project.runledger("cancel", project.runId, "ffffffff", queued, "--json");
  expect(ran.code).toBe(2);
  expect(ran.json()).toMatchObject({
    runs: [
      { problem: { code: "run.already-ended" } },
      { problem: { code: "run.not-found" } },
      { result: "cancelled", problem: null },
    ],
  });
});

test("names the run by its whole id also where it was meant by another word and is refused", async () => {
  await project.runledger("import", ".");
  const { stdout } = await project.runledger("cancel", "last");
  expect(stdout.split("\n")[1]).toMatch(new RegExp(`^${project.runId}\trefused\t`));
});

test("takes the grace in seconds only", async () => {
  expect(await project.runledger("cancel", "last", "--grace", "soon")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("usage.bad-value"),
  });
});
