// `run FILE|FOLDER…`: benchmarks here and now. One file is one run; several files, a folder, several agents or trials,
// and an experiment file are an experiment, which plans all its runs first.

import { contentOfBenchmark } from "../benchmarks/subject-content.ts";
import { RunledgerError } from "../core/errors.ts";
import { effectiveLimits } from "../core/limits.ts";
import { limitsOfCondition } from "../core/plan-experiment.ts";
import type { Command, Context } from "./command.ts";
import { exitCodeOfRun } from "./exit-code.ts";
import type { OptionSpec } from "./options.ts";
import { filterWords, printNothingLeft } from "./print-left-out.ts";
import { experimentPlan, printPlan, worstCase, worstWords } from "./print-plan.ts";
import { printEnding, wantsJsonl } from "./print-run.ts";
import { isLeftToWorkers, queueRun } from "./queue-run.ts";
import { recordingOptions } from "./recording-choice.ts";
import { runExperiment } from "./run-experiment.ts";
import { type RunPlan, readRunPlan } from "./run-plan.ts";
import { neededEnv } from "./runner-env.ts";
import { laterStartOptions, queuedDefaults, startOptions } from "./start-options.ts";
import { openWorker, type RunToStart, startRun } from "./start-run.ts";
import { withLedger } from "./with-ledger.ts";

const operandsMax = 1_000;

const options = {
  agent: {
    type: "text",
    value: "A",
    repeatable: true,
    help: "who acts; default: deterministic, and the run says so",
  },
  "agent-command": {
    type: "text",
    value: "COMMAND",
    repeatable: true,
    help: "a program that acts, as docs/external-agents.md says: python3 agent.py",
  },
  script: { type: "text", value: "FILE", help: "the tool calls that --agent scripted replays" },
  trials: { type: "text", value: "N", help: "how often each benchmark is run; trial k has the same seed everywhere" },
  jobs: { type: "text", short: "j", value: "N", help: "runs at once; default: the number of cores, at most 4" },
  limit: { type: "text", value: "N", help: "the first N benchmarks only" },
  filter: {
    type: "text",
    value: "failed|unscored",
    help: "only benchmarks whose newest ended run here did not pass, or has no score (never ran: unscored)",
  },
  seed: { type: "text", value: "N", help: "0 to 4294967295, of the first trial; default: random, and recorded" },
  "fail-fast": { type: "flag", help: "cancel the rest when a run does not pass" },
  ...recordingOptions,
  ...startOptions,
  priority: { type: "text", value: "high|normal|low", help: "its place in the queue" },
  "dry-run": { type: "flag", help: "the plan and its worst case; nothing is written" },
} as const satisfies Record<string, OptionSpec>;

export const runCommand: Command = {
  name: "run",
  group: "Run",
  readsConfig: true,
  summary: "run benchmarks here and now",
  usage: "run FILE|FOLDER…",
  notes: `The command claims the run in the transaction that queues it and supervises it to the end. Ctrl-C, SIGTERM and a
closed terminal cancel it through the ledger and wait until it is seen gone; a second one takes the grace away.
nohup does not keep a closed terminal away, since Node takes no notice of it: --detach does.
What it shows it reads from the ledger: watch in another terminal prints the same lines.`,
  options,
  laterOptions: laterStartOptions,
  isRemote: true,
  operands: { min: 1, max: operandsMax },
  run,
};

async function run(context: Context): Promise<number> {
  const plan = await readRunPlan(context);
  if (plan.benchmarks.length === 0) return printNothingLeft(plan, context);
  if (context.options.flag("dry-run")) return printPlan(plan, context);
  if (plan.filter !== null) context.output.progress(filterWords(plan));
  if (context.options.text("url") !== null) return (await import("./remote-start.ts")).startThere(plan, context);
  return plan.isExperiment ? runExperiment(plan, context) : runOne(plan, context);
}

async function runOne(plan: RunPlan, context: Context): Promise<number> {
  return withLedger(context, { purpose: "write" }, async (ledger) => {
    if (isLeftToWorkers(context)) return queueRun(ledger, runToStart(plan, null), context);
    const run = runToStart(plan, context.env);
    tellWorstCase(plan, run, context);
    await using worker = await openWorker(ledger, context, 1);
    const { story, isInterrupted } = await startRun({ ledger, worker, context, run });
    const exitCode = exitCodeOfRun(story.run, isInterrupted);
    const resource = await printEnding({ ledger, story, context, exitCode, isFirst: true });
    if (context.output.isJson && !wantsJsonl(context)) context.output.json(resource);
    return exitCode;
  });
}

/** What a model could use before a limit of its own ends it is told before it begins. */
function tellWorstCase(plan: RunPlan, { queued }: RunToStart, { output }: Context): void {
  const { tokens, cost_usd: costUsd } = queued.limits;
  if (queued.agent?.kind !== "model" || tokens != null || costUsd != null) return;
  output.progress(`worst case under the limits: ${worstWords(worstCase(experimentPlan(plan, () => "")))}`);
}

/** @param env Null for a run that is left to others, who have their own. */
function runToStart(plan: RunPlan, env: Context["env"] | null): RunToStart {
  const { benchmarks, agents, conditions, seedBase, priority, choices } = plan;
  const [benchmark] = benchmarks;
  const [agent] = agents;
  if (benchmark === undefined || agent === undefined) throw new RunledgerError("internal.bug", "the plan is empty");
  const needs = plan.needs.get(benchmark.id) ?? [];
  return {
    id: choices.id,
    queued: {
      ...queuedDefaults(),
      kind: "benchmark",
      agent: agent.identity,
      name: choices.name,
      params: agent.params,
      seed: seedBase,
      labels: choices.labels,
      priority,
      limits: effectiveLimits("benchmark", benchmark.task.limits, ...conditions.map(limitsOfCondition), choices.limits),
      retryPolicy: choices.retryPolicy,
      minScore: benchmark.groundTruth.min_score,
    },
    content: contentOfBenchmark(benchmark),
    needs,
    conceal: benchmark.conceal,
    env:
      env === null ? {} : neededEnv({ kind: "benchmark", agent: agent.identity, subject: { needs: [...needs] } }, env),
  };
}
