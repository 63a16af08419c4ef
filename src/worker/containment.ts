// How a runner's tree is ended and seen gone, by the supervisor and by whoever concludes an attempt that nobody
// supervises; and which ways to hold a program this machine allows.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Place, ProcessRef } from "../core/events.ts";
import { attemptFiles, isProgramFile } from "../protocol/attempt-files.ts";
import { descendantsOf, isOver, isSamePlace, type ProcessStat } from "../protocol/process.ts";
import { type ProgramFacts, programFactsSchema } from "../protocol/program-facts.ts";
import { allProcesses, findTagged, livingIn, lookAt, readPlace, signalGroup, signalProcess } from "./process-facts.ts";

/** What to end, or to look at: a runner and whatever it has started. */
export type AttemptTree = {
  /** Null if no runner was ever seen. */
  runner: ProcessRef | null;
  /** Where the runner lives or lived (`runner.json`). */
  place: Place;
  /** For what it wrote of its programs, which is read after the runner is gone too: it may still have been writing it. */
  attemptDir: string;
};

/** What was seen of a tree at its end; goes into the evidence of `attempt.ended`. */
export type ContainmentEvidence = {
  kind: "pidns" | "sweep";
  /**
   * True if nothing can have escaped: the namespace is empty, or the runner had started no program yet. Never for a
   * program under `sweep`, nor for a tree in another place than ours.
   */
  confirmed: boolean;
  looks: number;
  leftAlive: { pid: number; name: string; state: string }[];
  waitedMs: number;
  /** What the rest does not say: why nothing could be looked at, or that there was no program. */
  note: string | null;
};

export type KillOptions = {
  /** Between SIGTERM and SIGKILL; 0 sends SIGKILL at once. */
  termMs: number;
  /** How long after SIGKILL to wait before the answer names what is left. Call again then. */
  goneMs: number;
  /** Ends the waiting, not the killing that has begun. */
  signal?: AbortSignal;
};

/** Between two looks while something is left. */
const lookMs = 20;
/** How long the program's parent gets to collect it, before it is killed as well. */
const entryMsMax = 500;
/** Between the two looks in a row that must find no tagged process. */
const sweepPauseMs = 200;

/**
 * Ends the tree and resolves when it was seen gone, or with what is left after the time. Signals only processes of
 * this place, each checked with its start time right before.
 */
export async function killTree(tree: AttemptTree, options: KillOptions): Promise<ContainmentEvidence> {
  if (!isSamePlace(tree.place, readPlace())) return elsewhere(tree);
  const watch = new TreeWatch(tree);
  if (options.termMs > 0) {
    const alive = watch.look();
    // Signals to the holders would kill the program at once instead of asking it.
    const asked = alive.filter((stat) => !watch.isHolder(stat));
    for (const stat of asked) signalProcess(stat, "SIGTERM", tree.place);
    const evidence = await waitUntilGone(watch, { withinMs: options.termMs, signal: options.signal });
    if (evidence.leftAlive.length === 0) return evidence;
  }
  const kill = (alive: readonly ProcessStat[], waitedMs: number): void => {
    if (tree.runner !== null) signalGroup(tree.runner, "SIGKILL", tree.place);
    // A program's parent must live a moment longer, to collect it; a stopped one cannot and is killed too.
    const spared = waitedMs < entryMsMax ? watch.entriesOfNamespaces() : [];
    for (const stat of alive) if (!spared.includes(stat.pid)) signalProcess(stat, "SIGKILL", tree.place);
  };
  return waitUntilGone(watch, { withinMs: options.goneMs, signal: options.signal, act: kill });
}

/** Only looks: resolves when the tree was seen gone, or with what is left after the time. */
export async function observeGone(
  tree: AttemptTree,
  options: { withinMs: number; signal?: AbortSignal },
): Promise<ContainmentEvidence> {
  if (!isSamePlace(tree.place, readPlace())) return elsewhere(tree);
  return waitUntilGone(new TreeWatch(tree), { withinMs: options.withinMs, signal: options.signal });
}

/** What the runner wrote down about its one program; null if it has started none, or has not come to it yet. */
export function readProgramFacts(attemptDir: string): ProgramFacts | null {
  return readFacts(attemptDir, attemptFiles.program);
}

/** The same of every program: those that live beside others, as an agent that is one does, have files of their own. */
export function readAllProgramFacts(attemptDir: string): ProgramFacts[] {
  const names = orIfMissing(() => readdirSync(attemptDir), []).filter(isProgramFile);
  return names.map((name) => readFacts(attemptDir, name)).filter((facts) => facts !== null);
}

function readFacts(attemptDir: string, name: string): ProgramFacts | null {
  const text = orIfMissing(() => readFileSync(join(attemptDir, name), "utf8"), null);
  return text === null ? null : programFactsSchema.parse(JSON.parse(text));
}

function orIfMissing<T, U>(read: () => T, otherwise: U): T | U {
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return otherwise;
    throw error;
  }
}

/** One program under `sweep` is enough to make a tree one that may have been escaped from. */
function kindOf(programs: readonly ProgramFacts[]): ContainmentEvidence["kind"] {
  return programs.length > 0 && programs.every(({ containment }) => containment === "pidns") ? "pidns" : "sweep";
}

/** A host that was restarted has none of its processes left; those of another PID namespace cannot be seen from here. */
function elsewhere({ place, attemptDir }: AttemptTree): ContainmentEvidence {
  const isRestarted = place.bootId !== readPlace().bootId;
  const kind = kindOf(readAllProgramFacts(attemptDir));
  const note = isRestarted
    ? "the host was restarted since: nothing of it can live"
    : "the processes live in another PID namespace and cannot be seen from here";
  return { kind, confirmed: isRestarted, looks: 0, leftAlive: [], waitedMs: 0, note };
}

async function waitUntilGone(
  watch: TreeWatch,
  options: {
    withinMs: number;
    signal: AbortSignal | undefined;
    act?: (alive: readonly ProcessStat[], waitedMs: number) => void;
  },
): Promise<ContainmentEvidence> {
  const { withinMs, signal, act } = options;
  const begunAt = performance.now();
  let cleanLooks = 0;
  for (;;) {
    const alive = watch.look();
    const waitedMs = performance.now() - begunAt;
    act?.(alive, waitedMs);
    cleanLooks = alive.length === 0 ? cleanLooks + 1 : 0;
    const isGone = cleanLooks > 0 && (!watch.isSweep() || cleanLooks >= 2);
    if (isGone || waitedMs >= withinMs || signal?.aborted) return watch.evidence(alive, waitedMs);
    await wait(cleanLooks > 0 ? sweepPauseMs : lookMs);
  }
}

/**
 * A tree under observation. It remembers every process that it ever saw in it: one whose parent dies leaves the tree,
 * but not the memory.
 */
class TreeWatch {
  readonly #tree: AttemptTree;
  readonly #known = new Map<string, ProcessRef>();
  #programs: ProgramFacts[] = [];
  #looks = 0;

  constructor(tree: AttemptTree) {
    this.#tree = tree;
    if (tree.runner !== null) this.#remember(tree.runner);
  }

  /** What of the tree lives now. */
  look(): ProcessStat[] {
    this.#looks += 1;
    this.#programs = readAllProgramFacts(this.#tree.attemptDir);
    for (const { outer, init, entry, tag, containment } of this.#programs) {
      for (const ref of [outer, init, entry]) if (ref !== null) this.#remember(ref);
      if (containment === "sweep") for (const stat of findTagged(tag)) this.#remember(stat);
    }
    // Only what exists can have children, and reading the whole table takes milliseconds.
    if (![...this.#known.values()].some((ref) => lookAt(ref) !== null)) return [];
    const table = allProcesses();
    const isKnown = (stat: ProcessStat): boolean => this.#known.has(keyOf(stat));
    for (const stat of table.filter(isKnown).flatMap(({ pid }) => descendantsOf(pid, table))) this.#remember(stat);
    const alive = table.filter((stat) => isKnown(stat) && !isOver(stat));
    return this.#isEmptied(alive) ? [] : alive;
  }

  /**
   * True if all that is left are INITs that are ending and wait in the kernel until their last dead processes have been
   * collected, by somebody who may never do it. They run nothing any more, and nothing lives beside them.
   */
  #isEmptied(alive: readonly ProcessStat[]): boolean {
    return (
      alive.length > 0 &&
      alive.every((stat) => {
        const { namespace = null } = this.#programs.find(({ init }) => init?.pid === stat.pid) ?? {};
        return stat.isExiting && namespace !== null && livingIn(namespace).every(({ pid }) => pid === stat.pid);
      })
    );
  }

  isSweep(): boolean {
    return this.#programs.some(({ containment }) => containment === "sweep");
  }

  /** Pids of the nsenters that are the programs' parents, under `pidns`. */
  entriesOfNamespaces(): number[] {
    return this.#programs.flatMap(({ containment, entry }) =>
      containment === "pidns" && entry !== null ? [entry.pid] : [],
    );
  }

  /** True for the processes of ours that stand around a program and die with it. */
  isHolder(stat: ProcessStat): boolean {
    const held = this.#programs.filter(({ containment }) => containment === "pidns");
    return held.some(({ outer, init, entry }) => [outer, init, entry].some((ref) => ref?.pid === stat.pid));
  }

  evidence(alive: readonly ProcessStat[], waitedMs: number): ContainmentEvidence {
    const leftAlive = alive.map(({ pid, name, state }) => ({ pid, name, state }));
    // The facts are written before a program's first instruction and read at each look, so after the runner's end
    // "no facts" says that there never was a program that could have escaped.
    const hasProgram = this.#programs.length > 0;
    const kind = kindOf(this.#programs);
    const confirmed = leftAlive.length === 0 && (!hasProgram || kind === "pidns");
    const note = hasProgram ? null : "the runner had started no program";
    return { kind, confirmed, looks: this.#looks, leftAlive, waitedMs: Math.round(waitedMs), note };
  }

  #remember(ref: ProcessRef): void {
    this.#known.set(keyOf(ref), ref);
  }
}

function keyOf({ pid, startTicks }: ProcessRef): string {
  return `${pid} ${startTicks}`;
}
