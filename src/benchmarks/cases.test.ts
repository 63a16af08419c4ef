import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { RunledgerError } from "../core/errors.ts";
import type { Benchmark } from "./benchmark.ts";
import { loadBenchmarks } from "./load.ts";
import { benchmarkOfContent, contentOfBenchmark } from "./subject-content.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "runledger-suite-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

function load(files: Record<string, string>): Benchmark[] {
  write(files);
  return loadBenchmarks(["."], folder);
}

function errorOf(files: Record<string, string>): RunledgerError {
  try {
    load(files);
  } catch (error) {
    if (error instanceof RunledgerError) return error;
    throw error;
  }
  throw new Error("the files were accepted");
}

const sums = `description: Sums.
prompt: "What is {{a}} + {{b}}?"
ground_truth:
  answer_assertions: [{type: Number, value: "{{sum}}"}]
solution: [{tool: answer, args: {text: "It is {{sum}}."}}]
`;

test("each case is a benchmark of its own, with its values in the place of the variables", () => {
  const [two, big] = load({
    "sums.yml": `${sums}cases:\n  - {id: two, vars: {a: 1, b: 1, sum: 2}}\n  - {id: big, vars: {a: 20, b: 3, sum: 23}}\n`,
  });
  expect(two).toMatchObject({ id: "sums/two", task: { prompt: "What is 1 + 1?" } });
  expect(two?.groundTruth.assertions[0]).toMatchObject({ fields: { value: 2 }, line: 4 });
  expect(two?.solution?.[0]?.args).toEqual({ text: "It is 2." });
  expect(big).toMatchObject({ id: "sums/big", task: { prompt: "What is 20 + 3?" } });
  expect(two?.digest).not.toBe(big?.digest);
});

test("a case may have a prompt, ground truth and solution of its own, and metadata on top", () => {
  const cases = `cases:
  - {id: a, vars: {a: 1, b: 1, sum: 2}}
  - id: b
    prompt: Decline.
    metadata: {level: hard}
    ground_truth: {answer_assertions: [{type: Declined}]}
    solution: [{tool: decline, args: {reason: why}}]
`;
  const [, b] = load({ "sums.yml": `${sums}metadata: {area: sums}\n${cases}` });
  expect(b).toMatchObject({ metadata: { area: "sums", level: "hard" }, task: { prompt: "Decline." } });
  expect(b?.groundTruth.assertions.map(({ type, line }) => [type, line])).toEqual([["Declined", 12]]);
});

test("cases come from JSON lines and from CSV files, quotes and newlines included", () => {
  const file = (name: string) => `${sums}cases_file: ${name}\n`;
  const jsonl = '{"id":"x","vars":{"a":1,"b":2,"sum":3}}\n\n{"id":"y","vars":{"a":"2, or\\n2","b":2,"sum":4}}\n';
  const csv = 'a,id,b,sum\r\n1,x,2,3\r\n"2, or\n2",y,"""2""",4\r\n';
  const loaded = load({ "a.yml": file("a.jsonl"), "a.jsonl": jsonl, "b.yml": file("b.csv"), "b.csv": csv });
  expect(loaded.map(({ id, task }) => [id, task.prompt])).toEqual([
    ["a/x", "What is 1 + 2?"],
    ["a/y", "What is 2, or\n2 + 2?"],
    ["b/x", "What is 1 + 2?"],
    ["b/y", 'What is 2, or\n2 + "2"?'],
  ]);
  expect(loaded[2]?.groundTruth.assertions[0]?.fields).toMatchObject({ value: 3 });
});

test("a fault in a case is told with the place in which it stands", () => {
  const inFile = errorOf({
    "sums.yml": `${sums}cases_file: c.jsonl\n`,
    "c.jsonl": '{"id":"x","vars":{"a":1,"b":2,"sum":3}}\n{"id":"y","var":{}}\n',
  });
  expect(inFile.message).toContain('c.jsonl:2:1: var: unknown key "var"; did you mean vars?');
  const lacking = errorOf({ "sums.yml": `${sums}cases: [{id: x, vars: {a: 1, bb: 2, sum: 3}}]\n` });
  expect(lacking.message).toContain("sums.yml:2:9: prompt: {{b}} has no value in vars; did you mean a, bb? (case x)");
  const wrong = errorOf({ "sums.yml": `${sums}cases: [{id: x, vars: {a: 1, b: 2, sum: three}}]\n` });
  expect(wrong.message).toContain("sums.yml:4:");
  expect(errorOf({ "c.csv": "a,b\n1,2\n", "sums.yml": `${sums}cases_file: c.csv\n` }).message).toContain("named id");
  expect(errorOf({ "c.csv": 'id,a\nx,"1', "sums.yml": `${sums}cases_file: c.csv\n` }).message).toContain("c.csv:2:1");
  expect(errorOf({ "c.csv": "", "sums.yml": `${sums}cases: []\n` }).message).toContain("1 to 20000 cases");
});

test("an id that is there twice is refused with both files", () => {
  const one = "description: d\nprompt: p\nground_truth: {answer_assertions: [{type: Declined}]}\n";
  const error = errorOf({ "a/same.yml": one, "b/same.yml": one });
  expect(error.code).toBe("benchmark.duplicate-id");
  expect(error.message).toContain("a/same.yml and b/same.yml");
  const cases = "cases: [{id: x, vars: {a: 1, b: 1, sum: 2}}, {id: x, vars: {a: 1, b: 1, sum: 2}}]\n";
  rmSync(join(folder, "a"), { recursive: true });
  rmSync(join(folder, "b"), { recursive: true });
  expect(errorOf({ "sums.yml": sums + cases }).message).toContain("the id x is there twice");
});

test("5,000 cases are 5,000 benchmarks, and read in seconds", () => {
  const lines = Array.from({ length: 5_000 }, (_, index) =>
    JSON.stringify({ id: `c${index}`, vars: { a: index, b: 1, sum: index + 1 } }),
  );
  const begunMs = performance.now();
  const loaded = load({ "sums.yml": `${sums}cases_file: c.jsonl\n`, "c.jsonl": lines.join("\n") });
  expect(loaded).toHaveLength(5_000);
  expect(new Set(loaded.map(({ digest }) => digest)).size).toBe(5_000);
  expect(performance.now() - begunMs).toBeLessThan(10_000);
});

const workspace = (state: string) => `description: d
environment: workspace
prompt: p
initial_state: [${state}]
ground_truth: {final_state_assertions: [{type: FileEquals, path: out.txt, file: fixtures/out.txt}]}
`;

test("files that a benchmark names are part of its content and digest, and hidden from the agent if they tell the truth", () => {
  write({ "fixtures/in/run.sh": "#!/bin/sh\n", "fixtures/out.txt": "wanted" });
  chmodSync(join(folder, "fixtures/in/run.sh"), 0o755);
  writeFileSync(join(folder, "fixtures/in/raw.bin"), Buffer.from([0xff, 0xfe]));
  const [first] = load({ "w.yml": workspace("{copy: fixtures/in, to: src}, {file: a.txt, content: A}") });
  expect(first?.task.initial_state).toEqual([
    {
      files: [
        { path: "src/raw.bin", executable: false, content: { base64: "//4=" } },
        { path: "src/run.sh", executable: true, content: { text: "#!/bin/sh\n" } },
      ],
    },
    { files: [{ path: "a.txt", executable: false, content: { text: "A" } }] },
  ]);
  expect(first?.conceal).toEqual([join(folder, "w.yml"), join(folder, "fixtures/out.txt")]);
  expect(JSON.stringify(first?.task)).not.toContain("wanted");
  const [second] = load({ "fixtures/out.txt": "something else" });
  expect(second?.digest).not.toBe(first?.digest);
});

test("the files of a commit are laid without its history, whatever lies in the folder since", () => {
  write({ "repo/a.txt": "first", "fixtures/out.txt": "" });
  const identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"];
  const git = (...args: string[]) => execFileSync("git", ["-C", join(folder, "repo"), ...identity, ...args]);
  git("init", "-q", "-b", "main");
  git("add", ".");
  git("commit", "-q", "-m", "first");
  write({ "repo/a.txt": "second" });
  git("commit", "-q", "-a", "-m", "second");
  write({ "repo/a.txt": "third" });
  const laid = (ref: string) =>
    load({ "w.yml": workspace(`{git: repo, ref: ${ref}, to: src}`) })[0]?.task.initial_state;
  const file = (text: string) => [{ files: [{ path: "src/a.txt", executable: false, content: { text } }] }];
  expect(laid("main~1")).toEqual(file("first"));
  expect(laid("HEAD")).toEqual(file("second"));
  expect(errorOf({ "w.yml": workspace("{git: repo, ref: none}") }).message).toContain(
    "repo at none cannot be read by git",
  );
  expect(errorOf({ "w.yml": workspace("{git: repo, ref: --help}") }).message).toContain("no name of a commit");
});

test("a file outside of the benchmark's folder is refused, by path and by link", () => {
  write({ "suite/fixtures/out.txt": "" });
  symlinkSync(tmpdir(), join(folder, "suite/fixtures/link"));
  const refusal = (state: string) => errorOf({ "suite/w.yml": workspace(state) }).message;
  expect(refusal("{copy: ../x}")).toContain("stays in the folder");
  expect(refusal("{copy: fixtures/link}")).toContain("leads out of the folder");
  expect(refusal("{copy: fixtures/none}")).toContain("there is no fixtures/none");
  expect(refusal("{file: ../x, content: a}")).toContain("initial_state[0]");
  expect(refusal("{file: a, content: a}, {file: ./a, content: b}")).toContain("a is laid twice");
});

test("a workspace has an image by a name that Docker takes, and a network that there is", () => {
  write({ "fixtures/out.txt": "" });
  const withOptions = (options: string) => ({
    "w.yml": `${workspace("{file: a, content: a}")}environment_options: {${options}}\n`,
  });
  for (const image of ["--privileged", "", "UPPER/case", "a b"]) {
    const { message } = errorOf(withOptions(`image: ${JSON.stringify(image)}`));
    expect(message, image).toContain("environment_options.image: must be the name of an image");
  }
  expect(errorOf(withOptions("network: non")).message).toContain("did you mean none?");
});

test("a judge is a model that there is, and the fields of Judge are read with their defaults", () => {
  const judged = (fields: string) => ({
    "w.yml": `description: d\nprompt: p\nground_truth: {answer_assertions: [{type: Judge, ${fields}}]}\n`,
  });
  const [benchmark] = load(judged('rubric: is polite, model: "openai:gpt-5"'));
  expect(benchmark?.groundTruth.assertions[0]?.fields).toMatchObject({ votes: 1, scale: "pass_fail", pass_at: 0.5 });
  expect(errorOf(judged("rubric: r")).message).toContain("model");
  expect(errorOf(judged("rubric: r, model: opnai:gpt-5")).message).toContain("did you mean openai?");
  expect(errorOf(judged("rubric: r, model: glm-4.6, pass_at: 0")).code).toBe("benchmark.invalid");
});

test("one benchmark has one content in whatever folder, by whatever path, and its paths to hide lie beside it", () => {
  const elsewhere = mkdtempSync(join(tmpdir(), "runledger-elsewhere-"));
  try {
    write({ "w.yml": workspace("{file: a.txt, content: A}"), "fixtures/out.txt": "wanted" });
    cpSync(folder, join(elsewhere, "deep"), { recursive: true });
    const [here] = loadBenchmarks(["w.yml"], folder);
    const [there] = loadBenchmarks(["deep"], elsewhere);
    if (here === undefined || there === undefined) throw new Error("both are there");
    expect(there.conceal).toEqual([join(elsewhere, "deep/w.yml"), join(elsewhere, "deep/fixtures/out.txt")]);
    expect(JSON.stringify(contentOfBenchmark(there))).toBe(JSON.stringify(contentOfBenchmark(here)));
    expect(JSON.stringify(contentOfBenchmark(here))).not.toContain(folder);
    expect(benchmarkOfContent(contentOfBenchmark(here), here.conceal).conceal).toEqual(here.conceal);
  } finally {
    rmSync(elsewhere, { recursive: true, force: true });
  }
});

test("a content of before paths to hide lay beside it still hides them", () => {
  write({ "w.yml": workspace("{file: a.txt, content: A}"), "fixtures/out.txt": "wanted" });
  const [benchmark] = loadBenchmarks(["w.yml"], folder);
  if (benchmark === undefined) throw new Error("it is there");
  const { public: shown, secret } = contentOfBenchmark(benchmark);
  const old = { public: shown, secret: { ...secret, conceal: ["/old/w.yml"] } };
  expect(benchmarkOfContent(old, []).conceal).toEqual(["/old/w.yml"]);
});
