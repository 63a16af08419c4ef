// Experiments by the command line: planned whole, worked with several runs at once, cut off, gone on with, summed up.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Experiment } from "../src/core/experiment.ts";
import { isTerminal } from "../src/core/moves.ts";
import type { Run } from "../src/core/run.ts";
import type { Ledger } from "../src/ledger/ledger.ts";
import { openLedger } from "../src/ledger/open-ledger.ts";
import { workplace } from "./command-line.ts";
import { repository } from "./scene.ts";

const shipped = readFileSync(join(repository, "benchmarks/001-sol-transfer.yml"), "utf8");

/** 001 under another id, with a solution that sends this much. */
function sends(id: string, lamports = 100_000_000): string {
  return shipped
    .replace("id: 001-sol-transfer", `id: ${id}`)
    .replace(/(tool: sol_transfer.*lamports: )100000000/, `$1${lamports}`);
}

const capitals = `
id: capitals
description: One-word geography answers.
prompt: "What is the capital of {{country}}? Answer with one word."
ground_truth: {answer_assertions: [{type: Equals, value: "{{capital}}"}]}
solution: [{tool: answer, args: {text: "{{capital}}"}}]
cases:
  - {id: fr, vars: {country: France, capital: Paris}}
  - {id: pe, vars: {country: Peru, capital: Lima}}
  - {id: ke, vars: {country: Kenya, capital: Nairobi}}
`;

type Place = ReturnType<typeof workplace>;

/** A place with a folder `suite/` of these files. */
function suiteOf(files: Record<string, string>): Place {
  const place = workplace();
  mkdirSync(join(place.folder, "suite"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(place.folder, "suite", name), text);
  return place;
}

async function withLedger<T>(place: Place, work: (ledger: Ledger) => Promise<T>): Promise<T> {
  await using ledger = await openLedger({ url: join(place.folder, ".runledger"), mustExist: true });
  return await work(ledger);
}

/** The experiment that this command said it runs. */
function idIn(stderr: string): string {
  return /^experiment {2}([0-9a-f]{8})/m.exec(stderr)?.[1] ?? expect.fail(stderr);
}

async function cellsOf(ledger: Ledger, tail: string): Promise<{ experiment: Experiment; runs: Run[] }> {
  const [id] = await ledger.findExperiments(tail, 1);
  const experiment = (await ledger.getExperiment(id ?? "")) ?? expect.fail(`no experiment ${tail}`);
  const { runs } = await ledger.listRuns({ experimentId: experiment.id }, { order: "oldest", pageSize: 500 });
  return { experiment, runs };
}

async function expectVerified(place: Place): Promise<void> {
  const { code, stdout } = await place.ask(["verify"]);
  expect([code, stdout.trimEnd().split("\n").slice(1)]).toEqual([0, []]);
}

type Value = { experiment: Record<string, unknown>; runs: Record<string, unknown>[] };

describe("a folder", () => {
  test("its files run as one experiment by name, and the worst verdict is the exit code", async () => {
    using place = suiteOf({ "b.yml": sends("b", 1000), "a.yaml": sends("a"), "notes.md": "not a benchmark" });
    const { code, stdout, stderr } = await place.run(["run", "suite", "-j", "2", "--seed", "7"]);
    const rows = stdout
      .trimEnd()
      .split("\n")
      .map((row) => row.split("\t"));
    expect(rows.map((row) => [row[1], row[2], row[3], row[5], row[10]])).toEqual([
      ["status", "passed", "score", "subject", "trial"],
      ["completed", "true", "1", "a", "1"],
      ["completed", "false", "0", "b", "1"],
    ]);
    expect(stderr).toContain("2 benchmarks × deterministic × 1 trial = 2 runs   seed 7   -j 2");
    expect(stderr).toMatch(/ 1\/2 .*\n.* 2\/2 /);
    expect(stderr).toContain("2 planned · 2 ended · 2 scored · 1 passed · 1 below\n");
    expect(stderr).toContain("pass rate 1 of 2 planned = 50 % (95 % interval 9–91 %) · mean of 2 scored 0.500");
    expect(stderr).toContain("exit 100: one run is below its required score");
    expect(code).toBe(100);
    const id = idIn(stderr);
    const shown = JSON.parse((await place.ask(["show", id, "--json"])).stdout) as Value;
    expect(shown.experiment).toMatchObject({
      planned: 2,
      ended: 2,
      scored: 2,
      passed: 1,
      below: 1,
      unscored: {},
      mean: 0.5,
    });
    expect(shown.runs.map((run) => [run.seed, run.trial])).toEqual([
      [7, 1],
      [7, 1],
    ]);
    expect((await place.ask(["ls", "--experiment", id])).stdout.trimEnd().split("\n")).toHaveLength(3);
    expect((await place.ask(["ls", "--experiment", "abcdef12"])).stderr).toContain("experiment.not-found");
    await expectVerified(place);
  });

  test("every faulty file is named, and nothing is written", async () => {
    using place = suiteOf({ "a.yml": sends("a"), "b.yml": sends("x"), "c.yml": `${sends("c")}\ncolour: red\n` });
    const { code, stderr } = await place.ask(["run", "suite"]);
    expect(code).toBe(2);
    expect(stderr).toContain("2 of 3 files are faulty");
    expect(stderr).toContain("suite/b.yml:");
    expect(stderr).toContain("suite/c.yml:");
    expect(existsSync(join(place.folder, ".runledger"))).toBe(false);
  });

  test.each([
    { args: ["run", "suite", "--agent", "determinstic"], says: "did you mean deterministic?" },
    { args: ["run", "suite", "--agent", "deterministic", "--agent", "deterministic"], says: "was given twice" },
    { args: ["run", "suite", "--trials", "0"], says: "--trials takes a whole number from 1" },
    { args: ["run", "suite", "-j", "0"], says: "-j takes a whole number from 1" },
    { args: ["run", "suite", "--id", crypto.randomUUID()], says: "--id names one run" },
    { args: ["run", "empty"], says: "no .yml or .yaml file in empty" },
    { args: ["run", "suite/a.yml", "suite/x.yml"], says: "there is no file suite/x.yml" },
  ])("$args is refused before anything is written", async ({ args, says }) => {
    using place = suiteOf({ "a.yml": sends("a") });
    mkdirSync(join(place.folder, "empty"));
    const { code, stderr } = await place.ask(args);
    expect(stderr).toContain(says);
    expect(code).toBe(2);
    expect(existsSync(join(place.folder, ".runledger"))).toBe(false);
  });
});

describe("the plan", () => {
  test("pairs seeds: a trial has the same one in every cell, and the next trial another", async () => {
    using place = suiteOf({ "a.yml": sends("a"), "b.yml": sends("b") });
    const args = [
      "run",
      "suite",
      "--trials",
      "2",
      "--agent",
      "deterministic",
      "--agent",
      "scripted",
      "--seed",
      "4294967295",
    ];
    const { stdout } = await place.ask([...args, "--dry-run", "--json"]);
    const { cells, runs } = JSON.parse(stdout) as { cells: number; runs: { trial: number; seed: number }[] };
    expect(cells).toBe(8);
    expect(new Set(runs.map(({ trial, seed }) => `${trial}:${seed}`))).toEqual(new Set(["1:4294967295", "2:0"]));
    expect(existsSync(join(place.folder, ".runledger"))).toBe(false);
  });

  test("takes the cases of a file as runs of their own", async () => {
    using place = suiteOf({ "capitals.yml": capitals });
    const { code, stdout } = await place.run(["run", "suite/capitals.yml", "--limit", "2", "--json"]);
    const { experiment, runs } = JSON.parse(stdout) as Value;
    expect(runs.map(({ subject, passed }) => [(subject as { id: string }).id, passed])).toEqual([
      ["capitals/fr", true],
      ["capitals/pe", true],
    ]);
    expect(experiment).toMatchObject({ planned: 2, passed: 2, passRate: 1, subjects: { count: 2 } });
    expect(code).toBe(0);
  });

  test("comes from an experiment file, whose conditions set limits and are told apart", async () => {
    using place = suiteOf({ "capitals.yml": capitals });
    const lines = ["subjects: [suite]", "conditions:", "  - {name: base}", "  - {name: short, set: {limits.turns: 3}}"];
    writeFileSync(join(place.folder, "patience.yml"), `${lines.join("\n")}\n`);
    const { stdout, stderr } = await place.run(["run", "patience.yml", "--limit", "1", "--json", "-j", "1"]);
    const { experiment, runs } = JSON.parse(stdout) as Value;
    expect(experiment).toMatchObject({ name: "patience", file: "patience.yml", planned: 2, passed: 2 });
    expect(experiment.groups).toMatchObject([
      { condition: "base", planned: 1, passed: 1 },
      { condition: "short", planned: 1, passed: 1 },
    ]);
    await withLedger(place, async (ledger) => {
      const found = await Promise.all(runs.map(({ id }) => ledger.getRun(String(id))));
      expect(found.map((run) => run?.limits.turns)).toEqual([20, 3]);
    });
    expect(stderr).toContain("patience");
  });
});

test("killed at its 9th of 16 cells, it is resumed: nothing that ended runs again, and each cell ends once", async () => {
  using place = suiteOf({ "a.yml": sends("a"), "b.yml": sends("b") });
  const { child, shows, ended } = place.start(["run", "suite", "--trials", "8", "-j", "2"]);
  await shows("stderr", " 8/16 ");
  child.kill("SIGKILL");
  const id = idIn((await ended).stderr);
  const before = await withLedger(place, (ledger) => cellsOf(ledger, id));
  expect(before.runs).toHaveLength(16);
  const done = before.runs.filter(({ status }) => isTerminal(status));
  expect(done.length).toBeGreaterThanOrEqual(8);
  expect(before.runs.filter(({ status }) => status === "queued").length).toBeGreaterThan(0);

  const resumed = await place.run(["resume", id]);
  expect(resumed.stderr).toMatch(/\d+ done · \d+ left: .*not started/);
  expect(resumed.stderr).toContain("16 planned · 16 ended · 16 scored · 16 passed · 0 below");
  expect(resumed.code).toBe(0);

  await withLedger(place, async (ledger) => {
    const after = await cellsOf(ledger, id);
    for (const run of done) expect(after.runs.find((one) => one.id === run.id)).toEqual(run);
    for (const run of after.runs) {
      const types = (await ledger.readEvents(run.id, 0, 1_000)).map(({ type }) => type);
      expect(types.filter((type) => type === "run.completed")).toHaveLength(1);
      const attempts = types.filter((type) => type === "attempt.claimed").length;
      expect(types.filter((type) => type === "attempt.ended")).toHaveLength(attempts);
    }
  });
  await expectVerified(place);
});

test("an interrupt cancels what runs and what waits; retry runs what has no score, and nothing else", async () => {
  using place = suiteOf({ "a.yml": sends("a") });
  const { child, shows, ended } = place.start(["run", "suite", "--trials", "12", "-j", "2"]);
  await shows("stderr", " 2/12 ");
  child.kill("SIGINT");
  const { code, stderr } = await ended;
  const id = idIn(stderr);
  expect(stderr).toMatch(/12 planned · 12 ended · .*unscored \(cancelled\)/);
  expect(stderr).toContain(`retry ${id} --only unscored`);
  expect(code).toBe(130);
  const scored = await withLedger(place, async (ledger) =>
    (await cellsOf(ledger, id)).runs.filter(({ status }) => status === "completed"),
  );
  const retried = await place.run(["retry", id, "--only", "unscored", "--json"]);
  const { experiment } = JSON.parse(retried.stdout) as Value;
  expect(experiment).toMatchObject({ planned: 12, ended: 12, passed: 12, unscored: {} });
  expect(retried.code).toBe(0);
  await withLedger(place, async (ledger) => {
    const { runs } = await cellsOf(ledger, id);
    for (const run of scored) expect(runs.find((one) => one.id === run.id)).toEqual(run);
  });
  await expectVerified(place);
});

test("with --fail-fast the first run that does not pass cancels the rest", async () => {
  using place = suiteOf({ "a.yml": sends("a", 1000), "b.yml": sends("b") });
  const { code, stdout, stderr } = await place.run([
    "run",
    "suite",
    "--trials",
    "4",
    "-j",
    "1",
    "--fail-fast",
    "--json",
  ]);
  const { experiment, runs } = JSON.parse(stdout) as Value;
  expect(runs[0]).toMatchObject({ status: "completed", passed: false });
  expect(experiment).toMatchObject({ planned: 8, ended: 8 });
  expect((experiment.unscored as Record<string, number>).cancelled).toBeGreaterThan(0);
  expect(stderr).toContain("the rest is cancelled (--fail-fast)");
  expect(code).toBe(100);
});

test("cancel EXPERIMENT ends what a killed command left behind", async () => {
  using place = suiteOf({ "a.yml": sends("a") });
  const { child, shows, ended } = place.start(["run", "suite", "--trials", "8", "-j", "1"]);
  await shows("stderr", " 1/8 ");
  child.kill("SIGKILL");
  const id = idIn((await ended).stderr);
  const { code, stdout } = await place.run(["cancel", id]);
  expect(stdout).toContain("cancelled");
  expect(code).toBe(0);
  await withLedger(place, async (ledger) => {
    const { runs } = await cellsOf(ledger, id);
    expect(runs.filter(({ status }) => !isTerminal(status))).toEqual([]);
  });
  await expectVerified(place);
});
