// Programs in a workspace: one at a time, with a home and a folder for temporary files of their own, and with nothing of
// the user's environment but what programs need to be found and to speak the user's language. They run on this machine,
// with its network or without one, or in containers.

import { dirname, join } from "node:path";
import type { ProgramEnd, WorkPlace } from "../environment.ts";
import { openContainers } from "./containers.ts";
import { keepFolder } from "./folder.ts";
import type { WorkspaceOptions } from "./format.ts";
import { ownFolders, type ProgramHost, type WorkspaceProgram } from "./program-host.ts";

export type Workspace = {
  /** Absolute path of the folder in which the agent works. */
  folder: string;
  traits: readonly string[];
  /** Runs a program there with the agent's home, or elsewhere with another, when the one before is gone. */
  run(program: Omit<WorkspaceProgram, "cwd" | "own"> & { cwd?: string; own?: string }): Promise<ProgramEnd>;
  /** Resolves when no program is under way and the folder is there, whatever was made of it. */
  ready(): Promise<void>;
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
  const ready = async (): Promise<void> => {
    await last;
    keepFolder(folder);
  };
  return {
    folder,
    traits: host.traits,
    run({ cwd = folder, own = place.folder, ...program }) {
      // A caller that stopped waiting has left its program behind: it is gone before the next one begins.
      const run = ready().then(() => host.run({ ...program, cwd, own }));
      last = run.catch(() => {});
      return run;
    },
    ready,
    close: () => ready().then(() => host.close()),
  };
}

/** How long a program that does nothing may take. */
const tryMsMax = 10_000;

async function thisMachine(place: WorkPlace, network: WorkspaceOptions["network"]): Promise<ProgramHost> {
  const run = ({ own, ...program }: WorkspaceProgram): Promise<ProgramEnd> =>
    place.run({ ...program, env: programEnv(own), network });
  // A real try, so that a machine that cannot do it is known before the agent has done anything.
  if (network === "none") await run({ argv: ["true"], cwd: place.folder, own: place.folder, timeoutMs: tryMsMax });
  return { traits: network === "none" ? ["no network"] : [], run, close: async () => {} };
}

const passedOn = ["LANG", "LANGUAGE", "TZ", "TERM"];

function programEnv(own: string): Record<string, string> {
  const { home, temporary } = ownFolders(own);
  const kept = Object.entries(process.env).filter(([name]) => passedOn.includes(name) || name.startsWith("LC_"));
  return {
    ...Object.fromEntries(kept.filter((entry): entry is [string, string] => entry[1] !== undefined)),
    // This Node first: what a benchmark's commands run on should not depend on what else is installed.
    PATH: `${dirname(process.execPath)}:${process.env.PATH ?? "/usr/bin:/bin"}`,
    HOME: home,
    TMPDIR: temporary,
  };
}
