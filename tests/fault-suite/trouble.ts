// What chance adds to a scene beside its target: a second death, a stop, a slow or full disk, a clock that is stepped.

import type { Episode } from "./episode.ts";
import type { Action, Fault } from "./fault.ts";
import { type Point, points, type Role } from "./points.ts";

/** How likely a role of a scene gets a further fault. */
const likelihood: Record<Role, number> = { supervisor: 0.3, bystander: 0.4, runner: 0.2 };

/** Points at which a full disk is met by what writes there, and has to be lived with. */
const writing = new Set([
  "journal line",
  "intake",
  "conclusion",
  "blob kept",
  "session file",
  "control line",
  "vouched",
  "files handed over",
  "runner named",
  "cancel",
  "pause",
]);

const hourMs = 3_600_000;

/** Further faults for a process of this role: mostly none. */
export function trouble(episode: Episode, role: Role): Fault[] {
  const { random } = episode;
  if (!random.chance(likelihood[role])) return [];
  const point = random.pick(points.filter(({ process }) => process === role));
  const action = actionAt(episode, point);
  if (action === null) return [];
  // What a disk has no room for is not written at all.
  const set = { full: "before", damage: "within" } as const;
  const moment = action.do === "full" || action.do === "damage" ? set[action.do] : random.pick(point.moments);
  return [episode.fault(role, { point: point.name, moment, nth: random.between(1, point.nthMax) }, action)];
}

function actionAt({ random }: Episode, point: Point): Action | null {
  switch (random.pick(["kill", "kill", "kill", "stop", "starve", "clock", "full", "damage"] as const)) {
    case "kill":
      return { do: "kill" };
    case "stop":
      return { do: "stop", ms: random.between(100, 1_500) };
    case "starve":
      return { do: "starve", ms: random.between(20, 600) };
    case "clock":
      return { do: "clock", ms: random.pick([-hourMs, hourMs]) };
    case "damage":
      return point.name === "journal line" ? { do: "damage" } : null;
    case "full":
      return writing.has(point.name) ? { do: "full", times: random.between(1, 3) } : null;
  }
}
