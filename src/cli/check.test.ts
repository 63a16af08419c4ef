import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { Project } from "./project.fixture.ts";

const shipped = fileURLToPath(new URL("../../benchmarks", import.meta.url));
const good = "description: d\nprompt: p\nground_truth: {answer_assertions: [{type: Declined}]}\n";

function write(project: Project, files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(project.folder, name, ".."), { recursive: true });
    writeFileSync(join(project.folder, name), text);
  }
}

test("the shipped benchmarks are right, and check says how many it has checked", async () => {
  using project = new Project();
  cpSync(shipped, join(project.folder, "benchmarks"), { recursive: true });
  const { code, stdout } = await project.runledger("check", "benchmarks");
  expect(stdout).toMatch(/^checked \d+ files, \d+ benchmarks: all right\n$/);
  expect(code).toBe(0);
});

test("every fault of every file is told with its place, in order", async () => {
  using project = new Project();
  const bad = good.replace("prompt", "promt").replace("description: d", "description: d\ntags: [1, {a: b}]");
  write(project, { "a/bad.yml": bad, "a/worse.yml": "a: [", "a/good.yml": good });
  const { code, stdout } = await project.runledger("check", "a");
  expect(code).toBe(1);
  expect(stdout.split("\n").map((line) => line.split(": ")[0])).toEqual([
    ...["a/bad.yml:2:11", "a/bad.yml:3:1", "a/worse.yml:1:5", "checked 3 files, 1 benchmark", ""],
  ]);
  expect(stdout).toContain('a/bad.yml:3:1: promt: unknown key "promt"; did you mean prompt?');
  expect(stdout).toContain("3 faults in 2 of them");
});

test("as JSON each fault has its parts", async () => {
  using project = new Project();
  const options = "environment_options: {fee_lamports_per_signature: 6000}";
  const later = `${options}\n${readFileSync(join(shipped, "001-sol-transfer.yml"), "utf8").replace(/^id:.*$/m, "")}`;
  write(project, { "bad.yml": good.replace("Declined", "Declned"), "later.yml": later });
  const ran = await project.runledger("check", "bad.yml", "later.yml", "--json");
  expect(ran.code).toBe(1);
  expect(ran.json()).toMatchObject({
    files: [
      {
        file: "bad.yml",
        kind: "benchmark",
        problems: [{ code: "benchmark.invalid", line: 3, column: 43, nearest: ["Declined"] }],
      },
      { file: "later.yml", problems: [{ code: "benchmark.not-supported-yet" }] },
    ],
  });
});

test("two files with one id are a fault of the second", async () => {
  using project = new Project();
  write(project, { "a/x.yml": good, "b/x.yml": good });
  const { code, stdout } = await project.runledger("check", "a", "b");
  expect(code).toBe(1);
  expect(stdout).toContain("b/x.yml: id: the id x is there twice: a/x.yml and b/x.yml");
});

test("experiments are checked by their own format", async () => {
  using project = new Project();
  write(project, {
    "experiments/good.yml":
      "subjects: [a.yml]\nconditions: [{name: base}, {name: dry, set: {limits.wall_s: 5}}]\ntrials: 20\n",
    "experiments/bad.yml": "subjects: [a.yml]\nconditions: [{name: base}, {name: base}]\ntrial: 20\n",
  });
  const { code, stdout } = await project.runledger("check", "experiments");
  expect(code).toBe(1);
  expect(stdout).toContain("did you mean trials?");
  expect(stdout).toContain("checked 2 files, 0 benchmarks, 1 experiment");
});

test("a file that is not there is refused with the nearest name, and so is a format without a schema", async () => {
  using project = new Project();
  write(project, { "sums.yml": good });
  const check = await project.runledger("check", "sum.yml");
  expect([check.code, check.stderr]).toEqual([2, expect.stringContaining("did you mean sums.yml?")]);
  write(project, { "suite/001-pay.yml": good, "suite/a.yml": good });
  const inFolder = await project.runledger("check", "suite/001-pai.yml");
  expect(inFolder.stderr).toContain("there is no file suite/001-pai.yml; did you mean suite/001-pay.yml?\n");
  const schema = await project.runledger("schema", "benchmrk");
  expect([schema.code, schema.stderr]).toEqual([2, expect.stringContaining("did you mean benchmark?")]);
  expect((await project.runledger("schema", "experiment")).json()).toMatchObject({ type: "object" });
});
