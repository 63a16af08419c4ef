// Files that came with a request: what a YAML names is found among them, and nowhere else.

import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { commitFolder, givenFiles } from "./given-files.ts";

const files = [
  { path: "data/cases.csv", content: { text: "a,b\n1,ü\n" } },
  { path: "start/run.sh", executable: true, content: { text: "true" } },
  { path: "start/deep/picture", content: { base64: Buffer.from([0, 255]).toString("base64") } },
  { path: "repo.git@abc/src/main.py", content: { text: "print()" } },
];
const digestOf = (bytes: string | Buffer) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

test("a file is its bytes, whether it came as text or as base64", () => {
  const given = givenFiles(files);
  expect(given.read("data/cases.csv")).toEqual(Buffer.from("a,b\n1,ü\n", "utf8"));
  expect(given.read("start/deep/picture")).toEqual(Buffer.from([0, 255]));
  expect(given.digest("data/cases.csv")).toBe(digestOf("a,b\n1,ü\n"));
});

test("what was read is part of the benchmark's digest, once each, in order, and forgotten then", () => {
  const given = givenFiles(files);
  given.read("start/run.sh");
  given.read("data/cases.csv");
  given.read("start/run.sh");
  expect(given.takeRead()).toEqual([
    { path: "data/cases.csv", digest: digestOf("a,b\n1,ü\n") },
    { path: "start/run.sh", digest: digestOf("true") },
  ]);
  expect(given.takeRead()).toEqual([]);
});

test("a tree is the files below its folder by their names there, with who may be executed; a file is a tree of one", () => {
  const given = givenFiles(files);
  expect(given.tree("start")).toEqual([
    { path: "run.sh", executable: true, content: { text: "true" } },
    { path: "deep/picture", executable: false, content: { base64: "AP8=" } },
  ]);
  expect(given.takeRead().map(({ path }) => path)).toEqual(["start/deep/picture", "start/run.sh"]);
  expect(given.tree("data/cases.csv")).toEqual([
    { path: "cases.csv", executable: false, content: { text: "a,b\n1,ü\n" } },
  ]);
});

test("a commit's files are those given below its name, and count by repository and ref", () => {
  const given = givenFiles(files);
  expect(commitFolder("repo.git", "abc")).toBe("repo.git@abc");
  expect(given.commit("repo.git", "abc")).toEqual([
    { path: "src/main.py", executable: false, content: { text: "print()" } },
  ]);
  expect(given.takeRead().map(({ path }) => path)).toEqual(["repo.git@abc:src/main.py"]);
});

test("nothing else is read: no file of this machine, no other commit, no folder by half its name", () => {
  const given = givenFiles(files);
  for (const read of [
    () => given.read("/etc/passwd"),
    () => given.read("../cases.csv"),
    () => given.digest("start"),
    () => given.tree("sta"),
    () => given.tree("/etc"),
    () => given.commit("repo.git", "abd"),
  ]) {
    expect(read).toThrow(expect.objectContaining({ code: "benchmark.invalid" }));
  }
  expect(given.paths()).toEqual([]);
});
