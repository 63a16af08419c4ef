import { expect, test } from "vitest";
import type { Experiment } from "../core/experiment.ts";
import { summarize } from "../core/experiment.ts";
import { displayWidth } from "./columns.ts";
import { experimentHeader, fitLine, progressLine, resumeWords, summaryLines } from "./experiment-words.ts";
import { plainTones } from "./tone.ts";

const tally = (change: Partial<Experiment["tallies"][number]>): Experiment["tallies"][number] => ({
  ...{ agent: "glm-4.6", condition: "", status: "completed", passed: null, standing: "scored", why: "" },
  ...{ runs: 1, score: 0, tokens: 0, priced: 0, cost: 0 },
  ...change,
});

const suite: Experiment = {
  ...{ id: "01a201c5-bf07-7467-aa3d-b1f1c04e11b2", name: null, file: null, sources: ["benchmarks/"], trials: 1 },
  ...{ limits: {}, cells: 17, jobs: 2, who: "ada", plannedAt: "2026-11-22T10:00:00.000Z", position: 1 },
  subjects: { kind: "benchmark", count: 17, ids: [] },
  agents: [{ name: "glm-4.6", kind: "model", digest: "", model: "glm-4.6", reference: false }],
  conditions: [{ name: null, set: {} }],
  seeds: { mode: "paired", base: 7 },
  tallies: [
    tally({ passed: true, runs: 15, score: 15_000_000_000, tokens: 71_530, priced: 15, cost: 56_000_000 }),
    tally({ passed: false, runs: 1, score: 500_000_000 }),
    tally({ status: "failed", standing: "unscored", why: "runner", runs: 1 }),
  ],
};

test("the summary names planned, ended, scored, passed, below and unscored by origin, and the interval", () => {
  expect(summaryLines(suite)).toEqual([
    "  17 planned · 17 ended · 16 scored · 15 passed · 1 below · 1 unscored (runner)",
    "  pass rate 15 of 17 planned = 88 % (95 % interval 66–97 %) · mean of 16 scored 0.969 · 71,530 tokens · $0.0560",
  ]);
});

test("several agents have a rate each, and none together", () => {
  const [agent] = suite.agents;
  const agents = ["glm-4.6", "other"].map((name) => ({ ...agent, name })) as Experiment["agents"];
  const lines = summaryLines({ ...suite, agents, cells: 34 });
  expect(lines.slice(1)).toEqual([
    "    glm-4.6  pass rate 15 of 17 planned = 88 % (95 % interval 66–97 %) · mean of 16 scored 0.969 · 71,530 tokens · $0.0560",
    "    other    pass rate 0 of 17 planned = 0 % (95 % interval 0–18 %)",
  ]);
});

test("a rate that is only near 100 % is not called 100", () => {
  const all = { ...suite, cells: 1_000, tallies: [tally({ passed: true, runs: 999 })] };
  expect(summaryLines(all)[1]).toContain("= 99 %");
});

test("the header says what was planned", () => {
  expect(plainTones(experimentHeader(suite))).toBe(
    "experiment  c04e11b2   17 benchmarks × glm-4.6 × 1 trial = 17 runs   seed 7   -j 2",
  );
});

test("the progress line shows how far it is, and fits any terminal", () => {
  const summary = { ...summarize(suite), ended: 14, running: 2, queued: 1 };
  const line = progressLine(summary, 41_000);
  expect(plainTones(line)).toBe(
    `  ${"█".repeat(19)}${"░".repeat(5)}  14/17   15 passed  1 below  1 unscored   2 running   1 waiting   41 s   71,530 tokens   $0.0560`,
  );
  expect(displayWidth(fitLine(line, 60))).toBeLessThan(60);
});

test("a resume says what is done, what it cost and what is left", () => {
  expect(resumeWords(summarize(suite), { "not started": 3, lost: 1, running: 0 })).toBe(
    "13 done · $0.0560 · 4 left: 3 not started, 1 lost",
  );
  const stopped = { ...summarize(suite), unscored: { cancelled: 5 } };
  expect(resumeWords(stopped, { cancelled: 2 })).toBe("12 done · $0.0560 · 3 cancelled · 2 left: 2 cancelled");
});
