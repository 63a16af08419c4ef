// The checks of the machine that can be made to fail without breaking one.

import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { diskCheck, fsyncCheck, isAtLeast, runtimeChecks, watchCheck } from "./machine-checks.ts";

test("versions are compared by number and not as text", () => {
  expect(isAtLeast("24.15.0", "24.15.0")).toBe(true);
  expect(isAtLeast("26.2.0", "24.15.0")).toBe(true);
  expect(isAtLeast("24.9.0", "24.15.0")).toBe(false);
});

test("an old Node or SQLite fails, with what to do", () => {
  const checks = runtimeChecks({ node: "22.1.0", sqlite: "3.51.2" }, "source");
  expect(checks.map(({ name, level }) => [name, level])).toEqual([
    ["node", "fail"],
    ["sqlite", "fail"],
    ["build", "ok"],
  ]);
  expect(checks.slice(0, 2).every(({ fix }) => fix !== null)).toBe(true);
});

test("the disk, its syncs and its changes are tried for real and leave nothing behind", async () => {
  const checks = [await diskCheck(tmpdir(), {}), await fsyncCheck(tmpdir()), await watchCheck(tmpdir())];
  expect(checks.map(({ name }) => name)).toEqual(["disk", "fsync", "inotify"]);
  expect(checks.filter(({ level }) => level === "fail")).toEqual([]);
});
