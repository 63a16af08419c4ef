// What goes wrong, where and when: the plan that a scene gives to the processes it starts, and the words in which they
// say that it went wrong. Both lie in files of the scene, since the processes die.

import type { Moment, Role } from "./points.ts";

export type Action =
  | { do: "kill" }
  /** SIGSTOP; the suite sends SIGCONT after this long. */
  | { do: "stop"; ms: number }
  /** The thread gets no processor, or its disk is this slow. */
  | { do: "starve"; ms: number }
  /** Makes the one file, if one is named, and stands still until the other exists. */
  | { do: "hold"; makesFile: string | null; untilFile: string }
  /** Date.now is this much later from here on, milliseconds; or earlier. */
  | { do: "clock"; ms: number }
  /** What is written there has a wrong byte in it. */
  | { do: "damage" }
  /** No room on the disk, this many times. */
  | { do: "full"; times: number };

export type Fault = {
  /** Unique in its scene: each fault happens once, whichever process comes first. */
  id: string;
  role: Role;
  point: string;
  moment: Moment;
  /** At which passing of the point by one thread, from 1. */
  nth: number;
  action: Action;
};

/** What a process of a scene is told through its `--import`. */
export type Plan = {
  /** Role of the command itself; its runners know theirs by their entry file. */
  role: Role;
  faults: Fault[];
  /** Where every fault that happens is written down, one JSON line each. */
  log: string;
  /** Folder of marks: who makes a fault's mark first has that fault. */
  marks: string;
  /** The ledger is a database on a server, so that what is watched are its statements. */
  isOnServer: boolean;
};

export type Fired = Pick<Fault, "id" | "role" | "point" | "moment" | "action"> & { pid: number; atMs: number };
