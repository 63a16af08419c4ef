// A command in the folder of a scene, as a process of its own that a test may stop, kill and read.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { repository, type Scene } from "./scene.ts";

export type CommandEnded = { code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string };

export type CommandInScene = {
  child: ChildProcess;
  ended: Promise<CommandEnded>;
  /** Ends the command by signal 9, and nothing else; resolves when it was collected. */
  kill(): Promise<CommandEnded>;
};

/** Starts `runledger ARGS…` of this build, or of the one that `launcher` belongs to. What it starts in turn is the scene's to look after. */
export function startCommand(
  scene: Pick<Scene, "folder">,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  launcher = join(repository, "bin/runledger.mjs"),
): CommandInScene {
  const { PATH = "", HOME = "/", NODE_COMPILE_CACHE } = process.env;
  const cache = NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE };
  const child = spawn(process.execPath, [launcher, ...args], {
    cwd: scene.folder,
    // With the folder in its environment, the scene counts it among its own and leaves none behind.
    env: { PATH, HOME, PWD: scene.folder, ...cache, RUNLEDGER_RUNNER: "source", NO_COLOR: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  const ended = said.then(([stdout, stderr, [code, signal]]) => ({ code, signal, stdout, stderr }));
  return {
    child,
    ended,
    async kill() {
      child.kill("SIGKILL");
      return ended;
    },
  };
}
