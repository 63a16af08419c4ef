// `runledger check`: whether benchmark and experiment files are right, without running anything. Every fault is told
// with file, line and column; nothing that is found in one file hides what is wrong with the next.

import type { Benchmark } from "../benchmarks/benchmark.ts";
import type { Fault } from "../benchmarks/faults.ts";
import { type ErrorCode, problemOf, RunledgerError } from "../core/errors.ts";
import { oneLine } from "../views/columns.ts";
import { counted } from "../views/number-words.ts";
import { tone } from "../views/tone.ts";
import type { Command, Context } from "./command.ts";
import { exitCodes } from "./exit-code.ts";

export const checkCommand: Command = {
  name: "check",
  group: "Keep",
  readsConfig: true,
  summary: "is this file right? (line, cause, nearest key)",
  usage: "check FILE|FOLDER…",
  options: {},
  operands: { min: 1, max: 1_000 },
  run: runCheck,
};

type Problem = {
  code: ErrorCode;
  file: string;
  line: number | null;
  column: number | null;
  path: string;
  message: string;
  nearest: string[];
};
type Checked = { file: string; kind: "benchmark" | "experiment"; ids: string[]; problems: Problem[] };

async function runCheck({ operands, output, cwd }: Context): Promise<number> {
  const { benchmarksIn, findBenchmarkFiles, readText, checkIds } = await import("../benchmarks/load.ts");
  const { isExperimentText, parseExperiment } = await import("../benchmarks/experiment-format.ts");
  const found: Benchmark[] = [];
  const checked: Checked[] = [];
  for (const one of findBenchmarkFiles(operands, cwd)) {
    const result: Checked = { file: one.file, kind: "benchmark", ids: [], problems: [] };
    checked.push(result);
    try {
      const text = readText(one);
      if (isExperimentText(text)) result.kind = "experiment";
      const { kind } = result;
      const made = kind === "experiment" ? [parseExperiment(text, one.file)] : benchmarksIn(text, one);
      result.ids = made.map(({ id }) => id);
      if (kind === "benchmark") found.push(...(made as Benchmark[]));
    } catch (error) {
      result.problems = problemsOf(error, one.file);
    }
  }
  const doubled = doubledIds(() => checkIds(found));
  if (doubled !== null) checked.find(({ file }) => file === doubled.file)?.problems.push(doubled);
  if (output.isJson) output.json({ files: checked });
  else for (const line of reportOf(checked)) output.result(line);
  return checked.some(({ problems }) => problems.length > 0) ? exitCodes.failed : exitCodes.ok;
}

function problemsOf(error: unknown, file: string): Problem[] {
  if (!(error instanceof RunledgerError)) throw error;
  const { code, detail, data } = problemOf(error);
  const faults = data.faults as Fault[] | undefined;
  if (faults !== undefined) {
    const inOrder = faults.toSorted((a, b) => a.line - b.line || a.column - b.column);
    return inOrder.map(({ isNotYet, nearest = [], ...fault }) => ({
      ...fault,
      nearest,
      code: isNotYet ? "benchmark.not-supported-yet" : "benchmark.invalid",
    }));
  }
  const { line = null, column = null } = data as { line?: number; column?: number };
  const place = line === null ? "" : `${String(data.file ?? file)}:${line}:${column}: `;
  const message = detail.startsWith(place) ? detail.slice(place.length) : detail;
  return [{ code, file: String(data.file ?? file), line, column, path: "", message, nearest: [] }];
}

function doubledIds(check: () => void): Problem | null {
  try {
    check();
    return null;
  } catch (error) {
    const { code, detail, data } = problemOf(error);
    const file = (data.files as string[] | undefined)?.[1] ?? "";
    return { code, file, line: null, column: null, path: "id", message: detail, nearest: [] };
  }
}

function reportOf(checked: readonly Checked[]): string[] {
  const problems = checked.flatMap((one) => one.problems);
  const lines = problems.map(({ file, line, column, path, message }) => {
    const place = line === null ? file : `${file}:${line}:${column}`;
    return `${tone("bad", oneLine(place, 200))}: ${oneLine(path === "" ? message : `${path}: ${message}`, 500)}`;
  });
  const count = (kind: Checked["kind"]) => checked.filter((one) => one.kind === kind).flatMap(({ ids }) => ids).length;
  const faulty = checked.filter((one) => one.problems.length > 0).length;
  const where = checked.length === 1 ? "it" : `${faulty} of them`;
  const verdict = faulty === 0 ? "all right" : `${counted(problems.length, "fault")} in ${where}`;
  const holding = [
    counted(count("benchmark"), "benchmark"),
    ...(count("experiment") > 0 ? [counted(count("experiment"), "experiment")] : []),
  ];
  return [...lines, `checked ${counted(checked.length, "file")}, ${holding.join(", ")}: ${verdict}`];
}
