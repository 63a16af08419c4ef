// Programs in a workspace: one at a time, with a home and a folder for temporary files of their own, and with nothing of
// the user's environment but what programs need to be found and to speak the user's language. They run on this machine,
// with its network or without one, or in containers.

import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ProgramEnd, WorkPlace } from "../environment.ts";
import { openContainers } from "./containers.ts";
import type { WorkspaceOptions } from "./format.ts";
import type { ProgramHost, WorkspaceProgram } from "./program-host.ts";

export type Workspace = {
  /** Absolute path of the folder in which the agent works. */
  folder: string;
  traits: readonly string[];
  /** Runs a program there, or in `cwd`, when the one before is gone. */
  run(program: Omit<WorkspaceProgram, "cwd"> & { cwd?: string }): Promise<ProgramEnd>;
  /** Resolves when no program is under way. */
  idle(): Promise<void>;
  close(): Promise<void>;
};

/**
 * The workspace in the place that the runner offers.
 * @throws `workspace.*` if this machine cannot run programs as the options ask; nothing else runs in their place.
 */
export async function workspaceIn(place: WorkPlace, { image, network }: WorkspaceOptions): Promise<Workspace> {
  const folder = join(place.folder, "workspace");
  const host = image === null ? await thisMachine(place, network) : await openContainers(place, { image, network });
  let last: Promise<unknown> = Promise.resolve();
  const idle = async (): Promise<void> => void (await last);
  return {
    folder,
    traits: host.traits,
    run({ cwd = folder, ...program }) {
      // A caller that stopped waiting has left its program behind: it is gone before the next one begins.
      const run = last.then(() => host.run({ ...program, cwd }));
      last = run.catch(() => {});
      return run;
    },
    idle,
    close: () => idle().then(() => host.close()),
  };
}

/** How long a program that does nothing may take. */
const tryMsMax = 10_000;

async function thisMachine(place: WorkPlace, network: WorkspaceOptions["network"]): Promise<ProgramHost> {
  const env = programEnv(place.folder);
  const run = (program: WorkspaceProgram): Promise<ProgramEnd> => place.run({ ...program, env, network });
  // A real try, so that a machine that cannot do it is known before the agent has done anything.
  if (network === "none") await run({ argv: ["true"], cwd: place.folder, timeoutMs: tryMsMax });
  return { traits: network === "none" ? ["no network"] : [], run, close: async () => {} };
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
