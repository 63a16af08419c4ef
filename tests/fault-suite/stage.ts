// What a scene is played with: an episode, and the fault that it is played for.

import type { Episode } from "./episode.ts";
import type { Fault } from "./fault.ts";
import type { Role } from "./points.ts";
import { trouble } from "./trouble.ts";

export type Stage = { episode: Episode; target: Fault };

/** The target if it is for this role, and what chance adds. */
export function faultsFor(role: Role, { episode, target }: Stage): Fault[] {
  return [...(target.role === role ? [target] : []), ...trouble(episode, role)];
}

/** For a command and the runners that it boots. */
export function faultsOfStart(stage: Stage): Fault[] {
  return [...faultsFor("supervisor", stage), ...faultsFor("runner", stage)];
}
