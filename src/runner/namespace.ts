// The PID namespace around a user's program: `unshare` and INIT, started by the runner and gone with it.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { text } from "node:stream/consumers";
import type { ProcessRef } from "../core/events.ts";
import { childrenOf, namespaceOf, procReader, sameProcess, statOf } from "../protocol/process.ts";
import { type Concealment, initReady, outerArgv } from "../protocol/program.ts";

/** What the runner sees of processes. */
export const proc = procReader({ readFileSync, readlinkSync, readdirSync });

export type ProgramNamespace = {
  outer: ProcessRef;
  init: ProcessRef;
  /** As `/proc/<pid>/ns/pid` names it. */
  id: string | null;
  isRoot: boolean;
  /** Kills INIT and with it everything in the namespace. Does not wait. */
  kill(): void;
  /** Resolves when `unshare` has seen INIT end, which the kernel delays until the namespace is empty. */
  gone: Promise<void>;
};

/** Named limit: a namespace takes milliseconds; a machine on which it takes longer than this is treated as without. */
const readyMsMax = 5_000;

/** Makes a namespace, or says why there is none. Call it from the main thread only. @param options as `outerArgv` */
export async function openNamespace(options: {
  conceal: Concealment | null;
  hasNetwork: boolean;
  pipes: readonly string[];
}): Promise<ProgramNamespace | { why: string }> {
  const isRoot = process.getuid?.() === 0;
  const [command, ...args] = outerArgv({ isRoot, ...options });
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe", "pipe"], detached: true });
  const gone = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  const fault = await waitUntilReady(child);
  const outer = child.pid === undefined ? null : refOf(child.pid);
  const [init] = outer === null ? [] : childrenOf(outer.pid, proc);
  if (fault !== null || outer === null || init === undefined) {
    child.stdio[3]?.destroy();
    child.kill("SIGKILL");
    await gone;
    return { why: fault ?? "unshare ended at once" };
  }
  const initRef = { pid: init.pid, startTicks: init.startTicks };
  const kill = (): void => {
    child.stdio[3]?.destroy();
    if (sameProcess(initRef, proc) !== null) signalPid(initRef.pid, "SIGKILL");
  };
  return { outer, init: initRef, id: namespaceOf(init.pid, proc), isRoot, kill, gone };
}

/** The process with its start time, or null if it is gone. */
export function refOf(pid: number): ProcessRef | null {
  const stat = statOf(pid, proc);
  return stat === null ? null : { pid, startTicks: stat.startTicks };
}

/** Sends a signal; false if nobody has the pid. The caller has checked whose it is. */
export function signalPid(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ESRCH" || code === "EPERM") return false;
    throw error;
  }
}

/** Null once INIT works, else what is wrong. */
async function waitUntilReady(child: ChildProcess): Promise<string | null> {
  const limit = AbortSignal.timeout(readyMsMax);
  const stderr = child.stderr === null ? Promise.resolve("") : text(child.stderr).catch(() => "");
  try {
    const said = await Promise.race([
      once(child.stdout as NonNullable<typeof child.stdout>, "data", { signal: limit }),
      once(child, "exit", { signal: limit }),
    ]);
    if (String(said[0]) === initReady) return null;
    return (await stderr).trim() || "unshare ended without a word";
  } catch (error) {
    return (error as Error).name === "AbortError" ? `no namespace within ${readyMsMax} ms` : (error as Error).message;
  }
}
