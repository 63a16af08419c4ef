// `run --url`: the benchmarks go to the server as they are, its workers run them, and they are shown here to the end.

import { RunledgerError } from "../core/errors.ts";
import type { RunLimitsPatch } from "../core/limits.ts";
import { type Condition, limitsOfCondition, type PlannedAgent } from "../core/plan-experiment.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Client } from "../protocol/http-client.ts";
import type { Context } from "./command.ts";
import { inlineBenchmarkOf } from "./inline-benchmark.ts";
import { isLeftToWorkers, leaveExperiment, printQueued } from "./queue-run.ts";
import { showRemoteRun, tellShownRuns } from "./remote-run.ts";
import { remoteViewOf } from "./remote-view.ts";
import type { RunPlan } from "./run-plan.ts";
import { watchExperiment } from "./watch-experiment.ts";
import { withLedger } from "./with-ledger.ts";

/** @returns the exit code that the same command would have beside the ledger */
export async function startThere(plan: RunPlan, context: Context): Promise<number> {
  refuseWhatIsHere(plan, context);
  return withLedger(context, { purpose: "write" }, async (ledger) => {
    const { client } = remoteViewOf(ledger) ?? {};
    if (client === undefined) throw new RunledgerError("internal.bug", "a ledger behind a server has a client");
    return plan.isExperiment ? startExperiment(ledger, client, plan, context) : startRun(ledger, client, plan, context);
  });
}

async function startRun(ledger: Ledger, client: Client, plan: RunPlan, context: Context): Promise<number> {
  const [benchmark] = plan.benchmarks;
  const [agent] = plan.agents;
  if (benchmark === undefined || agent === undefined) throw new RunledgerError("internal.bug", "the plan is empty");
  const { id: runId } = await client.call("createRun", {
    body: {
      inline: inlineBenchmarkOf(benchmark.task.file, context.cwd),
      ...chosen(plan, mergedLimits(plan.conditions, plan.choices.limits)),
      ...{ seed: plan.seedBase, id: plan.choices.id },
      ...(isDefault(agent) ? {} : { agent: agent.identity.name }),
    },
  });
  if (!isLeftToWorkers(context)) {
    return tellShownRuns([await showRemoteRun(ledger, { runId, afterSeq: 0, isFirst: true }, context)], context);
  }
  const run = await ledger.getRun(runId);
  if (run === null) throw new RunledgerError("run.not-found", `the server does not know run ${runId}, which it made`);
  return printQueued(ledger, run, null, context);
}

async function startExperiment(ledger: Ledger, client: Client, plan: RunPlan, context: Context): Promise<number> {
  const files = [...new Set(plan.benchmarks.map(({ task }) => task.file))];
  const { id } = await client.call("createExperiment", {
    body: {
      benchmarks: plan.benchmarks.map((one) => one.id),
      inline: files.map((file) => inlineBenchmarkOf(file, context.cwd)),
      ...chosen(plan, plan.choices.limits),
      ...{ trials: plan.trials, seed: plan.seedBase, jobs: plan.jobs, name: plan.name },
      ...(plan.agents.some(isDefault) ? {} : { agents: plan.agents.map(({ identity }) => identity.name) }),
      ...conditionsOf(plan.conditions),
    },
  });
  const experiment = await ledger.getExperiment(id);
  if (experiment === null)
    throw new RunledgerError("experiment.not-found", `the server does not know experiment ${id}`);
  if (isLeftToWorkers(context)) return leaveExperiment(ledger, experiment, plan.jobs, context);
  return watchExperiment(ledger, experiment, context, async () => {
    await client.call("cancelExperiment", { params: { id } });
    return "what had not ended is being cancelled";
  });
}

function chosen({ choices, priority }: RunPlan, limits: RunLimitsPatch) {
  const { name, labels, retryPolicy } = choices;
  return { name, labels, priority, limits, retries: retryPolicy.retries };
}

function mergedLimits(conditions: readonly Condition[], given: RunLimitsPatch): RunLimitsPatch {
  return Object.assign({}, ...conditions.map(limitsOfCondition), given);
}

function conditionsOf(conditions: readonly Condition[]) {
  const named = conditions.flatMap((one) =>
    one.name === null ? [] : [{ name: one.name, limits: limitsOfCondition(one) }],
  );
  return named.length === 0 ? {} : { conditions: named };
}

function isDefault({ params }: PlannedAgent): boolean {
  return params.agentChosenBy === "default";
}

/** What needs a file or a process of this machine. */
function refuseWhatIsHere({ agents }: RunPlan, { options }: Context): void {
  const here = ["detach", "fail-fast"].filter((name) => options.flag(name));
  const [option] = here;
  if (option !== undefined) throw notRemote(`--${option}`);
  for (const { identity, params } of agents) {
    const isPlain = Object.keys(params).every((name) => name === "agentChosenBy");
    if (identity.kind === "command" || !isPlain)
      throw notRemote(`--agent ${identity.name} with what it needs of this machine`);
  }
}

function notRemote(what: string): RunledgerError {
  return new RunledgerError("usage.not-remote", `${what} does not work through a server`);
}
