// What of a configuration is data: all that a command needs to plan and to say, and nothing that it would have to call.

import { dirname, resolve } from "node:path";
import { z } from "zod";
import type { Json } from "../core/document-value.ts";
import type { RunLimitsPatch } from "../core/limits.ts";
import { schemasOf } from "../environments/project-environment.ts";
import type { PriceTable } from "../models/prices.ts";
import type { ProviderConfig } from "../models/providers.ts";
import type { AssertionKind } from "../scorers/assertion.ts";
import type { Config, McpServer } from "./define-config.ts";
import type { ImportedConfig } from "./import-config.ts";

export type AgentData = {
  name: string;
  env: readonly string[];
  mcp: readonly McpServer[];
  /** Null for one that is no program. */
  command: { words: readonly string[]; set: Readonly<Record<string, string>> } | null;
  /** Null for one that is no model. */
  model: { name: string; params: Record<string, Json> } | null;
};

export type ScorerData = {
  type: string;
  list: AssertionKind["list"];
  environments: AssertionKind["environments"];
  schema: Json;
};

export type ConfigData = {
  /** Absolute path of the file. */
  path: string;
  digest: string;
  agents: AgentData[];
  tools: { name: string; environments: readonly string[] | null }[];
  scorers: ScorerData[];
  /** State entries and options as JSON Schemas. */
  environments: { name: string; state: Json; options: Json; toolNames: readonly string[] }[];
  providers: readonly ProviderConfig[];
  prices: PriceTable;
  defaultAgent: string | null;
  limits: RunLimitsPatch;
  benchmarks: readonly string[];
  /** With absolute paths. */
  commands: Readonly<Record<string, { argv: [string, ...string[]]; cwd: string; cleanEnv: boolean }>>;
};

/** The data of an imported configuration. */
export function dataOfConfig(path: string, { config, digest }: ImportedConfig): ConfigData {
  return {
    path,
    digest,
    agents: (config.agents ?? []).map((agent) => ({
      ...{ name: agent.name, env: agent.env ?? [], mcp: agent.mcp ?? [] },
      model: "model" in agent ? { name: agent.model, params: { ...agent.params } } : null,
      command: "command" in agent ? { words: agent.command, set: agent.set ?? {} } : null,
    })),
    tools: (config.tools ?? []).map(({ name, environments = null }) => ({ name, environments })),
    scorers: Object.entries(config.scorers ?? {}).map(([type, { list, environments, schema }]) => ({
      ...{ type, list, environments },
      schema: jsonSchemaOf(schema),
    })),
    environments: Object.entries(config.environments ?? {}).map(([name, environment]) => {
      const { state, options } = schemasOf(environment);
      const { toolNames } = environment;
      return { name, state: jsonSchemaOf(state), options: jsonSchemaOf(options), toolNames };
    }),
    providers: config.providers ?? [],
    prices: config.prices ?? {},
    defaultAgent: config.defaultAgent ?? null,
    limits: config.limits ?? {},
    benchmarks: config.benchmarks ?? [],
    commands: commandsOf(config, dirname(path)),
  };
}

function commandsOf({ commands = {} }: Config, folder: string): ConfigData["commands"] {
  const absolute = (word: string) => (word.startsWith("./") ? resolve(folder, word) : word);
  const named = Object.entries(commands).map(([name, { command, cwd = ".", cleanEnv = false }]) => {
    const [program, ...words] = command;
    const argv: [string, ...string[]] = [absolute(program), ...words.map(absolute)];
    return [name, { argv, cwd: resolve(folder, cwd), cleanEnv }] as const;
  });
  return Object.fromEntries(named);
}

function jsonSchemaOf(schema: z.ZodType): Json {
  return z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Json;
}
