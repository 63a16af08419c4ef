// The agent that an assignment names, with all that it has beside the world's own tools: the project's tools, servers of
// tools that it brings along, and for a program the world's own way in.

import { makeAgent } from "../agents/known-agents.ts";
import type { RunnableBenchmark } from "../benchmarks/subject-content.ts";
import type { Config, ConfiguredTool } from "../config/define-config.ts";
import { RunledgerError } from "../core/errors.ts";
import type { Tool } from "../core/tool.ts";
import type { World } from "../environments/environment.ts";
import type { Assignment } from "../protocol/spec.ts";
import type { BenchmarkAttempt, Equipment } from "./benchmark-attempt.ts";
import type { Control } from "./control.ts";
import type { Emit } from "./emit.ts";

export type AgentSetting = {
  assignment: Assignment;
  benchmark: RunnableBenchmark;
  /** The project's configuration; null where there is none. */
  project: Config | null;
  emit: Emit;
  control: Pick<Control, "state" | "graceMs">;
  secrets: Readonly<Record<string, string>>;
  /** Absolute paths that no program of the attempt may see. */
  conceal: readonly string[];
};

type Assigned = Pick<BenchmarkAttempt, "agent"> & {
  equip(world: World): Promise<Equipment>;
  /** The name of the model that it asks; null for one that asks none. */
  agentModel: string | null;
};

/** Makes the agent. @throws RunledgerError `agent.unknown`, `agent.failed` for what it cannot be made of. */
export async function assignedAgent(setting: AgentSetting): Promise<Assigned> {
  const made = await makeIt(setting);
  return { ...made, equip: (world) => equip(world, setting, made.equip) };
}

type Made = Pick<BenchmarkAttempt, "agent" | "equip"> & { agentModel: string | null };

async function makeIt(setting: AgentSetting): Promise<Made> {
  const { assignment, benchmark, project } = setting;
  const { spec, workDir } = assignment;
  const { name = "", kind = "" } = spec.agent ?? {};
  const params = spec.queued?.data.params ?? {};
  if (kind === "command") {
    const { externalAgentOf } = await import("./external-agent.ts");
    return { ...externalAgentOf({ ...setting, workDir }), agentModel: null };
  }
  if (kind === "code") return { agent: { name, act: actOf(project, name) }, agentModel: null };
  const solution = { calls: benchmark.solution, steps: benchmark.steps.map((step) => step.solution) };
  // An agent of the configuration has a name of its own for the model that it asks.
  const asked = typeof params.asks === "string" ? params.asks : name;
  const config = project === null ? {} : { providers: project.providers ?? [], prices: project.prices ?? {} };
  const isModel = kind === "model" || kind === "replay";
  return { agent: makeAgent(asked, { solution, params }, config), agentModel: isModel ? asked : null };
}

function actOf(project: Config | null, name: string) {
  const agent = project?.agents?.find((one) => one.name === name);
  if (agent !== undefined && "act" in agent) return agent.act;
  throw new RunledgerError("agent.unknown", `the configuration of this runner has no agent ${name} that is a function`);
}

async function equip(world: World, setting: AgentSetting, ofAgent: Made["equip"]): Promise<Equipment> {
  const { assignment, benchmark, project } = setting;
  const own = project === null ? [] : ownTools(project, benchmark, world);
  await using opened = new AsyncDisposableStack();
  const { mcp = [], conceal = [] } = assignment.spec.queued?.data.params ?? {};
  const servers = mcp as never[];
  const hidden = { ...setting, conceal: [...setting.conceal, ...(conceal as string[])] };
  const brought = servers.length === 0 ? null : await (await import("./mcp-tools.ts")).openMcp(servers, hidden);
  if (brought !== null) opened.use(brought);
  const more = (await ofAgent?.(world)) ?? null;
  if (more !== null) opened.use(more);
  const kept = opened.move();
  return {
    tools: [...own, ...(brought?.tools ?? []), ...(more?.tools ?? [])],
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** The project's tools for this benchmark. @throws RunledgerError `config.invalid` for one that the world has already. */
function ownTools({ tools = [] }: Config, { task }: RunnableBenchmark, world: World): Tool[] {
  const isHere = ({ name, environments }: ConfiguredTool) =>
    (environments?.includes(task.environment) ?? true) && (task.tools === "all" || task.tools.includes(name));
  const offered = tools.filter(isHere);
  const twin = offered.find(({ name }) => world.tools.some((one) => one.name === name));
  if (twin === undefined) return offered.map(({ environments: _, ...tool }) => tool);
  throw new RunledgerError(
    "config.invalid",
    `tools: the environment ${task.environment} has a tool ${twin.name} itself`,
  );
}
