// What can be seen of the queue beside the runs in it: the limits over all workers, and the workers that take from it.

import type { Place } from "./events.ts";
import type { Lane } from "./lane.ts";
import type { RunKind } from "./limits.ts";

/** What a worker is able and willing to run; a claim takes nothing else. */
export type Abilities = {
  kinds: RunKind[];
  /** Agents by name, `x:*` for all that begin so; null allows all. A run without an agent needs none. */
  agents: string[] | null;
  /** Environment variables that it has, of those that runs may need; none: it has none. */
  keys?: string[] | undefined;
  /** Only runs that carry all of these; none: any run. */
  labels: Record<string, string>;
};

/** A limit on how many runs of a key are under way at once, over all workers: `agent:x`, `provider:x`, `label:k=v`. */
export type LimitUse = { key: string; max: number; used: number };

/** A worker that takes runs from the queue, as it said itself; whether it lives is for its lock to say. */
export type WorkerEntry = {
  worker: string;
  place: Place;
  pid: number;
  /** RFC 3339. */
  startedAt: string;
  /** Runs that it supervises at once. */
  slots: number;
  can: Abilities;
  build: string;
  /** It takes no more runs, and ends when those that it has are over or left to others. */
  isDraining: boolean;
};

/** A worker as a reader of the queue found it. */
export type QueueWorker = Abilities & {
  worker: string;
  isAlive: boolean;
  isDraining: boolean;
  /** Its process was stopped (SIGSTOP, Ctrl-Z, a debugger): it lives, and takes nothing until it goes on. */
  isStopped?: boolean;
  /** Runs that it could begin now; null if nobody counted. */
  freeSlots: number | null;
};

export type QueueView = {
  limits: LimitUse[];
  workers: QueueWorker[];
  /** Experiments that a command works off by itself; its worker takes nothing else, so it is none of these. */
  workedOff: ReadonlySet<string>;
};

/** Whether the runs of a lane are among those that a worker is able and willing to run. */
export function canTake(can: Abilities, lane: Lane): boolean {
  return can.kinds.includes(lane.kind) && hasAgent(can, lane.agent) && missingIn(can, lane) === 0;
}

function missingIn(can: Abilities, lane: Lane): number {
  return missingLabels(can, lane).length + missingKeys(can, lane).length;
}

/** Why none of these workers takes the runs of a lane, in words, or null if one does. Nearest misses speak. */
export function refusalOf(workers: readonly Abilities[], lane: Lane): string | null {
  if (workers.length === 0) return "no worker";
  const ofKind = workers.filter((can) => can.kinds.includes(lane.kind));
  if (ofKind.length === 0) return `no worker takes kind ${lane.kind}`;
  const ofAgent = ofKind.filter((can) => hasAgent(can, lane.agent));
  if (ofAgent.length === 0) return `no worker takes agent ${lane.agent}`;
  const withKeys = ofAgent.filter((can) => missingKeys(can, lane).length === 0);
  if (withKeys.length === 0) {
    const [fewest = []] = ofAgent.map((can) => missingKeys(can, lane)).sort((a, b) => a.length - b.length);
    return `no worker has ${fewest.join(" and ")}`;
  }
  const missing = withKeys.map((can) => missingLabels(can, lane));
  if (missing.some((labels) => labels.length === 0)) return null;
  const ways = [...new Set(missing.map((labels) => labels.join(" and ")))].sort().slice(0, namedWaysMax);
  return `no worker takes runs without the label ${ways.join(" or ")}`;
}

const namedWaysMax = 3;

function hasAgent(can: Abilities, agent: string | null): boolean {
  if (agent === null || can.agents === null) return true;
  return can.agents.some((name) => (name.endsWith("*") ? agent.startsWith(name.slice(0, -1)) : name === agent));
}

/** Environment variables that the runs need and the worker does not have. */
function missingKeys(can: Abilities, { needs }: Lane): string[] {
  return needs.filter((name) => !can.keys?.includes(name));
}

/** Labels, as `k=v`, that the worker asks for and the runs do not carry. */
function missingLabels(can: Abilities, lane: Lane): string[] {
  const carried = new Map(lane.labels);
  return Object.entries(can.labels)
    .filter(([key, value]) => carried.get(key) !== value)
    .map(([key, value]) => `${key}=${value}`);
}
