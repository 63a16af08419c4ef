// What `run` was asked for, read and checked whole before anything is written: files and folders, agents, trials, seeds
// and limits, from the command line and from an experiment file.

import { randomInt } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, relative, resolve } from "node:path";
import type { Benchmark } from "../benchmarks/benchmark.ts";
import type { ExperimentFile } from "../benchmarks/experiment-format.ts";
import { needsOf } from "../benchmarks/subject-needs.ts";
import { RunledgerError } from "../core/errors.ts";
import type { Condition, PlannedAgent } from "../core/plan-experiment.ts";
import { checkAgents, chooseAgents } from "./choose-agents.ts";
import type { Context } from "./command.ts";
import { type EndedChoice, readEndedChoice } from "./ended-choice.ts";
import { filterBenchmarks, type LeftOut } from "./filter-benchmarks.ts";
import { configOf } from "./project-config.ts";
import { readCount } from "./read-count.ts";
import { refuseSharedFile } from "./recording-choice.ts";
import { queuedDefaults, readPriority, readStartOptions, type StartChoices } from "./start-options.ts";

export type RunPlan = {
  /** Whether it was asked for as an experiment, however many runs that makes. */
  isExperiment: boolean;
  /** Of the experiment: its file's id, or --name. */
  name: string | null;
  file: string | null;
  sources: string[];
  /** Those that the filter left; without any, there is nothing to run. */
  benchmarks: Benchmark[];
  /** The environment variables that a benchmark itself needs, for its judge, by its id. */
  needs: ReadonlyMap<string, readonly string[]>;
  filter: EndedChoice | null;
  /** What the filter took out, and why. */
  leftOut: LeftOut[];
  agents: PlannedAgent[];
  conditions: Condition[];
  trials: number;
  seedBase: number;
  jobs: number;
  priority: ReturnType<typeof readPriority>;
  choices: StartChoices;
  who: string;
};

const seedMax = 0xffff_ffff;
const trialsMax = 10_000;
const subjectsMax = 100_000;
const jobsMax = 256;
/** Runs at once if nobody says: each has a process, and the supervisor wants its share. */
const jobsDefaultMax = 4;
const noConditions: Condition[] = [{ name: null, set: {} }];

/** Reads all files and options, and with --filter how the benchmarks stand in the ledger. @throws RunledgerError `usage.*`, `file.*`, `benchmark.*`, `agent.unknown` */
export async function readRunPlan(context: Context): Promise<RunPlan> {
  const { operands, options: given, cwd } = context;
  const config = configOf(context.env);
  const read = readStartOptions(given);
  const choices = { ...read, limits: { ...config.data?.limits, ...read.limits } };
  const seed = readCount("--seed", given.text("seed"), seedMax);
  const trials = readCount("--trials", given.text("trials"), trialsMax, 1);
  const limit = readCount("--limit", given.text("limit"), subjectsMax, 1);
  const filter = readEndedChoice("--filter", given.text("filter"));
  const experiment = await readExperimentFile(operands, cwd);
  const file = experiment === null ? null : (operands[0] ?? null);
  const sources = experiment === null || file === null ? [...operands] : subjectsFrom(experiment, file, cwd);
  const ofFile = experiment?.agents ?? [];
  const choose = (hidden: string[]) => chooseAgents({ options: given, ofFile, sources: hidden, cwd, config });
  choose(sources); // an agent that nobody knows is said before any file is read
  const benchmarks = await loadAll(sources, cwd);
  const { agents, recording } = choose([...sources, ...new Set(benchmarks.flatMap(({ beside }) => beside))]);
  const conditions = experiment === null || experiment.conditions.length === 0 ? noConditions : experiment.conditions;
  const isFolder = sources.some((source) => statSync(resolve(cwd, source)).isDirectory());
  const isExperiment =
    experiment !== null ||
    isFolder ||
    sources.length > 1 ||
    agents.length > 1 ||
    trials !== null ||
    benchmarks.length > 1;
  if (given.text("id") !== null && isExperiment) throw badValue("--id names one run; give one file with it");
  refuseSharedFile(recording, isExperiment);
  const { left, leftOut } =
    filter === null
      ? { left: benchmarks, leftOut: [] }
      : await filterBenchmarks({ filter, benchmarks, agents, conditions, context });
  const isReplayed = recording.replay !== null;
  const subjects = left.map((benchmark) => ({
    benchmark,
    needs: isReplayed ? [] : needsOf(benchmark, config.providers),
  }));
  // Behind a server the keys are its workers'.
  if (given.text("url") === null) checkAgents({ agents, subjects, conditions, limits: choices.limits, context });
  return {
    isExperiment,
    name: choices.name ?? experiment?.id ?? null,
    file,
    sources,
    benchmarks: limit === null ? left : left.slice(0, limit),
    needs: new Map(subjects.map(({ benchmark, needs }) => [benchmark.id, needs])),
    ...{ filter, leftOut, agents },
    conditions,
    trials: trials ?? experiment?.trials ?? 1,
    seedBase: seed ?? recording.seedBase ?? randomInt(seedMax + 1),
    jobs: readJobs(given.text("jobs")),
    priority: readPriority(given.text("priority")),
    choices,
    who: queuedDefaults().who,
  };
}

/** How many runs at once: as asked, else one a core. */
export function readJobs(text: string | null): number {
  return readCount("-j", text, jobsMax, 1) ?? Math.max(1, Math.min(availableParallelism(), jobsDefaultMax));
}

/** The experiment file, if that is what was named. */
async function readExperimentFile(operands: readonly string[], cwd: string): Promise<ExperimentFile | null> {
  const { isExperimentText, parseExperiment } = await import("../benchmarks/experiment-format.ts");
  const found = operands.filter((name) => {
    const path = resolve(cwd, name);
    const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
    return isFile && isExperimentText(readFileSync(path, "utf8"));
  });
  const [file] = found;
  if (file === undefined) return null;
  if (operands.length > 1) throw badValue(`${file} is an experiment file; it names its own subjects, so give it alone`);
  return parseExperiment(readFileSync(resolve(cwd, file), "utf8"), file);
}

/** What the file names, from its own folder or else from this one; as a reader here would write it. */
function subjectsFrom({ subjects }: ExperimentFile, file: string, cwd: string): string[] {
  return subjects.map((name) => {
    const beside = resolve(cwd, dirname(file), name);
    return existsSync(beside) ? relative(cwd, beside) || "." : name;
  });
}

/** All benchmarks of all sources, or all that is wrong with any of them. */
async function loadAll(sources: readonly string[], cwd: string): Promise<Benchmark[]> {
  // The parser and what it needs are loaded by nobody who only asks for help.
  const { checkIds, findBenchmarkFiles, loadFile } = await import("../benchmarks/load.ts");
  const files = findBenchmarkFiles(sources, cwd);
  if (files.length === 0) {
    throw new RunledgerError("file.not-found", `no .yml or .yaml file in ${sources.join(", ")}`);
  }
  const faults: RunledgerError[] = [];
  const benchmarks: Benchmark[] = [];
  for (const file of files) {
    try {
      benchmarks.push(...loadFile(file));
    } catch (error) {
      if (!(error instanceof RunledgerError)) throw error;
      faults.push(error);
    }
  }
  const [first] = faults;
  if (first !== undefined) throw faults.length === 1 ? first : allFaults(faults, files.length);
  checkIds(benchmarks);
  return benchmarks;
}

function allFaults(faults: readonly RunledgerError[], fileCount: number): RunledgerError {
  const lines = faults.map((fault) => `\n  ${fault.message.replaceAll("\n", "\n  ")}`);
  const detail = `${faults.length} of ${fileCount} files are faulty, and nothing was planned:${lines.join("")}`;
  const data = { problems: faults.map(({ code, message, data: of }) => ({ code, detail: message, data: of })) };
  return new RunledgerError(faults[0]?.code ?? "benchmark.invalid", detail, { data });
}

function badValue(detail: string): RunledgerError {
  return new RunledgerError("usage.bad-value", detail);
}
