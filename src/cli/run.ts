// `run FILE…`: benchmarks, one after another, here and now. Everything that can be wrong with the words on the command
// line is found before anything is written.

import { randomInt } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { agentIdentity } from "../agents/known-agents.ts";
import type { Benchmark } from "../benchmarks/benchmark.ts";
import { contentOfBenchmark } from "../benchmarks/subject-content.ts";
import { RunledgerError } from "../core/errors.ts";
import { newRunId } from "../core/ids.ts";
import { effectiveLimits, type RunLimits } from "../core/limits.ts";
import { didYouMean, nearestNames } from "../core/nearest.ts";
import type { RunResource } from "../views/run-resource.ts";
import type { Command, Context } from "./command.ts";
import { exitCodeOfRun, exitCodes, worstExitCode } from "./exit-code.ts";
import { findLedger } from "./find-ledger.ts";
import type { OptionSpec } from "./options.ts";
import { printEnding, wantsJsonl } from "./print-run.ts";
import { laterStartOptions, queuedDefaults, readCount, readStartOptions, startOptions } from "./start-options.ts";
import { openWorker, type RunToStart, startRun } from "./start-run.ts";
import { withLedger } from "./with-ledger.ts";

const agentDefault = "deterministic";
const seedMax = 0xffff_ffff;
const filesMax = 1_000;
const priorities = ["high", "normal", "low"] as const;

const options = {
  agent: { type: "text", value: "A", help: `who acts; default: ${agentDefault}, and the run says so` },
  seed: { type: "text", value: "N", help: "0 to 4294967295; default: random, and recorded" },
  ...startOptions,
  priority: { type: "text", value: "high|normal|low", help: "its place in the queue" },
  "dry-run": { type: "flag", help: "the plan; nothing is written" },
} as const satisfies Record<string, OptionSpec>;

export const runCommand: Command = {
  name: "run",
  group: "Run",
  summary: "run benchmarks here and now",
  usage: "run FILE…",
  options,
  laterOptions: laterStartOptions,
  operands: { min: 1, max: filesMax },
  run,
};

/** One file with all that was decided about it. */
type Planned = { file: string; benchmark: Benchmark; limits: RunLimits; run: RunToStart };

async function run(context: Context): Promise<number> {
  const plan = await planRuns(context);
  if (context.options.flag("dry-run")) return printPlan(plan, context);
  return withLedger(context, { purpose: "write" }, async (ledger) => {
    await using worker = await openWorker(ledger, context, 1);
    const resources: RunResource[] = [];
    const codes: number[] = [];
    for (const planned of plan) {
      const { story, isInterrupted } = await startRun({ ledger, worker, context, run: planned.run });
      const exitCode = exitCodeOfRun(story.run, isInterrupted);
      codes.push(exitCode);
      resources.push(await printEnding({ ledger, story, context, exitCode, isFirst: resources.length === 0 }));
      if (isInterrupted) break;
    }
    const left = plan.length - resources.length;
    if (left > 0) context.output.warn(`interrupted: ${left} of ${plan.length} were not started`);
    if (context.output.isJson && !wantsJsonl(context)) {
      context.output.json(plan.length === 1 ? resources[0] : { planned: plan.length, runs: resources });
    }
    return worstExitCode(codes);
  });
}

/** Reads all files and options. @throws RunledgerError `usage.*`, `file.*`, `benchmark.*`, `agent.unknown` */
async function planRuns(context: Context): Promise<Planned[]> {
  const { operands, options: given } = context;
  const agentName = given.text("agent");
  // The parser and what it needs are loaded by nobody who only asks for help.
  const { parseBenchmark } = await import("../benchmarks/format.ts");
  const agent = agentIdentity(agentName ?? agentDefault);
  const seed = readCount("--seed", given.text("seed"), seedMax);
  const priority = readPriority(given.text("priority"));
  const choices = readStartOptions(given);
  if (given.text("id") !== null && operands.length > 1) throw badValue("--id names one run; give one file with it");
  const plan: Planned[] = [];
  for (const file of operands) {
    const benchmark = parseBenchmark(await readText(file, context.cwd), file);
    const limits = effectiveLimits("benchmark", benchmark.task.limits, choices.limits);
    const queued: RunToStart["queued"] = {
      ...queuedDefaults(),
      kind: "benchmark",
      agent,
      name: choices.name,
      params: { agentChosenBy: agentName === null ? "default" : "option" },
      seed: seed ?? randomInt(seedMax + 1),
      labels: choices.labels,
      priority,
      limits,
      retryPolicy: choices.retryPolicy,
      minScore: benchmark.groundTruth.min_score,
    };
    const id = operands.length === 1 ? choices.id : newRunId();
    plan.push({ file, benchmark, limits, run: { id, queued, content: contentOfBenchmark(benchmark), env: {} } });
  }
  return plan;
}

function printPlan(plan: readonly Planned[], context: Context): number {
  const { output, cwd, env } = context;
  const place = findLedger({ option: context.options.text("ledger"), env, cwd });
  const runs = plan.map(({ file, benchmark, limits, run: { queued } }) => ({
    file,
    benchmark: benchmark.id,
    digest: benchmark.digest,
    agent: queued.agent?.name ?? null,
    seed: queued.seed,
    limits,
  }));
  if (output.isJson) {
    output.json({ ledger: { url: place.url, exists: place.exists }, runs });
    return exitCodes.ok;
  }
  output.result(`ledger  ${place.url}${place.exists ? "" : " (would be made)"}`);
  for (const one of runs) {
    const set = Object.entries(one.limits).filter(([, value]) => value !== null);
    output.result(`would run ${one.benchmark} (${one.file}) with ${one.agent}, seed ${one.seed}`);
    output.result(`  limits ${set.map(([name, value]) => `${name}=${value}`).join(" ")}`);
  }
  output.result("nothing was written");
  return exitCodes.ok;
}

async function readText(file: string, cwd: string): Promise<string> {
  const path = resolve(cwd, file);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw await fileNotFound(file, path);
  if (stat.isDirectory())
    throw badValue(`${file} is a folder; running one is not in this build yet, it comes with experiments`);
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new RunledgerError("file.unreadable", `${file} cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

async function fileNotFound(file: string, path: string): Promise<RunledgerError> {
  const beside = await readdir(dirname(path)).catch(() => []);
  const names = beside.filter((name) => /\.ya?ml$/.test(name));
  const nearest = nearestNames(basename(path), names);
  return new RunledgerError("file.not-found", `there is no file ${file}${didYouMean(basename(path), names)}`, {
    data: { file, nearest },
  });
}

function readPriority(text: string | null): (typeof priorities)[number] {
  if (text === null) return "normal";
  const priority = priorities.find((name) => name === text);
  if (priority === undefined) throw badValue(`--priority takes ${priorities.join(", ")}, not ${JSON.stringify(text)}`);
  return priority;
}

function badValue(detail: string): RunledgerError {
  return new RunledgerError("usage.bad-value", detail);
}
