// The project's configuration for one command: read once, before the command begins, by commands that start runs or
// serve; all others do without it.

import type { AgentsConfig, ConfiguredAgent } from "../agents/known-agents.ts";
import type { ConfigData } from "../config/config-data.ts";
import { configVariable, findConfig } from "../config/load-config.ts";

/** What a command gets of the configuration; all of it is empty where there is none. */
export type ProjectConfig = AgentsConfig & {
  /** Null where there is none. */
  data: ConfigData | null;
  agents: readonly ConfiguredAgent[];
};

type Env = Readonly<Record<string, string | undefined>>;

const noConfig: ProjectConfig = { data: null, agents: [] };
/** What was read, by the file's path: it is read once in a process, as all that it plans has to agree with itself. */
const read = new Map<string, ProjectConfig>();

/**
 * Reads the configuration and gives the environment in which the command finds it.
 * @throws RunledgerError `config.*`
 */
export async function withProjectConfig(env: Env, cwd: string): Promise<Env> {
  const path = findConfig({ env, cwd });
  if (path === null) return env;
  if (!read.has(path)) read.set(path, await readProject({ ...env, [configVariable]: path }, cwd));
  return { ...env, [configVariable]: path };
}

/** The configuration that `withProjectConfig` has read; none if it was not asked to. */
export function configOf(env: Env): ProjectConfig {
  return read.get(env[configVariable] ?? "") ?? noConfig;
}

async function readProject(env: Env, cwd: string): Promise<ProjectConfig> {
  const [{ loadConfig }, { configuredAgents }, { addDescribed }] = await Promise.all([
    import("../config/load-config.ts"),
    import("../config/configured-agents.ts"),
    import("../config/add-described.ts"),
  ]);
  const data = await loadConfig({ env, cwd });
  if (data === null) return noConfig;
  addDescribed(data);
  return { data, providers: data.providers, prices: data.prices, agents: configuredAgents(data) };
}
