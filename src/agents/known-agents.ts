// The agents that this build knows, by name: what the record says about each, and how each is made.

import { createHash } from "node:crypto";
import { canonicalJson, type Json } from "../core/document-value.ts";
import { RunledgerError } from "../core/errors.ts";
import type { EventData } from "../core/events.ts";
import { didYouMean, nearestNames } from "../core/nearest.ts";
import type { Agent } from "./agent.ts";
import { deterministicAgent, type Solution } from "./deterministic.ts";
import { scriptedAgent } from "./scripted.ts";

/** What a run records about its agent. */
export type AgentIdentity = NonNullable<EventData<"run.queued">["agent"]>;

/** What a user gave an agent beside its name; part of its identity. `script`: what `readScript` read. */
export type AgentParams = { script?: Json };

type KnownAgent = {
  identity: Omit<AgentIdentity, "digest">;
  make: (materials: AgentMaterials) => Agent;
};

/** What agents are made from; each takes what it needs. */
export type AgentMaterials = { solution: Solution; params?: AgentParams };

const knownAgents: Readonly<Record<string, KnownAgent>> = {
  deterministic: {
    identity: { name: "deterministic", kind: "deterministic", model: null, reference: true },
    make: ({ solution }) => deterministicAgent(solution),
  },
  scripted: {
    identity: { name: "scripted", kind: "scripted", model: null, reference: true },
    make: ({ params }) => scriptedAgent(params?.script),
  },
};

/** The names of all agents. */
export const agentNames: readonly string[] = Object.keys(knownAgents);

/**
 * What the record says about the agent; `digest` covers all that makes it what it is.
 * @throws `agent.unknown` with the nearest names.
 */
export function agentIdentity(name: string, params: AgentParams = {}): AgentIdentity {
  const { identity } = knownAgent(name);
  const whole = Object.keys(params).length === 0 ? identity : { ...identity, params };
  const digest = createHash("sha256").update(canonicalJson(whole), "utf8").digest("hex");
  return { ...identity, digest: `sha256:${digest}` };
}

/** Makes the named agent. @throws `agent.unknown` with the nearest names, `agent.failed` for want of what it needs. */
export function makeAgent(name: string, materials: AgentMaterials): Agent {
  return knownAgent(name).make(materials);
}

function knownAgent(name: string): KnownAgent {
  const known = Object.hasOwn(knownAgents, name) ? knownAgents[name] : undefined;
  if (known !== undefined) return known;
  const detail = `there is no agent ${JSON.stringify(name)}; this build has ${agentNames.join(", ")}${didYouMean(name, agentNames)}`;
  throw new RunledgerError("agent.unknown", detail, { data: { nearest: nearestNames(name, agentNames) } });
}
