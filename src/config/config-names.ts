// The names of a configuration's parts, looked at together: two of one name, and names that mean something else already.
// Which of the two would be meant is never guessed.

import { didYouMean } from "../core/nearest.ts";
import { commonTools } from "../core/tool.ts";
import { environmentFormats } from "../environments/formats.ts";
import { assertionKinds } from "../scorers/assertion-kinds.ts";
import type { Config } from "./define-config.ts";

/** Tools of MCP servers are offered as `mcp__SERVER__TOOL`; no other tool may be mistaken for one. */
const mcpPrefix = "mcp__";

/** What is wrong with the names of a configuration that is in order otherwise: each fault begins with its key. */
export function nameFaults(config: Config): string[] {
  const { agents = [], tools = [], providers = [], scorers = {}, environments = {} } = config;
  const toolsOf = toolsByEnvironment(config);
  return [
    ...twinFaults("agents", agents),
    ...twinFaults("tools", tools),
    ...twinFaults("providers", providers),
    ...agents.flatMap(({ mcp = [] }, index) => twinFaults(`agents.${index}.mcp`, mcp)),
    ...Object.keys(environments)
      .filter((name) => Object.hasOwn(environmentFormats, name))
      .map(taken("environments")),
    ...Object.keys(scorers)
      .filter((type) => Object.hasOwn(assertionKinds, type))
      .map(taken("scorers")),
    ...Object.entries(environments).flatMap(([name, { toolNames }]) => ownToolFaults(name, toolNames)),
    ...tools.flatMap((tool, index) => toolFaults(`tools.${index}`, tool, toolsOf)),
    ...Object.entries(scorers).flatMap(([type, { environments: where }]) =>
      where === "all" ? [] : unknownEnvironments(`scorers.${type}.environments`, where, toolsOf),
    ),
  ];
}

type ToolsByEnvironment = Readonly<Record<string, readonly string[]>>;

function toolsByEnvironment({ environments = {} }: Config): ToolsByEnvironment {
  const all = { ...environments, ...environmentFormats };
  return Object.fromEntries(Object.entries(all).map(([name, { toolNames }]) => [name, toolNames]));
}

function twinFaults(key: string, parts: readonly { name: string }[]): string[] {
  return twinsIn(parts.map(({ name }) => name)).map((twin) => `${key}: two are called ${twin}`);
}

function twinsIn(names: readonly string[]): string[] {
  return names.filter((name, index) => names.indexOf(name) !== index);
}

function taken(key: string): (name: string) => string {
  return (name) => `${key}.${name}: this build has one of that name itself; give yours another`;
}

function ownToolFaults(environment: string, toolNames: readonly string[]): string[] {
  const key = `environments.${environment}.toolNames`;
  const twins = twinsIn(toolNames).map((twin) => `${key}: two are called ${twin}`);
  return [...twins, ...toolNames.flatMap((name) => reservedFaults(key, name))];
}

function toolFaults(
  key: string,
  { name, environments }: { name: string; environments?: readonly string[] },
  toolsOf: ToolsByEnvironment,
): string[] {
  const where = environments ?? Object.keys(toolsOf);
  const twins = where.filter((one) => toolsOf[one]?.includes(name));
  const words = `the environment ${twins[0]} has a tool ${name} itself; give yours another name, or say in environments where it is offered`;
  return [
    ...reservedFaults(`${key}.name`, name),
    ...(twins.length === 0 ? [] : [`${key}.name: ${words}`]),
    ...unknownEnvironments(`${key}.environments`, environments ?? [], toolsOf),
  ];
}

function reservedFaults(key: string, name: string): string[] {
  if (name.startsWith(mcpPrefix)) return [`${key}: ${name} begins with ${mcpPrefix}, like tools of MCP servers`];
  return commonTools.some((one) => one.name === name) ? [`${key}: every environment has the tool ${name} already`] : [];
}

function unknownEnvironments(key: string, names: readonly string[], toolsOf: ToolsByEnvironment): string[] {
  const unknown = names.filter((name) => !Object.hasOwn(toolsOf, name));
  return unknown.map((name) => `${key}: there is no environment ${name}${didYouMean(name, Object.keys(toolsOf))}`);
}
