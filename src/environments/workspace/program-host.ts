// The port of what runs a workspace's programs: this machine, or containers on it.

import { join } from "node:path";
import type { ProgramEnd } from "../environment.ts";
import { keepFolder } from "./folder.ts";

/** A program in the workspace, or in another folder of the place. */
export type WorkspaceProgram = {
  argv: readonly [string, ...string[]];
  cwd: string;
  /** Absolute path of the folder in which its `home` and `tmp` lie; they are made if they are not there. */
  own: string;
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

/** A program's home and its folder for temporary files, which are made if they are not there. */
export function ownFolders(own: string): { home: string; temporary: string } {
  const [home, temporary] = [join(own, "home"), join(own, "tmp")];
  for (const folder of [home, temporary]) keepFolder(folder);
  return { home, temporary };
}
