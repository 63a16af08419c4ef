// Finds an environment by name and loads it only then: a virtual machine is not paid for by runs without one.

import { RunledgerError } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import type { Environment, World, WorldSetup, WorldSnapshot } from "./environment.ts";

const environments: Readonly<Record<string, () => Promise<Environment>>> = {
  solana: async () => (await import("./solana/world.ts")).solanaEnvironment,
  text: async () => (await import("./text/world.ts")).textEnvironment,
  workspace: async () => (await import("./workspace/world.ts")).workspaceEnvironment,
};

/**
 * Makes the named environment's world, or brings back the one in the snapshot.
 * @throws `environment.unknown` for a name that this build does not have.
 */
export async function openWorld(
  name: string,
  setup: WorldSetup,
  snapshot: WorldSnapshot | null = null,
): Promise<World> {
  const load = Object.hasOwn(environments, name) ? environments[name] : undefined;
  if (load === undefined) {
    const near = didYouMean(name, Object.keys(environments));
    throw new RunledgerError("environment.unknown", `there is no environment ${JSON.stringify(name)}${near}`);
  }
  const environment = await load();
  return snapshot === null ? environment.open(setup) : environment.restore(setup, snapshot);
}
