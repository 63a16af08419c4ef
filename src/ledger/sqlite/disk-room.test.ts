import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { dropBallast, makeBallast } from "./disk-room.ts";

const bytes = 3 * 1024 * 1024;

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "runledger-ballast-"));
  path = join(folder, "ballast");
});
afterEach(() => rmSync(folder, { recursive: true }));

test("of processes that write the ballast at once one does, and it is whole", async () => {
  const made = await Promise.all([1, 2, 3].map(() => makeBallast(path, { folder, bytes })));
  expect(made.filter(Boolean)).toHaveLength(1);
  expect(statSync(path).size).toBe(bytes);
  expect(readdirSync(folder)).toEqual(["ballast"]);
});

test("a draft whose writer ended in the middle is taken over, and one that is being written is left alone", async () => {
  const draft = `${path}.new`;
  writeFileSync(draft, "half");
  expect(await makeBallast(path, { folder, bytes })).toBe(false);
  expect([existsSync(path), existsSync(draft)]).toEqual([false, true]);
  const longAgo = Date.now() / 1000 - 60;
  utimesSync(draft, longAgo, longAgo);
  expect(await makeBallast(path, { folder, bytes })).toBe(true);
  expect(readdirSync(folder)).toEqual(["ballast"]);
});

test("to give the ballast up frees a half-written one, too", async () => {
  writeFileSync(`${path}.new`, "half");
  expect(dropBallast(path)).toBe(true);
  expect(readdirSync(folder)).toEqual([]);
  expect(dropBallast(path)).toBe(false);
});
