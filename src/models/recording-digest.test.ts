import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { digestInFolder, readRecordings, refuseChanged, refuseChangedFile } from "./recording-digest.ts";

let folder = "";
let kept = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "recording-digest-"));
  kept = join(folder, "kept");
  mkdirSync(join(kept, "a"), { recursive: true });
  writeFileSync(join(kept, "a/trial-1.jsonl"), "one\n");
  writeFileSync(join(kept, "a/trial-2.jsonl"), "two\n");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function codeOf(work: () => unknown): unknown {
  try {
    work();
    return null;
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
}

test("recordings that were moved as a whole, or lie beside other files, are the same", () => {
  const { digest, files } = readRecordings(kept);
  expect(files).toEqual(["a/trial-1.jsonl", "a/trial-2.jsonl"].map((name) => join(kept, name)));
  const moved = join(folder, "moved");
  renameSync(kept, moved);
  writeFileSync(join(moved, "README.md"), "what these are");
  expect(codeOf(() => refuseChanged(moved, digest))).toBe(null);
});

test.each([
  ["other bytes", () => writeFileSync(join(kept, "a/trial-2.jsonl"), "twp\n"), "replay.changed"],
  ["one more", () => writeFileSync(join(kept, "a/trial-3.jsonl"), "two\n"), "replay.changed"],
  ["another name", () => renameSync(join(kept, "a"), join(kept, "b")), "replay.changed"],
  ["none left", () => rmSync(join(kept, "a"), { recursive: true }), "replay.unreadable"],
  ["no folder", () => rmSync(kept, { recursive: true }), "replay.unreadable"],
])("recordings with %s are refused", (_what, change, code) => {
  const { digest } = readRecordings(kept);
  change();
  expect(codeOf(() => refuseChanged(kept, digest))).toBe(code);
});

test("a run of many looks at its own file alone, and refuses it once that has changed", () => {
  const { digest } = readRecordings(kept);
  const file = join(kept, "a/trial-1.jsonl");
  const own = digestInFolder(kept, digest, file) ?? "";
  writeFileSync(join(kept, "a/trial-2.jsonl"), "another run's\n");
  expect(codeOf(() => refuseChangedFile(file, own))).toBe(null);
  writeFileSync(file, "onE\n");
  expect(codeOf(() => refuseChangedFile(file, own))).toBe("replay.changed");
  rmSync(file);
  expect(codeOf(() => refuseChangedFile(file, own))).toBe("replay.unreadable");
});

test("a folder is read once in a process, and what is known of it is of the digest that was asked for", () => {
  const { digest } = readRecordings(kept);
  const file = join(kept, "a/trial-1.jsonl");
  const own = digestInFolder(kept, digest, file);
  rmSync(kept, { recursive: true });
  expect(digestInFolder(kept, digest, file)).toBe(own);
  expect(digestInFolder(kept, `sha256:${"0".repeat(64)}`, file)).toBe(null);
  expect(digestInFolder(kept, digest, join(kept, "a/trial-9.jsonl"))).toBe(null);
});
