// What verify and rebuild print and how they exit.

import { readFileSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Project } from "./project.fixture.ts";

let project: Project;
beforeEach(() => {
  project = new Project();
  return project.runledger("import", ".");
});
afterEach(() => project[Symbol.dispose]());

test("is clean with exit 0, in a pipe with the header alone", async () => {
  expect(await project.runledger("verify")).toMatchObject({ code: 0, stdout: "kind\trun\tposition\tdetail\n" });
  expect((await project.runledger("verify", project.runId, "--json")).json()).toMatchObject({
    isClean: true,
    findings: [],
  });
});

test("names run, position and kind of a session file with another score, with exit 1", async () => {
  const file = JSON.parse(readFileSync(project.sessionFile(), "utf8"));
  writeFileSync(
    project.sessionFile(),
    JSON.stringify({ ...file, final_result: { ...file.final_result, score: 0.25 } }),
  );
  const ran = await project.runledger("verify", "--json");
  expect(ran.code).toBe(1);
  expect(ran.json()).toMatchObject({
    isClean: false,
    findings: [{ runId: project.runId, kind: "session-file", position: expect.any(Number) }],
  });
  const rows = (await project.runledger("verify")).stdout.trimEnd().split("\n");
  expect(rows[1]?.split("\t").slice(0, 2)).toEqual(["session-file", project.runId]);
});

test("rebuild makes the folds anew and says of how many runs", async () => {
  await project.runledger("import", ".");
  expect((await project.runledger("rebuild", "--json")).json()).toMatchObject({ runs: 1 });
  expect((await project.runledger("verify")).code).toBe(0);
});
