// The catalogue of named points at which a process of the product can be killed, stopped or starved. A point belongs to
// the process that passes it; `npm run faults` shows how often each was hit, and leaves none out.

/** Who passes a point: the process of an attempt, the one that started or works off runs, or any other command. */
export type Role = "runner" | "supervisor" | "bystander";

/** Where in what a point names: before it, after half of its bytes, after it. */
export type Moment = "before" | "within" | "after";

/** How a point is reached; the scenes are in `scenes.ts`. */
export type SceneName =
  | "plain run"
  | "program"
  | "cancelled"
  | "paused"
  | "abandoned alive"
  | "adopted twice"
  | "abandoned dead"
  | "abandoned before hand-over"
  | "queue"
  | "served"
  | "experiment"
  | "ended";

export type Point = {
  /** As the injected code reports it. */
  name: string;
  process: Role;
  moments: readonly Moment[];
  /** Scenes that pass it, the likeliest first. */
  scenes: readonly SceneName[];
  /** The highest passing of it worth counting to; 1 if it is passed once. */
  nthMax: number;
  /** What happens there, for the table. */
  what: string;
};

const around = ["before", "after"] as const;
const through = ["before", "within", "after"] as const;
/** What everybody who supervises passes, mostly played by the shortest scene. */
const supervised = ["plain run", "plain run", "plain run", "plain run", "queue", "served", "experiment"] as const;
const alone = ["plain run", "plain run", "program", "program", "experiment"] as const;

// biome-ignore format: a table reads as a table
export const points: readonly Point[] = [
  { name: "lock taken", process: "runner", moments: around, scenes: ["plain run", "program"], nthMax: 1, what: "boots, before it has an assignment" },
  { name: "journal made", process: "runner", moments: around, scenes: ["plain run", "program"], nthMax: 1, what: "creates its journal" },
  { name: "journal line", process: "runner", moments: through, scenes: alone, nthMax: 22, what: "writes a journal line" },
  { name: "finish record", process: "runner", moments: through, scenes: alone, nthMax: 1, what: "writes its finish record" },
  { name: "checkpoint left", process: "runner", moments: through, scenes: ["paused"], nthMax: 1, what: "leaves a checkpoint" },
  { name: "program named", process: "runner", moments: around, scenes: ["program"], nthMax: 2, what: "writes down its program, before and after it starts it" },

  { name: "lock taken", process: "supervisor", moments: around, scenes: supervised, nthMax: 1, what: "takes its lock" },
  { name: "runner booted", process: "supervisor", moments: around, scenes: supervised, nthMax: 1, what: "boots a runner" },
  { name: "plan", process: "supervisor", moments: around, scenes: ["experiment"], nthMax: 1, what: "commits an experiment with all its cells" },
  { name: "claim", process: "supervisor", moments: around, scenes: ["plain run", "ended", "queue", "served", "experiment"], nthMax: 2, what: "commits the claim" },
  { name: "blob kept", process: "supervisor", moments: around, scenes: ["plain run", "paused"], nthMax: 1, what: "keeps the subject's content or a checkpoint" },
  { name: "files handed over", process: "supervisor", moments: through, scenes: supervised, nthMax: 1, what: "writes spec.json" },
  { name: "runner named", process: "supervisor", moments: around, scenes: supervised, nthMax: 1, what: "writes runner.json" },
  { name: "folder moved", process: "supervisor", moments: around, scenes: supervised, nthMax: 1, what: "makes the spare's folder the attempt's" },
  { name: "assignment sent", process: "supervisor", moments: through, scenes: supervised, nthMax: 1, what: "sends the assignment" },
  { name: "vouched", process: "supervisor", moments: around, scenes: supervised, nthMax: 2, what: "vouches for its runner" },
  { name: "intake", process: "supervisor", moments: around, scenes: ["plain run", "program", "served", "experiment"], nthMax: 4, what: "commits journal lines" },
  { name: "control line", process: "supervisor", moments: through, scenes: ["cancelled", "paused"], nthMax: 1, what: "tells its runner to stop or pause" },
  { name: "conclusion", process: "supervisor", moments: around, scenes: ["plain run", "program", "cancelled", "served", "experiment"], nthMax: 1, what: "commits the ending" },
  { name: "hold", process: "supervisor", moments: around, scenes: ["paused"], nthMax: 1, what: "commits that the run is held at its checkpoint" },
  { name: "session file", process: "supervisor", moments: around, scenes: supervised, nthMax: 1, what: "puts the session file in place" },
  { name: "shutdown", process: "supervisor", moments: around, scenes: supervised, nthMax: 1, what: "gives its lock up" },

  { name: "lock looked at", process: "bystander", moments: around, scenes: ["abandoned alive", "abandoned dead"], nthMax: 2, what: "looks whether a supervisor or runner lives" },
  { name: "orphaning", process: "bystander", moments: around, scenes: ["abandoned alive", "abandoned dead"], nthMax: 1, what: "commits that the supervisor is gone" },
  { name: "journal forestalled", process: "bystander", moments: around, scenes: ["abandoned before hand-over"], nthMax: 1, what: "makes the journal of a runner that never began" },
  { name: "intake", process: "bystander", moments: around, scenes: ["abandoned alive", "abandoned dead"], nthMax: 1, what: "commits journal lines that had waited" },
  { name: "adopter looked", process: "bystander", moments: ["after"], scenes: ["adopted twice"], nthMax: 1, what: "has decided to adopt" },
  { name: "adoption", process: "bystander", moments: around, scenes: ["abandoned alive"], nthMax: 1, what: "commits an adoption" },
  { name: "control line", process: "bystander", moments: through, scenes: ["abandoned alive"], nthMax: 2, what: "tells a runner of the adoption, or to stop" },
  { name: "cancel", process: "bystander", moments: around, scenes: ["cancelled"], nthMax: 1, what: "commits a cancel" },
  { name: "pause", process: "bystander", moments: around, scenes: ["paused"], nthMax: 1, what: "commits a pause" },
  { name: "conclusion", process: "bystander", moments: around, scenes: ["abandoned dead", "abandoned before hand-over"], nthMax: 1, what: "commits the ending of what others left" },
  { name: "session file", process: "bystander", moments: around, scenes: ["abandoned dead"], nthMax: 1, what: "puts the session file in place" },
  { name: "deletion", process: "bystander", moments: around, scenes: ["ended"], nthMax: 1, what: "commits a deletion" },
  { name: "run folder removed", process: "bystander", moments: around, scenes: ["ended"], nthMax: 1, what: "removes the files of a deleted run" },
];

/** `supervisor: intake` */
export function pointKey({ process, name }: Pick<Point, "process" | "name">): string {
  return `${process}: ${name}`;
}
