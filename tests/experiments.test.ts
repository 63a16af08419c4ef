// Experiments by the command line: planned whole, worked with several runs at once, shown and summed up.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { capitals, expectVerified, idIn, sends, suiteOf, type Value, withLedger } from "./experiment-place.ts";

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
      "--script",
      "script.json",
      "--seed",
      "4294967295",
    ];
    writeFileSync(join(place.folder, "script.json"), "[]");
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

  test("is shown whole by --jsonl: the plan, every event of every run, and the sums", async () => {
    using place = suiteOf({ "capitals.yml": capitals });
    const { code, stdout } = await place.ask(["run", "suite", "--jsonl"]);
    const lines = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { type: string; runId?: string; seq?: number });
    expect(lines[0]).toMatchObject({ type: "launched", experimentId: expect.any(String) });
    expect(lines[1]).toMatchObject({ type: "experiment.planned", runId: null });
    expect(lines.at(-1)).toMatchObject({ type: "done", exitCode: 0, experiment: { planned: 3, passed: 3 } });
    const runIds = new Set(lines.slice(2, -1).map(({ runId }) => runId));
    expect(runIds.size).toBe(3);
    for (const id of runIds) {
      const seqs = lines.filter(({ runId }) => runId === id).map(({ seq }) => seq);
      expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    }
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
