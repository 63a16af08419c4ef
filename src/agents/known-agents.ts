// The agents that can be had, by name: what the record says about each, and how it is made. Some
// have a name of their own; models go by theirs.

import { createHash } from "node:crypto";
import { canonicalJson, type Json } from "../core/document-value.ts";
import { RunledgerError } from "../core/errors.ts";
import type { EventData } from "../core/events.ts";
import { didYouMean, nearestNames } from "../core/nearest.ts";
import type { ModelRequest } from "../models/model.ts";
import { fullModelName, parseModelName } from "../models/model-name.ts";
import { namedModels, providerCatalogue } from "../models/provider-catalogue.ts";
import { type ModelsConfig, mannerOf, modelReadiness } from "../models/providers.ts";
import type { Agent } from "./agent.ts";
import { deterministicAgent, type Solution } from "./deterministic.ts";
import { scriptedAgent } from "./scripted.ts";
import { loopIdentity, toolLoop } from "./tool-loop.ts";

/** What a run records about its agent. */
export type AgentIdentity = NonNullable<EventData<"run.queued">["agent"]>;

/** What a user gave an agent beside its name; part of its identity. */
export type AgentParams = {
  /** What `readScript` read. */
  script?: Json;
  /** Of each call of its model, by the AI SDK's names. */
  model?: Record<string, Json>;
};

/** What a project says of agents; nothing is needed to say. */
export type AgentsConfig = ModelsConfig & { agents?: readonly ConfiguredAgent[] };

/** An agent of a project's own, chosen and ready to be queued; `params` go into the run's record. */
export type ConfiguredAgent = { identity: AgentIdentity; params: Record<string, unknown> };

/** The project's own agent of this name; one that is a program also goes by `command:NAME`. */
export function configuredAgent(name: string, { agents = [] }: AgentsConfig): ConfiguredAgent | null {
  const isMeant = ({ identity }: ConfiguredAgent) =>
    identity.name === name || (identity.kind === "command" && name === `command:${identity.name}`);
  return agents.find(isMeant) ?? null;
}

/** What agents are made from; each takes what it needs. */
export type AgentMaterials = { solution: Solution; params?: AgentParams };

type KnownAgent = {
  identity: Omit<AgentIdentity, "digest">;
  /** What else makes it what it is, for its digest. */
  covers?: Json;
  make: (materials: AgentMaterials) => Agent;
};

const ownAgents: Readonly<Record<string, KnownAgent>> = {
  deterministic: {
    identity: { name: "deterministic", kind: "deterministic", model: null, reference: true },
    make: ({ solution }) => deterministicAgent(solution),
  },
  scripted: {
    identity: { name: "scripted", kind: "scripted", model: null, reference: true },
    make: ({ params }) => scriptedAgent(params?.script),
  },
};

/** Names of agents that can be listed; `provider:*` stands for any model of a provider. */
export function agentNames(config: AgentsConfig = {}): string[] {
  const servers = (config.providers ?? []).map(({ name }) => `openai-compatible:${name}:*`);
  const providers = Object.keys(providerCatalogue).map((name) => `${name}:*`);
  const own = (config.agents ?? []).map(({ identity }) => identity.name);
  return [...own, ...Object.keys(ownAgents), ...Object.keys(namedModels), ...providers, ...servers];
}

/**
 * What the record says about the agent; `digest` covers all that makes it what it is.
 * @throws `agent.unknown` or `model.unknown` with the nearest names.
 */
export function agentIdentity(name: string, params: AgentParams = {}, config: AgentsConfig = {}): AgentIdentity {
  const configured = configuredAgent(name, config);
  if (configured !== null) return configured.identity;
  const { identity, covers } = knownAgent(name, config);
  const { needs: _, ...lasting } = identity;
  const given = Object.keys(params).length === 0 ? {} : { params };
  const whole = { ...lasting, ...given, ...(covers === undefined ? {} : { covers }) };
  const digest = createHash("sha256").update(canonicalJson(whole), "utf8").digest("hex");
  return { ...identity, digest: `sha256:${digest}` };
}

/** What the record says of a model agent whose answers come from a recording: it needs no key, and is another agent. */
export function replayedIdentity({ needs: _, ...identity }: AgentIdentity, recording: string): AgentIdentity {
  const digest = createHash("sha256")
    .update(canonicalJson({ agent: identity.digest, recording }), "utf8")
    .digest("hex");
  return { ...identity, kind: "replay", digest: `sha256:${digest}` };
}

/** Makes the named agent. @throws `agent.unknown` with the nearest names, `agent.failed` for want of what it needs. */
export function makeAgent(name: string, materials: AgentMaterials, config: AgentsConfig = {}): Agent {
  return knownAgent(name, config).make(materials);
}

function knownAgent(name: string, config: AgentsConfig): KnownAgent {
  const own = Object.hasOwn(ownAgents, name) ? ownAgents[name] : undefined;
  if (own !== undefined) return own;
  if (name.includes(":") || Object.hasOwn(namedModels, name)) return modelAgent(name, config);
  const names = agentNames(config).map((known) => known.replace(/\*$/, "MODEL"));
  const near = agentNames(config).map((known) => known.replace(/\*$/, ""));
  const detail = `there is no agent ${JSON.stringify(name)}; this build has ${names.join(", ")}${didYouMean(name, near)}`;
  throw new RunledgerError("agent.unknown", detail, { data: { nearest: nearestNames(name, near) } });
}

function modelAgent(name: string, config: AgentsConfig): KnownAgent {
  // Asks whether the configuration has it, too.
  const { missing } = modelReadiness(name, {}, config);
  const model = fullModelName(parseModelName(name));
  const needs = missing.length === 0 ? {} : { needs: missing };
  return {
    identity: { name, kind: "model", model, reference: false, ...needs },
    covers: { ...loopIdentity, ...mannerOf(name, config) },
    make: (materials) => toolLoop({ name, params: (materials.params?.model ?? {}) as ModelRequest["params"] }),
  };
}
