// Starts a user's program so that it cannot outlive its runner: in a PID namespace where the kernel allows one,
// else (`sweep`) in a group of its own with a tag in its environment by which what is left of it is found again.

import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, readlinkSync, readSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import { RunledgerError } from "../core/errors.ts";
import type { ProcessRef } from "../core/events.ts";
import { programFile } from "../protocol/attempt-files.ts";
import { childrenOf, isOver, type ProcessStat, sameProcess, taggedWith, tagVariable } from "../protocol/process.ts";
import { type Concealment, entryArgv, sweptArgv } from "../protocol/program.ts";
import type { ProgramFacts } from "../protocol/program-facts.ts";
import { findProgram } from "./find-program.ts";
import { type ProgramNamespace, proc, refOf, signalPid } from "./namespace.ts";
import { openNamespaceAndPipes } from "./open-namespace-and-pipes.ts";
import { dropPipe, type InputPipe, type OutputPipe, openInputPipe } from "./output-pipe.ts";
import { wakeWithProgram } from "./wake-entry.ts";

/** How the program itself ended; exactly one of the two is not null. Under `sweep` code 0 may be a real-time signal. */
export type ProgramExit = { code: number | null; signal: NodeJS.Signals | null };

/** What was seen of the program's tree at its end. */
export type ProgramContainment = {
  kind: ProgramFacts["containment"];
  confirmed: boolean;
  looks: number;
  leftAlive: { pid: number; name: string; state: string }[];
};

export type ContainedProgram = {
  facts: ProgramFacts;
  /** Null unless it was asked for. */
  stdin: Writable | null;
  stdout: Readable;
  stderr: Readable;
  /** Resolves when the program itself has ended, whatever it left behind; rejects if it could not be started. */
  exited: Promise<ProgramExit>;
  /** Signals the program itself, once it is there; false if it has ended. */
  signal(signal: NodeJS.Signals): Promise<boolean>;
  /** Kills whatever is left and resolves when it was seen gone, or after `withinMs`. Once begun it is not begun again. */
  end(withinMs: number): Promise<ProgramContainment>;
};

export type ContainOptions = {
  argv: readonly [string, ...string[]];
  cwd: string;
  env: Readonly<Record<string, string | undefined>>;
  /** Where `program.json` is written, before the program's first instruction. */
  attemptDir: string;
  /** Tells programs apart that live at the same time: their facts lie in `program-ROLE.json`. */
  role?: string;
  /** `pipe`: it is written to; else it is closed. */
  stdin?: "closed" | "pipe";
  /** What the worker found possible; a namespace that cannot be had after all becomes `sweep`. */
  containment: "pidns" | "sweep";
  /** What the program must not see. Only a namespace can do that: under `sweep` it sees everything. */
  conceal?: Concealment;
  /** `none`: an empty network namespace. There is no weaker way to that, so without namespaces it is refused. */
  network?: "inherit" | "none";
};

/** How long nsenter may take to notice the program's death, before it is killed too. */
const entryMsMax = 500;
/** Between two looks for tagged processes; two in a row must find none. */
const sweepPauseMs = 200;

/** Between two rounds of SIGKILL. */
const killPauseMs = 20;

/**
 * Starts the program. Must run in the process's main thread, to whose life the program's is tied.
 * @throws `workspace.no-network-namespace` if it is to have no network and that cannot be had here.
 */
export async function containProgram(options: ContainOptions): Promise<ContainedProgram> {
  const tag = randomTag();
  const [{ namespace, pipes }, input] = await Promise.all([
    openNamespaceAndPipes(options, tag),
    options.stdin === "pipe" ? openInputPipe(join(options.attemptDir, `pipes-${tag}.in`)).catch(() => null) : null,
  ]);
  const held = "why" in namespace ? null : namespace;
  try {
    if (held === null && options.network === "none") throw noNetworkNamespace("why" in namespace ? namespace.why : "");
    return startProgram({ options, tag }, held, "why" in namespace ? namespace.why : null, { pipes, input });
  } catch (error) {
    held?.kill();
    for (const pipe of pipes ?? []) dropPipe(pipe);
    input?.closeReadEnd();
    input?.writable.destroy();
    throw error;
  }
}

function noNetworkNamespace(why: string): RunledgerError {
  const detail = `network: none needs a network namespace around each program, and there is none here: ${why}`;
  return new RunledgerError("workspace.no-network-namespace", detail);
}

/** Real pipes; null where they cannot be had, or are not wanted. */
type ProgramEnds = { pipes: OutputPipe[] | null; input: InputPipe | null };

function startProgram(
  { options, tag }: { options: ContainOptions; tag: string },
  namespace: ProgramNamespace | null,
  why: string | null,
  ends: ProgramEnds,
): ContainedProgram {
  const { pipes, input } = ends;
  const facts: ProgramFacts = {
    v: 1,
    containment: namespace === null ? "sweep" : "pidns",
    why,
    tag,
    place: {
      bootId: readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim(),
      pidns: readlinkSync("/proc/self/ns/pid"),
    },
    outer: namespace?.outer ?? null,
    init: namespace?.init ?? null,
    namespace: namespace?.id ?? null,
    entry: null,
    startedAt: new Date().toISOString(),
  };
  writeFacts(options, facts);

  const { child, exited } = spawnEntry(options, namespace, tag, ends);
  for (const pipe of pipes ?? []) pipe.closeWriteEnd();
  input?.closeReadEnd();
  const entry = child.pid === undefined ? null : refOf(child.pid);
  const known = { ...facts, entry };
  let ending: Promise<ProgramContainment> | null = null;
  // A program that was not started is told by `exited`; its facts stay those from before.
  if (entry !== null) writeFacts(options, known);
  if (entry !== null && namespace !== null) child.once("exit", wakeWithProgram(entry));
  return {
    facts: known,
    stdin: input?.writable ?? child.stdin,
    stdout: (pipes?.[0]?.readable ?? child.stdout) as Readable,
    stderr: (pipes?.[1]?.readable ?? child.stderr) as Readable,
    exited,
    signal: (signal) => signalProgram(entry, namespace !== null, signal),
    end: (withinMs) => {
      ending ??= namespace === null ? endSwept(known, withinMs) : endNamespace(namespace, { child, exited }, withinMs);
      return ending;
    },
  };
}

/** 128 random bits in hex. From the kernel: `node:crypto` is a fifth of a bare start, and nothing else here needs it. */
function randomTag(): string {
  const bytes = Buffer.alloc(16);
  const source = openSync("/dev/urandom", "r");
  try {
    readSync(source, bytes);
  } finally {
    closeSync(source);
  }
  return bytes.toString("hex");
}

function spawnEntry(
  options: ContainOptions,
  namespace: ProgramNamespace | null,
  tag: string,
  { pipes, input }: ProgramEnds,
) {
  const { argv, cwd } = options;
  const [command, ...args] =
    namespace === null
      ? sweptArgv({ setpriv: toolPath("setpriv"), argv })
      : entryArgv({
          initPid: namespace.init.pid,
          isRoot: namespace.isRoot,
          cwd,
          argv,
          isConcealed: options.conceal !== undefined,
          hasNetwork: options.network !== "none",
          locate: (tool) => toolPath(tool) ?? tool,
        });
  const env = { ...options.env, [tagVariable]: tag };
  const [stdout, stderr] = pipes?.map((pipe) => pipe.writeFd) ?? [];
  const stdin = options.stdin === "pipe" ? (input?.readFd ?? "pipe") : "ignore";
  const stdio = [stdin, stdout ?? "pipe", stderr ?? "pipe"] as const;
  const child = spawn(command, args, { cwd, env, stdio: [...stdio], detached: true });
  const exited = new Promise<ProgramExit>((resolve, reject) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
    child.once("error", reject);
  });
  exited.catch(() => {}); // it may fail before anybody waits for it
  return { child, exited };
}

const toolPaths = new Map<string, string | null>();

/** Where a tool lies for the runner; the program's PATH may be another. */
function toolPath(tool: string): string | null {
  const known = toolPaths.get(tool);
  if (known !== undefined) return known;
  const found = findProgram(tool, { cwd: "/", path: process.env.PATH });
  const path = "path" in found ? found.path : null;
  toolPaths.set(tool, path);
  return path;
}

/** Written beside and renamed, so that a reader sees all of it or the one before. */
function writeFacts({ attemptDir, role }: ContainOptions, facts: ProgramFacts): void {
  const path = join(attemptDir, programFile(role));
  writeFileSync(`${path}.new`, `${JSON.stringify(facts)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** The program is `entry` itself, or under a namespace its one child, which comes a moment after it. */
async function signalProgram(entry: ProcessRef | null, isNamespace: boolean, signal: NodeJS.Signals): Promise<boolean> {
  for (;;) {
    const stat = entry === null ? null : sameProcess(entry, proc);
    if (entry === null || stat === null || isOver(stat)) return false;
    if (!isNamespace) return signalPid(entry.pid, signal);
    const [program] = childrenOf(entry.pid, proc);
    if (program !== undefined) return !isOver(program) && signalPid(program.pid, signal);
    await wait(2);
  }
}

async function endNamespace(
  namespace: ProgramNamespace,
  { child, exited }: { child: ChildProcess; exited: Promise<ProgramExit> },
  withinMs: number,
): Promise<ProgramContainment> {
  namespace.kill();
  const seen = Promise.all([namespace.gone, exited.catch(() => null)]).then(() => true as const);
  const firstMs = Math.min(entryMsMax, withinMs);
  let isGone = await within(seen, firstMs);
  if (!isGone) {
    child.kill("SIGKILL"); // a stopped nsenter collects nobody, and INIT waits for that
    isGone = await within(seen, withinMs - firstMs);
  }
  const left = isGone ? [] : [namespace.init, namespace.outer].map((ref) => sameProcess(ref, proc));
  return { kind: "pidns", confirmed: isGone, looks: 1, leftAlive: left.filter((stat) => stat !== null).map(named) };
}

function within(seen: Promise<true>, ms: number): Promise<boolean> {
  return Promise.race([seen, wait(ms, false, { ref: false })]);
}

/** Kills by tag until two looks in a row find none. What cleared its environment is not found: never confirmed. */
async function endSwept(facts: ProgramFacts, withinMs: number): Promise<ProgramContainment> {
  const until = performance.now() + withinMs;
  let cleanLooks = 0;
  for (let looks = 1; ; looks += 1) {
    const left = sweptProcesses(facts);
    killSwept(left, facts.entry);
    cleanLooks = left.length === 0 ? cleanLooks + 1 : 0;
    if (cleanLooks === 2 || performance.now() >= until) {
      return { kind: "sweep", confirmed: false, looks, leftAlive: left.map(named) };
    }
    await wait(left.length === 0 ? sweepPauseMs : killPauseMs);
  }
}

/** What lives with the program's tag, and the program itself, whatever it did to its environment. */
function sweptProcesses({ tag, entry }: ProgramFacts): ProcessStat[] {
  const program = entry === null ? null : sameProcess(entry, proc);
  const tagged = taggedWith(tag, proc).filter((stat) => stat.pid !== program?.pid);
  return [...tagged, ...(program === null ? [] : [program])].filter((stat) => !isOver(stat));
}

function killSwept(left: readonly ProcessStat[], entry: ProcessRef | null): void {
  for (const seen of left) {
    const stat = sameProcess(seen, proc);
    if (stat === null || isOver(stat)) continue;
    // A group only while its leader lives: later its number may be another's.
    const isLeader = stat.pid === entry?.pid && stat.pgrp === stat.pid;
    signalPid(isLeader ? -stat.pid : stat.pid, "SIGKILL");
  }
}

function named({ pid, name, state }: ProcessStat): { pid: number; name: string; state: string } {
  return { pid, name, state };
}
