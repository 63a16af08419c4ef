// Which ways to hold a user's program this machine allows, found out by trying once, not by asking for versions.

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import type { containmentKinds } from "../core/events.ts";
import { entryArgv, entryCheckArgv, initReady, outerArgv } from "../protocol/program.ts";
import { isPassingFault } from "./passing-fault.ts";
import { childrenNow } from "./process-facts.ts";

/** One kind of containment on this machine; `why` says what is in its way, or what it cannot do. */
export type ContainmentProbe = { kind: (typeof containmentKinds)[number]; isAvailable: boolean; why: string | null };

/** A machine that needs longer than this for a namespace is treated as one without. */
const probeMsMax = 5_000;

let probed: Promise<ContainmentProbe[]> | null = null;

/**
 * The kinds, strongest first. Runs one program (`true`) in a namespace; the answer is kept for this process's life.
 * @throws what passes, such as too many open files: that says nothing of namespaces, and the next who asks tries again
 */
export function probeContainment(): Promise<ContainmentProbe[]> {
  probed ??= probe().catch((error: unknown) => {
    probed = null;
    throw error;
  });
  return probed;
}

/** The strongest kind that this machine allows for programs. */
export async function strongestContainment(): Promise<"pidns" | "sweep"> {
  const kinds = await probeContainment();
  return kinds.some(({ kind, isAvailable }) => kind === "pidns" && isAvailable) ? "pidns" : "sweep";
}

async function probe(): Promise<ContainmentProbe[]> {
  const fault = await namespaceFault();
  return [
    { kind: "cgroup", isAvailable: false, why: "this build does not use cgroups" },
    { kind: "pidns", isAvailable: fault === null, why: fault },
    { kind: "sweep", isAvailable: true, why: "a program that clears its environment can escape" },
  ];
}

/**
 * Why a program cannot be held in a namespace here; null if one just was.
 * @param hasNetwork False: in one that has an empty network of its own as well.
 * @throws a fault that passes
 */
export async function namespaceFault(hasNetwork = true): Promise<string | null> {
  const isRoot = process.getuid?.() === 0;
  const limit = AbortSignal.timeout(probeMsMax);
  const [command, ...args] = outerArgv({ isRoot, hasNetwork });
  const outer = spawn(command, args, { stdio: ["ignore", "pipe", "pipe", "pipe"], detached: true });
  const gone = new Promise<unknown>((resolve) => outer.once("exit", () => resolve(null)).once("error", resolve));
  try {
    // Then there are no pipes either.
    if (outer.pid === undefined) throw await gone;
    const fault = await startFault(outer, limit);
    if (fault !== null) return fault;
    const [init] = outer.pid === undefined ? [] : childrenNow(outer.pid);
    if (init === undefined) return "unshare ended at once";
    await run(entryCheckArgv(), limit);
    const [initPid, argv, locate] = [init.pid, ["true"], (tool: string) => tool];
    await run(entryArgv({ initPid, isRoot, cwd: "/", argv, hasNetwork, locate }), limit);
    return null;
  } catch (error) {
    if (isPassingFault(error)) throw error;
    const { stderr, message } = error as Error & { stderr?: string };
    return stderr?.trim().split("\n")[0] || message;
  } finally {
    outer.stdio?.[3]?.destroy();
    outer.kill("SIGKILL");
    await gone;
  }
}

async function startFault(outer: ChildProcess, limit: AbortSignal): Promise<string | null> {
  const stderr = outer.stderr === null ? Promise.resolve("") : text(outer.stderr).catch(() => "");
  const said = await Promise.race([
    once(outer.stdout as NonNullable<typeof outer.stdout>, "data", { signal: limit }),
    once(outer, "exit", { signal: limit }),
  ]);
  if (String(said[0]) === initReady) return null;
  return (await stderr).trim() || "unshare ended without a word";
}

async function run([command, ...args]: [string, ...string[]], signal: AbortSignal): Promise<void> {
  await promisify(execFile)(command, args, { signal });
}
