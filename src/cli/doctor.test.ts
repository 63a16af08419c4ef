// What doctor says of a folder without a ledger, with one, and with a file that is none.

import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Project } from "./project.fixture.ts";

let project: Project;
beforeEach(() => {
  project = new Project();
});
afterEach(() => project[Symbol.dispose]());

test("looks at the machine where there is no ledger, and makes none", async () => {
  const empty = join(project.folder, "logs");
  rmSync(join(project.folder, ".runledger"), { recursive: true });
  const ran = await project.runledger("doctor", "--json");
  const { checks } = ran.json() as { checks: { name: string; level: string; fix: string | null }[] };
  expect(checks.map(({ name }) => name)).toEqual([
    "node",
    "sqlite",
    "build",
    "disk",
    "fsync",
    "inotify",
    "containment",
    "network",
    "ledger",
  ]);
  expect(checks.filter(({ level, fix }) => level !== "ok" && fix === null)).toEqual([]);
  expect([existsSync(empty), existsSync(join(project.folder, ".runledger"))]).toEqual([false, false]);
});

test("tries the ledger's locks and counts its attempts", async () => {
  await project.runledger("import", ".");
  const ran = await project.runledger("doctor", "--json");
  expect(ran.json()).toMatchObject({
    isHealthy: true,
    checks: expect.arrayContaining([
      expect.objectContaining({ name: "locks", level: "ok" }),
      expect.objectContaining({ name: "attempts", level: "ok" }),
    ]),
  });
  expect(ran.code).toBe(0);
});

test("a ledger that is no ledger fails, with its code and what to do, and exit 1", async () => {
  writeFileSync(
    join(project.folder, ".runledger", "ledger.sqlite"),
    "this is no database, and long enough to be looked at as one\n".repeat(20),
  );
  const ran = await project.runledger("doctor");
  expect(ran.code).toBe(1);
  expect(ran.stdout).toMatch(/fail\tledger\tledger\.(damaged|foreign-file): /);
});
