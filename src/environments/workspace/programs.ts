// Programs in a workspace: one at a time, with a home and a folder for temporary files of their own, and with nothing of
// the user's environment but what programs need to be found and to speak the user's language.

import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ProgramEnd, WorkPlace } from "../environment.ts";

export type Workspace = {
  /** Absolute path of the folder in which the agent works. */
  folder: string;
  /** Runs a program there, or in `cwd`, when the one before is gone. */
  run(program: {
    argv: readonly [string, ...string[]];
    cwd?: string;
    timeoutMs: number;
    signal?: AbortSignal;
  }): Promise<ProgramEnd>;
  /** Resolves when no program is under way. */
  idle(): Promise<void>;
};

/** The workspace in the place that the runner offers. */
export function workspaceIn(place: WorkPlace): Workspace {
  const folder = join(place.folder, "workspace");
  let last: Promise<unknown> = Promise.resolve();
  return {
    folder,
    run({ cwd = folder, ...program }) {
      // A caller that stopped waiting has left its program behind: it is gone before the next one begins.
      const run = last.then(() => place.run({ ...program, cwd, env: programEnv(place.folder) }));
      last = run.catch(() => {});
      return run;
    },
    idle: async () => void (await last),
  };
}

const passedOn = ["LANG", "LANGUAGE", "TZ", "TERM"];

function programEnv(folder: string): Record<string, string> {
  const [home, temporary] = [join(folder, "home"), join(folder, "tmp")];
  for (const own of [home, temporary]) mkdirSync(own, { recursive: true });
  const kept = Object.entries(process.env).filter(([name]) => passedOn.includes(name) || name.startsWith("LC_"));
  return {
    ...Object.fromEntries(kept.filter((entry): entry is [string, string] => entry[1] !== undefined)),
    // This Node first: what a benchmark's commands run on should not depend on what else is installed.
    PATH: `${dirname(process.execPath)}:${process.env.PATH ?? "/usr/bin:/bin"}`,
    HOME: home,
    TMPDIR: temporary,
  };
}
