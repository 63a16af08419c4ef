// Which environment variables agents and judges need, and which of them there are. Names go through the ledger, what is
// in them does not: only the runner that needs a variable is handed it.

import { RunledgerError } from "../core/errors.ts";
import type { Run } from "../core/run.ts";
import { providerCatalogue } from "../models/provider-catalogue.ts";
import { type Environment, keysFor } from "../models/providers.ts";
import { type AgentIdentity, type AgentsConfig, agentIdentity, agentNames } from "./known-agents.ts";

/** An agent with what it lacks here. */
export type ReadyAgent = AgentIdentity & { isReady: boolean; missing: string[] };

/** All agents that can be listed, and whether each could act in this environment; `openai:*` is any model of OpenAI. */
export function listAgents(env: Environment, config: AgentsConfig = {}): ReadyAgent[] {
  return agentNames(config).map((name) => {
    const identity = agentIdentity(name, {}, config);
    const missing = missingOf(identity.needs ?? [], env);
    return { ...identity, isReady: missing.length === 0, missing };
  });
}

/** Of the variables that runs may need, those that the environment has. */
export function keysIn(env: Environment, config: AgentsConfig = {}): string[] {
  const ofProviders = entriesOf(config).flatMap(({ keyVariable }) => (keyVariable === null ? [] : [keyVariable]));
  const ofAgents = (config.agents ?? []).flatMap(({ identity }) => identity.needs ?? []);
  return [...new Set([...ofProviders, ...ofAgents])].filter((name) => isSet(env[name])).sort();
}

/** What of a run says which variables it needs. */
export type Needy = { agent: Run["agent"]; subject: { needs?: string[] | undefined } };

/** The variables that the runner of this run may see, each by name: keys, and where their providers are. */
export function variablesOf({ agent, subject }: Needy, config: AgentsConfig = {}): string[] {
  const needs = [...(agent?.needs ?? []), ...(subject.needs ?? [])];
  const urls = entriesOf(config).flatMap(({ keyVariable, urlVariable }) =>
    keyVariable !== null && urlVariable !== null && needs.includes(keyVariable) ? [urlVariable] : [],
  );
  // One that needs no key may still be told where its provider is.
  const own = agent?.kind === "model" ? keysFor(agent.name, config) : [];
  return [...new Set([...needs, ...urls, ...own])];
}

/** @throws `provider.missing-key` that names every variable which one of the runs needs and the environment has not. */
export function refuseMissingKeys(runs: readonly Needy[], env: Environment): void {
  const lacking = new Map<string, Set<string>>();
  for (const { agent, subject } of runs) {
    const note = (variable: string, who: string) =>
      lacking.set(variable, (lacking.get(variable) ?? new Set()).add(who));
    for (const variable of missingOf(agent?.needs ?? [], env)) note(variable, `the agent ${agent?.name}`);
    for (const variable of missingOf(subject.needs ?? [], env)) note(variable, "the benchmark's judge");
  }
  if (lacking.size === 0) return;
  const words = [...lacking].map(
    ([variable, who]) => `${[...who].join(" and ")} need${who.size > 1 ? "" : "s"} ${variable}`,
  );
  throw new RunledgerError("provider.missing-key", `${words.join("; ")}, which is not set; nothing was started`, {
    data: { variables: [...lacking.keys()] },
  });
}

type Entry = { keyVariable: string | null; urlVariable: string | null };

function entriesOf(config: AgentsConfig): Entry[] {
  const servers = (config.providers ?? []).map(({ keyVariable }) => ({ keyVariable, urlVariable: null }));
  return [...Object.values(providerCatalogue), ...servers];
}

function missingOf(needs: readonly string[], env: Environment): string[] {
  return needs.filter((name) => !isSet(env[name]));
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value.trim() !== "";
}
