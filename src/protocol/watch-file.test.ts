import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { watchOrPoll } from "./watch-file.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "runledger-watch-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("a change in a folder is told with the name of the file", async () => {
  const names: (string | null)[] = [];
  const watching = watchOrPoll(folder, (name) => names.push(name));
  writeFileSync(join(folder, "a"), "");
  await expect.poll(() => names).toContain("a");
  watching.close();
  watching.close();
});

test("a change of a file is told", async () => {
  const path = join(folder, "a");
  writeFileSync(path, "");
  let changes = 0;
  const watching = watchOrPoll(path, () => {
    changes += 1;
  });
  appendFileSync(path, "x");
  await expect.poll(() => changes).toBeGreaterThan(0);
  watching.close();
});

test("what cannot be watched is no error", () => {
  watchOrPoll(join(folder, "missing"), () => undefined).close();
});

test("a path that is none is the caller's error", () => {
  expect(() => watchOrPoll("a\0b", () => undefined)).toThrow("null bytes");
});
