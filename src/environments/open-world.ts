// Finds an environment by name and loads it only then: a virtual machine is not paid for by runs without one.

import { RunledgerError } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import type { Environment, World, WorldSetup, WorldSnapshot } from "./environment.ts";

const environments: Readonly<Record<string, () => Promise<Environment>>> = {
  solana: async () => (await import("./solana/world.ts")).solanaEnvironment,
  text: async () => (await import("./text/world.ts")).textEnvironment,
  workspace: async () => (await import("./workspace/world.ts")).workspaceEnvironment,
};

/** Those that the project's configuration adds; a process works for one project. */
const added = new Map<string, Environment>();

/** Adds environments of the project's configuration. One that this build has itself stays what it is. */
export function addEnvironments(more: Readonly<Record<string, Environment>>): void {
  for (const [name, environment] of Object.entries(more))
    if (!Object.hasOwn(environments, name)) added.set(name, environment);
}

/**
 * Makes the named environment's world, or brings back the one in the snapshot.
 * @throws `environment.unknown` for a name that neither this build nor the project has.
 */
export async function openWorld(
  name: string,
  setup: WorldSetup,
  snapshot: WorldSnapshot | null = null,
): Promise<World> {
  const environment = Object.hasOwn(environments, name) ? await environments[name]?.() : added.get(name);
  if (environment === undefined) {
    const near = didYouMean(name, [...Object.keys(environments), ...added.keys()]);
    throw new RunledgerError("environment.unknown", `there is no environment ${JSON.stringify(name)}${near}`);
  }
  return snapshot === null ? environment.open(setup) : environment.restore(setup, snapshot);
}
