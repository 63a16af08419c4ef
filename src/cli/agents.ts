// `runledger agents`: who can act here, and which key is missing to whom. Keys are never shown.

import { hasPrice } from "../agents/agent-cost.ts";
import { listAgents, type ReadyAgent } from "../agents/agent-keys.ts";
import { alignColumns, tabRow } from "../views/columns.ts";
import { tone } from "../views/tone.ts";
import type { Command, Context } from "./command.ts";
import { exitCodes } from "./exit-code.ts";

export const agentsCommand: Command = {
  name: "agents",
  group: "Operate",
  summary: "who can act here, and which key is missing",
  usage: "agents",
  notes: `Keys are read from this shell's environment. provider:* stands for any model of the provider: --agent openai:gpt-5.
A queued run needs the key where it runs: in the environment of a worker.`,
  options: {},
  operands: { min: 0, max: 0 },
  run,
};

async function run({ output, env }: Context): Promise<number> {
  const agents = listAgents(env);
  if (output.isJson) {
    output.json({ agents });
    return exitCodes.ok;
  }
  if (!output.isTerminal) {
    const rows = agents.map(({ name, kind, isReady, missing }) => [name, kind, String(isReady), missing.join(",")]);
    output.result([["agent", "kind", "ready", "missing"], ...rows].map(tabRow).join("\n"));
    return exitCodes.ok;
  }
  const rows = agents.map((agent) => [agent.name, agent.kind, readyWords(agent), note(agent)]);
  output.result(alignColumns([["AGENT", "KIND", "READY", "NOTE"], ...rows]).join("\n"));
  return exitCodes.ok;
}

function readyWords({ isReady, missing }: ReadyAgent): string {
  return isReady ? "yes" : tone("warn", `needs ${missing.join(", ")}`);
}

function note({ name, kind, reference }: ReadyAgent): string {
  if (reference) return "reference, left out of rankings";
  return kind === "model" && !name.endsWith("*") && !hasPrice(name, {}) ? "no price known" : "";
}
