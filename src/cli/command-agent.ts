// `--agent-command`: an agent that is a program, as the command line names it. It must not see the benchmarks that it
// is tried on.

import { readdirSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { chooseCommand, commandOfParams, splitCommand } from "../agents/external-command.ts";
import type { ConfiguredAgent } from "../agents/known-agents.ts";
import { RunledgerError } from "../core/errors.ts";
import type { PlannedAgent } from "../core/plan-experiment.ts";

/** Files that are put out of sight one by one, where their folder cannot be; each is a mount. */
const filesMax = 500;

/**
 * The agents that `--agent-command` names, each with a name of its own.
 * @throws `usage.bad-value` for a command without a program, or one given twice.
 */
export function commandAgents(texts: readonly string[], where: { cwd: string; sources: readonly string[] }) {
  const chosen = texts.map((text) => commandAgent(text, where));
  const twin = chosen.find(
    ({ identity }, index) => chosen.findIndex((one) => one.identity.name === identity.name) !== index,
  );
  if (twin === undefined) return chosen;
  const detail = `two agents would be called ${twin.identity.name}; --trials runs one more than once, and runledger.config.ts gives names`;
  throw new RunledgerError("usage.bad-value", detail);
}

function commandAgent(text: string, { cwd, sources }: { cwd: string; sources: readonly string[] }): PlannedAgent {
  const { identity, params } = chooseCommand({
    ...{ name: null, words: splitCommand(text), folder: cwd },
    conceal: concealedFrom(argvFiles(splitCommand(text), cwd), { cwd, sources }),
  });
  return { identity, params: { agentChosenBy: "option", ...params } };
}

/** The agent of a configuration: neither it, if it is a program, nor the MCP servers of any see the benchmarks. */
export function hideBenchmarks(
  agent: ConfiguredAgent,
  where: { cwd: string; sources: readonly string[] },
): PlannedAgent {
  const { identity, params } = agent;
  if (identity.kind !== "command" && params.mcp === undefined) return agent;
  const servers = (params.mcp ?? []) as { command?: readonly string[] }[];
  const words = servers.flatMap(({ command = [] }) => command);
  const conceal = concealedFrom(argvFiles(words, where.cwd), where);
  if (identity.kind !== "command") return { identity, params: { ...params, conceal } };
  const command = commandOfParams(params);
  const ofProgram = [...command.conceal, ...concealedFrom(argvFiles(command.argv, where.cwd), where)];
  return { identity, params: { ...params, conceal, command: { ...command, conceal: ofProgram } } };
}

/**
 * What a program must not see of the benchmarks: the folders that were named, or, where it needs something in one
 * itself, the files in it.
 * @param needed Absolute paths of what it needs.
 */
function concealedFrom(
  needed: readonly string[],
  { cwd, sources }: { cwd: string; sources: readonly string[] },
): string[] {
  return sources.flatMap((source) => {
    const path = resolve(cwd, source);
    const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
    if (!isFolder) return [path];
    const isNeeded = [cwd, ...needed].some((one) => one === path || !relative(path, one).startsWith(".."));
    return isNeeded ? benchmarkFiles(path) : [path];
  });
}

function benchmarkFiles(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
    (name) => /\.(ya?ml|jsonl|csv)$/.test(name) && !name.split("/").includes("node_modules"),
  );
  return files.slice(0, filesMax).map((name) => join(folder, name));
}

function argvFiles(words: readonly string[], cwd: string): string[] {
  return words.map((word) => resolve(cwd, word)).filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
}
