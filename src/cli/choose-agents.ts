// Who acts in the runs that `run` plans: agents by name with what they were given, and whether each could begin here.
// All of them are checked before anything is written.

import { resolve } from "node:path";
import { refuseUnpriced } from "../agents/agent-cost.ts";
import { refuseMissingKeys } from "../agents/agent-keys.ts";
import { type AgentParams, agentIdentity, configuredAgent, replayedIdentity } from "../agents/known-agents.ts";
import { readScript } from "../agents/scripted.ts";
import type { Benchmark } from "../benchmarks/benchmark.ts";
import type { Json } from "../core/document-value.ts";
import { RunledgerError } from "../core/errors.ts";
import { effectiveLimits, type RunLimitsPatch } from "../core/limits.ts";
import { type Condition, limitsOfCondition, type PlannedAgent } from "../core/plan-experiment.ts";
import type { Context } from "./command.ts";
import { commandAgents, hideBenchmarks } from "./command-agent.ts";
import type { Options } from "./options.ts";
import { configOf, type ProjectConfig } from "./project-config.ts";
import { type RecordingChoice, readRecordingChoice } from "./recording-choice.ts";

const agentDefault = "deterministic";
const scriptedName = "scripted";

export type ChosenAgents = { agents: PlannedAgent[]; recording: RecordingChoice };

/**
 * The agents of the options, else of the experiment file, else the default.
 * @throws RunledgerError `usage.bad-value`, `agent.unknown`, `model.unknown`, `file.*`, `replay.unreadable`
 */
export function chooseAgents(of: {
  options: Options;
  ofFile: readonly string[];
  sources: string[];
  cwd: string;
  config: ProjectConfig;
}): ChosenAgents {
  const { options, ofFile, sources, cwd, config } = of;
  const names = namesOf(options.texts("agent"), ofFile);
  const script = readScriptOption(options.text("script"), names, cwd);
  const recording = readRecordingChoice(options, cwd);
  const commands = commandAgents(options.texts("agent-command"), { cwd, sources });
  const named = [
    ...names.map((name) => chosenAgent(name, { script, recording, config, hidden: { cwd, sources } })),
    ...commands,
  ];
  return {
    agents: named.length > 0 ? named : [defaultAgent({ script, recording, config, hidden: { cwd, sources } })],
    recording,
  };
}

type Choice = {
  script: Json | null;
  recording: RecordingChoice;
  config: ProjectConfig;
  hidden: { cwd: string; sources: string[] };
};

function chosenAgent(name: string, { script, recording, config, hidden }: Choice): PlannedAgent {
  const configured = configuredAgent(name, config);
  if (configured !== null) return withRecording(hideBenchmarks(configured, hidden), recording);
  const params: AgentParams = name === scriptedName && script !== null ? { script } : {};
  const chosen = { identity: agentIdentity(name, params, config), params: { ...params } };
  return withRecording(chosen, recording);
}

/** A recording is part of what a model is here; of other agents it only holds what their judge said. */
function withRecording({ identity, params }: PlannedAgent, { replay, params: more }: RecordingChoice): PlannedAgent {
  const isReplayed = identity.kind === "model" && replay !== null;
  return {
    identity: isReplayed ? replayedIdentity(identity, replay.digest) : identity,
    params: { agentChosenBy: "option", ...params, ...more },
  };
}

/** The run says that nobody chose it. */
function defaultAgent(choice: Choice): PlannedAgent {
  const { identity, params } = chosenAgent(choice.config.data?.defaultAgent ?? agentDefault, choice);
  return { identity, params: { ...params, agentChosenBy: "default" } };
}

function namesOf(given: readonly string[], ofFile: readonly string[]): readonly string[] {
  const names = given.length > 0 ? given : ofFile;
  const twin = names.find((name, index) => names.indexOf(name) !== index);
  if (twin !== undefined) throw badValue(`--agent ${twin} was given twice; --trials runs it more than once`);
  return names;
}

/** The tool calls that `scripted` is to replay; that agent needs them, and no other can use them. */
function readScriptOption(path: string | null, agentNames: readonly string[], cwd: string): Json | null {
  const isWanted = agentNames.includes(scriptedName);
  if (path === null && isWanted)
    throw badValue("--agent scripted replays a file of tool calls: name it with --script FILE");
  if (path !== null && !isWanted) throw badValue("--script is for --agent scripted");
  return path === null ? null : readScript(resolve(cwd, path));
}

/**
 * Refuses agents that could not begin or be held: a key that is not set where the runs are run from here, a limit on
 * the cost of a model without a price. @throws `provider.missing-key`, `provider.no-price`
 */
export function checkAgents(of: {
  agents: readonly PlannedAgent[];
  subjects: readonly { benchmark: Benchmark; needs: readonly string[] }[];
  conditions: readonly Condition[];
  limits: RunLimitsPatch;
  context: Context;
}): void {
  const { agents, subjects, conditions, limits, context } = of;
  const isElsewhere = context.options.flag("queue") || context.options.flag("dry-run");
  for (const { identity } of agents) {
    for (const { benchmark } of subjects) {
      for (const condition of conditions) {
        const all = effectiveLimits("benchmark", benchmark.task.limits, limitsOfCondition(condition), limits);
        refuseUnpriced(identity, all, configOf(context.env));
      }
    }
  }
  if (isElsewhere) return;
  const runs = agents.map(({ identity }) => ({ agent: identity, subject: {} }));
  const judged = subjects.map(({ needs }) => ({ agent: null, subject: { needs: [...needs] } }));
  refuseMissingKeys([...runs, ...judged], context.env);
}

function badValue(detail: string): RunledgerError {
  return new RunledgerError("usage.bad-value", detail);
}
