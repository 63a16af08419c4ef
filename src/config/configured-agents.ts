// The agents of a configuration as runs name them: each with its identity, and with what its runner has to know.

import { createHash } from "node:crypto";
import { dirname } from "node:path";
import { chooseCommand } from "../agents/external-command.ts";
import { type AgentIdentity, agentIdentity, type ConfiguredAgent } from "../agents/known-agents.ts";
import { canonicalJson, type Json } from "../core/document-value.ts";
import type { AgentData, ConfigData } from "./config-data.ts";
import type { McpServer } from "./define-config.ts";

/** All agents of the configuration. @throws `usage.bad-value`, `model.unknown` for one that cannot be. */
export function configuredAgents(data: ConfigData): ConfiguredAgent[] {
  return data.agents.map((agent) => withMcp(configuredAgent(agent, data), agent, dirname(data.path)));
}

function configuredAgent(agent: AgentData, data: ConfigData): ConfiguredAgent {
  const { name, env, command, model } = agent;
  if (command !== null) {
    return chooseCommand({ name, words: command.words, folder: dirname(data.path), env, set: command.set });
  }
  const needs = env.length === 0 ? {} : { needs: [...env] };
  if (model !== null) {
    const asked = { model: model.params };
    const identity = agentIdentity(model.name, asked, { providers: data.providers, prices: data.prices });
    const all = [...new Set([...(identity.needs ?? []), ...env])];
    const whole = { ...identity, name, ...(all.length === 0 ? {} : { needs: all }) };
    return { identity: whole, params: { ...asked, asks: model.name } };
  }
  const identity = { name, kind: "code" as const, model: null, reference: false };
  return { identity: { ...identity, ...needs, digest: digestOf({ ...identity, config: data.digest }) }, params: {} };
}

/** What an agent brings along is part of what it is. */
function withMcp(chosen: ConfiguredAgent, { mcp }: AgentData, folder: string): ConfiguredAgent {
  if (mcp.length === 0) return chosen;
  const servers = mcp.map((server) => resolved(server, folder));
  const needs = [...new Set([...(chosen.identity.needs ?? []), ...mcp.flatMap(variablesOf)])];
  const digest = digestOf({ agent: chosen.identity.digest, mcp: mcp as unknown as Json });
  const identity: AgentIdentity = { ...chosen.identity, digest, ...(needs.length === 0 ? {} : { needs }) };
  return { identity, params: { ...chosen.params, mcp: servers as unknown as Json } };
}

/** Its program's words made fit for an empty folder, as an agent's are. */
function resolved(server: McpServer, folder: string): McpServer {
  if (!("command" in server)) return server;
  const { params } = chooseCommand({ name: server.name, words: server.command, folder });
  return { ...server, command: (params.command as { argv: [string, ...string[]] }).argv };
}

function variablesOf(server: McpServer): readonly string[] {
  if ("command" in server) return server.env ?? [];
  return server.tokenVariable === undefined ? [] : [server.tokenVariable];
}

function digestOf(value: Json): string {
  return `sha256:${createHash("sha256").update(canonicalJson(value), "utf8").digest("hex")}`;
}
