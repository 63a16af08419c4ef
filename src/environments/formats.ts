// The file formats of all environments, by name: those of this build, and those that a project adds.

import type { EnvironmentFormat } from "./environment-format.ts";
import { solanaFormat } from "./solana/format.ts";
import { textFormat } from "./text/format.ts";
import { workspaceFormat } from "./workspace/format.ts";

export const environmentFormats: Readonly<Record<string, EnvironmentFormat>> = {
  solana: solanaFormat,
  text: textFormat,
  workspace: workspaceFormat,
};

/** Those that the project's configuration adds; a process works for one project. */
const addedFormats = new Map<string, EnvironmentFormat>();

/** Adds formats of the project's configuration. One that this build has itself stays what it is. */
export function addEnvironmentFormats(formats: Readonly<Record<string, EnvironmentFormat>>): void {
  for (const [name, format] of Object.entries(formats))
    if (!Object.hasOwn(environmentFormats, name)) addedFormats.set(name, format);
}

/** The format of this environment, or undefined if there is none. */
export function environmentFormat(name: string): EnvironmentFormat | undefined {
  return Object.hasOwn(environmentFormats, name) ? environmentFormats[name] : addedFormats.get(name);
}

/** Names of all environments. */
export function environmentNames(): string[] {
  return [...Object.keys(environmentFormats), ...addedFormats.keys()];
}

/** Tools that the project's configuration offers beside those of the worlds; null for one that is offered everywhere. */
const addedTools: { name: string; environments: readonly string[] | null }[] = [];

/** Adds tools of the project's configuration by name: benchmarks may list them, and solutions call them. */
export function addToolNames(tools: typeof addedTools): void {
  for (const tool of tools) if (!addedTools.some(({ name }) => name === tool.name)) addedTools.push(tool);
}

/** Names of the project's tools in this environment. */
export function addedToolNames(environment: string): string[] {
  return addedTools.filter(({ environments }) => environments?.includes(environment) ?? true).map(({ name }) => name);
}
