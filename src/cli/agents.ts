// `runledger agents`: who can act here, and which key is missing to whom. Keys are never shown.

import { hasPrice } from "../agents/agent-cost.ts";
import { listAgents, type ReadyAgent } from "../agents/agent-keys.ts";
import type { ModelsConfig } from "../models/providers.ts";
import { alignColumns, tabRow } from "../views/columns.ts";
import { tone } from "../views/tone.ts";
import type { Command, Context } from "./command.ts";
import { exitCodes } from "./exit-code.ts";
import { configOf } from "./project-config.ts";

export const agentsCommand: Command = {
  name: "agents",
  group: "Operate",
  readsConfig: true,
  summary: "who can act here, and which key is missing",
  usage: "agents",
  notes: `Keys are read from this shell's environment. provider:* stands for any model of the provider: --agent openai:gpt-5.
A queued run needs the key where it runs: in the environment of a worker.`,
  options: {},
  isRemote: true,
  operands: { min: 0, max: 0 },
  run,
};

async function run(context: Context): Promise<number> {
  const { output } = context;
  const agents = await readyAgents(context);
  if (output.isJson) {
    output.json({ agents });
    return exitCodes.ok;
  }
  if (!output.isTerminal) {
    const rows = agents.map(({ name, kind, isReady, missing }) => [name, kind, String(isReady), missing.join(",")]);
    output.result([["agent", "kind", "ready", "missing"], ...rows].map(tabRow).join("\n"));
    return exitCodes.ok;
  }
  const config = configOf(context.env);
  const rows = agents.map((agent) => [agent.name, agent.kind, readyWords(agent), note(agent, config)]);
  output.result(alignColumns([["AGENT", "KIND", "READY", "NOTE"], ...rows]).join("\n"));
  return exitCodes.ok;
}

/** Those of this shell, or of the server that was named. */
async function readyAgents(context: Context): Promise<readonly ReadyAgent[]> {
  if (context.options.text("url") === null) return listAgents(context.env, configOf(context.env));
  const { remoteClient } = await import("./remote-ledger.ts");
  return (await remoteClient(context)?.call("listAgents"))?.agents ?? [];
}

function readyWords({ isReady, missing }: ReadyAgent): string {
  return isReady ? "yes" : tone("warn", `needs ${missing.join(", ")}`);
}

function note(agent: ReadyAgent, config: ModelsConfig): string {
  if (agent.reference) return "reference, left out of rankings";
  const isOne = agent.kind === "model" && !agent.name.endsWith("*");
  return isOne && !hasPrice(agent, config) ? "no price known" : "";
}
