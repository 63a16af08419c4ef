// The environment `workspace`: a folder in, the agent works there, and files and commands decide when it is done. The
// verifier's commands run on a copy: they see what the agent left, and leave nothing behind themselves.

import { mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Json } from "../../core/document-value.ts";
import { RunledgerError } from "../../core/errors.ts";
import type { Environment, WorkPlace, World, WorldSetup } from "../environment.ts";
import type { CommandState, Observation, Subject } from "../observation.ts";
import { tidyPath } from "../workspace-paths.ts";
import {
  copyFolder,
  entriesBelow,
  layFiles,
  type PackedFolder,
  packFolder,
  stateOf,
  unlock,
  unpackFolder,
} from "./folder.ts";
import type { WorkspaceEntry, WorkspaceOptions } from "./format.ts";
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
    const packed = JSON.parse(Buffer.from(snapshot.bytes).toString("utf8")) as PackedFolder;
    unpackFolder(workspace.folder, packed);
    return worldOf(workspace, place, packed.length);
  },
};

type CommandSubject = Extract<Subject, { kind: "command" }>;
const tailChars = 600;
const lookedAtMax = 200;

function placeOf({ place }: WorldSetup): WorkPlace {
  if (place == null)
    throw new RunledgerError("environment.failed", "a workspace needs a folder, and this runner offers none");
  return place;
}

function clear(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

function worldOf(workspace: Workspace, place: WorkPlace, files: number): World {
  return {
    summary: [`workspace: ${files} file${files === 1 ? "" : "s"}`, ...workspace.traits].join(", "),
    names: {},
    folder: workspace.folder,
    tools: workspaceTools(workspace),
    async look() {
      await workspace.idle();
      unlock(workspace.folder);
      return lookAt(workspace.folder);
    },
    observe: (subjects) => observe(workspace, place, subjects),
    async snapshot() {
      await workspace.idle();
      unlock(workspace.folder);
      const packed = packFolder(workspace.folder);
      return { state: null, bytes: Buffer.from(JSON.stringify(packed), "utf8") };
    },
    // The folder stays for people to look at, like everything of an attempt; it goes with the run.
    [Symbol.asyncDispose]: () => workspace.close(),
  };
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
  await workspace.idle();
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
  const copy = join(place.folder, "verify", "workspace");
  clear(copy);
  mkdirSync(join(copy, ".."), { recursive: true });
  try {
    copyFolder(workspace.folder, copy);
    const reward = rewardFile === null ? null : join(copy, tidyPath(rewardFile));
    // One that the agent has written is none.
    if (reward !== null) rmSync(reward, { recursive: true, force: true });
    const argv = run as [string, ...string[]];
    const end = await workspace.run({ argv, cwd: copy, timeoutMs: timeoutS * 1000 });
    const { exitCode, signal, stoppedFor, stdout, stderr } = end;
    // Where it ran is another place in each run, and says nothing.
    const said = `${stdout}\n${stderr}`.replaceAll(copy, ".").replaceAll(place.folder, "..");
    const tail = said.trim().slice(-tailChars).toWellFormed();
    const stopped =
      stoppedFor === null ? null : stoppedFor === "time" ? `it took longer than ${timeoutS} s` : "it was stopped";
    const read = reward === null ? { reward: null, fault: null } : rewardIn(reward);
    return {
      exitCode: stoppedFor === null ? exitCode : null,
      signal,
      reward: read.reward,
      fault: stopped ?? read.fault,
      tail,
    };
  } finally {
    rmSync(join(place.folder, "verify"), { recursive: true, force: true });
  }
}

const rewardBytesMax = 64 * 1024;

/** A number 0 to 1, or JSON with one in `reward` or `score`. */
function rewardIn(path: string): { reward: number | null; fault: string | null } {
  const stat = statSync(path, { throwIfNoEntry: false });
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
