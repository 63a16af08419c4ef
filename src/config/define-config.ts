// What `runledger.config.ts` imports: the shape of a project's configuration, and the few functions by which its parts
// are declared. This is the package's entry `runledger/config`.

import { z } from "zod";
import type { Agent } from "../agents/agent.ts";
import type { Json } from "../core/document-value.ts";
import type { RunLimitsPatch } from "../core/limits.ts";
import { defineTool, type Tool, toolFailed } from "../core/tool.ts";
import type { World } from "../environments/environment.ts";
import type { Subject } from "../environments/observation.ts";
import { defineEnvironment, type ProjectEnvironment } from "../environments/project-environment.ts";
import type { PriceTable } from "../models/prices.ts";
import type { ProviderConfig } from "../models/providers.ts";
import { type AssertionKind, assertionFields, defineAssertion } from "../scorers/assertion.ts";

/** A server of tools that an agent brings along (Model Context Protocol): a program, or an address. */
export type McpServer =
  | {
      /** Its tools are offered as `mcp__NAME__TOOL`. */
      name: string;
      command: readonly [string, ...string[]];
      /** Environment variables that it may see; each must be set. */
      env?: readonly string[];
    }
  | { name: string; url: string /** The variable that holds its bearer token. */; tokenVariable?: string };

type AgentFields = {
  /** As `--agent` and every page know it. */
  name: string;
  /** Environment variables that it needs; a run is refused where one is not set. */
  env?: readonly string[];
  mcp?: readonly McpServer[];
};

/** An agent that is a program; docs/external-agents.md has the protocol. */
export type CommandAgent = AgentFields & {
  /** A word that begins with `./` is a path from the configuration's folder. */
  command: readonly [string, ...string[]];
  /** Variables that are set for it. */
  set?: Readonly<Record<string, string>>;
};

/** A model with what it is to have beside its tools; without that, a model needs no entry here. */
export type ModelAgent = AgentFields & {
  /** As `--agent` takes it: `openai:gpt-5`. */
  model: string;
  /** Of each call, by the AI SDK's names. */
  params?: Readonly<Record<string, Json>>;
};

/** An agent that is a function, called in the process of its run. */
export type CodeAgent = AgentFields & { act: Agent["act"] };

/** A tool beside those of the environments. */
export type ConfiguredTool = Tool & {
  /** Where it is offered; everywhere if left out. */ environments?: readonly string[];
};

/** A program that may be started over HTTP, by its name and by nothing else. */
export type ConfiguredCommand = {
  /** A word that begins with `./` is a path from the configuration's folder. */
  command: readonly [string, ...string[]];
  /** Where it works, from the configuration's folder; that folder itself if left out. */
  cwd?: string;
  /** Whether it sees nothing of the environment of the worker that runs it but what every program needs. */
  cleanEnv?: boolean;
};

export type Config = {
  agents?: readonly (CommandAgent | CodeAgent | ModelAgent)[];
  tools?: readonly ConfiguredTool[];
  /** Kinds of assertions by the name that benchmarks call them by. */
  scorers?: Readonly<Record<string, AssertionKind>>;
  /** Worlds by the name that benchmarks call them by, as `environment`. */
  environments?: Readonly<Record<string, ProjectEnvironment>>;
  providers?: readonly ProviderConfig[];
  /** In US dollars per million tokens, by a model's name. */
  prices?: PriceTable;
  /** Who acts where nobody says. */
  defaultAgent?: string;
  /** Beneath the limits of files and options. */
  limits?: RunLimitsPatch;
  /** Folders that `serve` reads its catalog from, from the configuration's folder. */
  benchmarks?: readonly string[];
  /** What `POST /runs` may start beside benchmarks, by name. */
  commands?: Readonly<Record<string, ConfiguredCommand>>;
};

/** The configuration as it stands, with its types checked by the editor. */
export function defineConfig(config: Config): Config {
  return config;
}

export type { Agent, AssertionKind, Subject, Tool, World };
export { assertionFields, defineAssertion, defineEnvironment, defineTool, toolFailed, z };
