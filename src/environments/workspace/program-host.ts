// The port of what runs a workspace's programs: this machine, or containers on it.

import type { ProgramEnd } from "../environment.ts";

/** A program in the workspace, or in another folder of the place. */
export type WorkspaceProgram = {
  argv: readonly [string, ...string[]];
  cwd: string;
  timeoutMs: number;
  signal?: AbortSignal;
};

/** What programs run in. */
export type ProgramHost = {
  /** What it is, in a few words, where it is not plainly this machine. */
  traits: readonly string[];
  run(program: WorkspaceProgram): Promise<ProgramEnd>;
  /** Leaves nothing behind. */
  close(): Promise<void>;
};
