// The environment `workspace`: a folder in, the agent works there, and files and commands decide when it is done. The
// verifier's commands run on a copy, with a home of their own: they see what the agent left in the workspace and nowhere
// else, and leave nothing behind themselves.

import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Json } from "../../core/document-value.ts";
import { RunledgerError } from "../../core/errors.ts";
import type { Environment, WorkPlace, World, WorldSetup } from "../environment.ts";
import type { CommandState, Observation, Subject } from "../observation.ts";
import { tidyPath } from "../workspace-paths.ts";
import {
  clear,
  copyFolder,
  entriesBelow,
  layFiles,
  type PackedFolder,
  packFolder,
  stateOf,
  staysIn,
  unlock,
  unpackFolder,
} from "./folder.ts";
import type { WorkspaceEntry, WorkspaceOptions } from "./format.ts";
import { ownFolders } from "./program-host.ts";
import { type Workspace, workspaceIn } from "./programs.ts";
import { workspaceTools } from "./tools.ts";

export const workspaceEnvironment: Environment = {
  async open(setup) {
    const place = placeOf(setup);
    const workspace = await workspaceIn(place, setup.options as WorkspaceOptions);
    clear(workspace.folder);
    const files = (setup.initialState as readonly WorkspaceEntry[]).flatMap((entry) => entry.files);
    layFiles(workspace.folder, files);
    return worldOf(workspace, place, files.length);
  },
  async restore(setup, snapshot) {
    const place = placeOf(setup);
    const workspace = await workspaceIn(place, setup.options as WorkspaceOptions);
    clear(workspace.folder);
    // One that an older build packed is the workspace alone.
    const read = JSON.parse(Buffer.from(snapshot.bytes).toString("utf8")) as Packed | PackedFolder;
    const packed = Array.isArray(read) ? { workspace: read, home: [] } : read;
    unpackFolder(workspace.folder, packed.workspace);
    unpackFolder(ownFolders(place.folder).home, packed.home);
    return worldOf(workspace, place, packed.workspace.length);
  },
};

/** What goes over a pause: what the agent made, and what its programs keep at home, such as settings and packages. */
type Packed = { workspace: PackedFolder; home: PackedFolder };

/** What programs can make anew, and fill with more than a checkpoint should hold. */
const isCache = (path: string): boolean => path === ".cache" || path === ".npm";
/** A workspace that holds more than this cannot be kept: to pack it takes ten times its size of memory, of which a run has 1 GiB. */
const workspaceBytesMax = 64 * 1024 * 1024;
/** A home that holds more than this, such as installed packages, is not kept: a checkpoint is made in memory. */
const homeBytesMax = 16 * 1024 * 1024;

type CommandSubject = Extract<Subject, { kind: "command" }>;
const tailChars = 600;
const lookedAtMax = 200;

function placeOf({ place }: WorldSetup): WorkPlace {
  if (place == null)
    throw new RunledgerError("environment.failed", "a workspace needs a folder, and this runner offers none");
  return place;
}

function worldOf(workspace: Workspace, place: WorkPlace, files: number): World {
  return {
    summary: [`workspace: ${files} file${files === 1 ? "" : "s"}`, ...workspace.traits].join(", "),
    names: {},
    folder: workspace.folder,
    tools: workspaceTools(workspace),
    async look() {
      await workspace.ready();
      unlock(workspace.folder);
      return lookAt(workspace.folder);
    },
    observe: (subjects) => observe(workspace, place, subjects),
    async whyNoSnapshot() {
      await workspace.ready();
      unlock(workspace.folder);
      return bytesBelow(workspace.folder) <= workspaceBytesMax
        ? null
        : `the workspace holds more than the ${workspaceBytesMax / 1024 / 1024} MiB that a checkpoint can keep`;
    },
    async snapshot() {
      await workspace.ready();
      unlock(workspace.folder);
      const { home } = ownFolders(place.folder);
      unlock(home);
      const packed: Packed = { workspace: packFolder(workspace.folder), home: packHome(home) };
      return { state: null, bytes: Buffer.from(JSON.stringify(packed), "utf8") };
    },
    // The folder stays for people to look at, like everything of an attempt; it goes with the run.
    [Symbol.asyncDispose]: () => workspace.close(),
  };
}

function packHome(home: string): PackedFolder {
  return bytesBelow(home, isCache) > homeBytesMax ? [] : packFolder(home, isCache);
}

/** @param isLeftOut Asked for what lies in the folder itself */
function bytesBelow(folder: string, isLeftOut: (name: string) => boolean = () => false): number {
  const kept = entriesBelow(folder).filter(({ path }) => !isLeftOut(path.split("/")[0] ?? ""));
  return kept.reduce((sum, { bytes }) => sum + bytes, 0);
}

function lookAt(folder: string): Record<string, Json> {
  const files = entriesBelow(folder).filter(({ kind }) => kind === "file");
  return {
    files: files.slice(0, lookedAtMax).map(({ path }) => path),
    files_left_out: Math.max(0, files.length - lookedAtMax),
  };
}

/** Looks only when everything that the agent has started is gone. */
async function observe(workspace: Workspace, place: WorkPlace, subjects: readonly Subject[]): Promise<Observation> {
  await workspace.ready();
  unlock(workspace.folder);
  const files: NonNullable<Observation["files"]> = {};
  const commands: NonNullable<Observation["commands"]> = {};
  for (const subject of subjects)
    if (subject.kind === "file") files[subject.path] = stateOf(workspace.folder, subject.path);
  for (const subject of subjects) {
    if (subject.kind === "command") commands[JSON.stringify(subject)] ??= await verify(workspace, place, subject);
  }
  return { accounts: {}, transactions: [], files, commands };
}

async function verify(workspace: Workspace, place: WorkPlace, subject: CommandSubject): Promise<CommandState> {
  const { run, timeoutS, rewardFile } = subject;
  // With a home of its own, so that neither side finds there what the other left.
  const own = join(place.folder, "verify");
  const copy = join(own, "workspace");
  clear(own);
  try {
    copyFolder(workspace.folder, copy);
    // One that the agent has written is none; it may also have laid a link, and what lies there is not ours to remove.
    if (rewardFile !== null && staysIn(copy, rewardFile)) clear(join(copy, tidyPath(rewardFile)));
    const argv = run as [string, ...string[]];
    const end = await workspace.run({ argv, cwd: copy, own, timeoutMs: timeoutS * 1000 });
    const { exitCode, signal, stoppedFor, stdout, stderr } = end;
    // Where it ran is another place in each run, and says nothing.
    const said = `${stdout}\n${stderr}`.replaceAll(copy, ".").replaceAll(place.folder, "..");
    const tail = said.trim().slice(-tailChars).toWellFormed();
    const stopped =
      stoppedFor === null ? null : stoppedFor === "time" ? `it took longer than ${timeoutS} s` : "it was stopped";
    const read = rewardFile === null ? { reward: null, fault: null } : rewardIn(copy, rewardFile);
    return {
      exitCode: stoppedFor === null ? exitCode : null,
      signal,
      reward: read.reward,
      fault: stopped ?? read.fault,
      tail,
    };
  } finally {
    clear(own);
  }
}

const rewardBytesMax = 64 * 1024;

/** A number 0 to 1, or JSON with one in `reward` or `score`. */
function rewardIn(folder: string, name: string): { reward: number | null; fault: string | null } {
  const path = join(folder, tidyPath(name));
  const stat = staysIn(folder, name) ? statSync(path, { throwIfNoEntry: false }) : undefined;
  if (!stat?.isFile() || stat.size > rewardBytesMax) return { reward: null, fault: "it wrote no reward file" };
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    const members = value as { reward?: unknown; score?: unknown } | null;
    const number = typeof value === "number" ? value : (members?.reward ?? members?.score);
    if (typeof number === "number" && number >= 0 && number <= 1) return { reward: number, fault: null };
  } catch {
    // Told below, like every other text that is no reward.
  }
  return { reward: null, fault: "its reward file holds no number from 0 to 1" };
}
