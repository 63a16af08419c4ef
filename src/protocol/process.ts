// What Linux says about processes, read out of the texts of /proc. Nothing here touches /proc itself: worker and
// runner both need these rules and may not import each other, so whoever looks hands in the texts, or a reader.

import type { Place, ProcessRef } from "../core/events.ts";

/** One process as `/proc/<pid>/stat` describes it. `startTicks` counts from boot, in clock ticks. */
export type ProcessStat = ProcessRef & {
  name: string;
  /** One letter: R, S, D, T, t, Z, X, I … */
  state: string;
  ppid: number;
  pgrp: number;
  session: number;
  threads: number;
  /** Its end has begun: it runs no more code of its own, and may wait for others to vanish. */
  isExiting: boolean;
};

/** How these rules read /proc. What is gone or may not be read shows nothing. */
export type ProcReader = {
  /** Text of a file below /proc, such as `12/stat`; null if there is none to be read. */
  text(path: string): string | null;
  /** Target of a link below /proc, such as `12/ns/pid`; null if it cannot be read. */
  link(path: string): string | null;
  /** Names in a folder below /proc that are numbers: processes, or threads of one. */
  ids(path: string): number[];
};

/** A reader over the functions of `node:fs`, which whoever does the looking passes in. */
export function procReader(fs: {
  readFileSync(path: string, encoding: "latin1"): string;
  readlinkSync(path: string): string;
  readdirSync(path: string): string[];
}): ProcReader {
  const orNull = <T>(look: () => T): T | null => {
    try {
      return look();
    } catch {
      return null;
    }
  };
  return {
    text: (path) => orNull(() => fs.readFileSync(`/proc/${path}`, "latin1")),
    link: (path) => orNull(() => fs.readlinkSync(`/proc/${path}`)),
    ids: (path) =>
      (orNull(() => fs.readdirSync(`/proc/${path}`)) ?? []).filter((name) => /^\d+$/.test(name)).map(Number),
  };
}

/** PF_EXITING of the kernel's task flags. */
const exitingFlag = 0x4;

/**
 * Parses `/proc/<pid>/stat` (proc_pid_stat(5)); null if it is no such text. The name stands in parentheses and may
 * itself hold spaces, newlines and parentheses, so the fields are counted from the last one that closes.
 */
export function parseProcStat(text: string): ProcessStat | null {
  const open = text.indexOf("(");
  const close = text.lastIndexOf(")");
  if (open < 1 || close < open) return null;
  const fields = text
    .slice(close + 1)
    .trim()
    .split(" ");
  const [state] = fields;
  const number = (field: number): number => Number(fields[field - 3] ?? Number.NaN);
  const stat = {
    pid: Number(text.slice(0, open)),
    name: text.slice(open + 1, close),
    state: state ?? "",
    ppid: number(4),
    pgrp: number(5),
    session: number(6),
    threads: number(20),
    isExiting: (number(9) & exitingFlag) !== 0,
    startTicks: number(22),
  };
  const isWhole = /^[A-Za-z]$/.test(stat.state) && [stat.pid, stat.ppid, stat.startTicks].every(Number.isSafeInteger);
  return isWhole ? stat : null;
}

/**
 * True for a process whose program is over and that only waits to be collected. A zombie with more than one thread
 * is none: its first thread has ended, the others work on.
 */
export function isOver(stat: ProcessStat): boolean {
  return (stat.state === "Z" || stat.state === "X" || stat.state === "x") && !(stat.threads > 1);
}

/** Proportional set size in KiB out of `smaps_rollup`, or null if the text names none. */
export function parsePssKib(text: string): number | null {
  const match = /^Pss:\s+(\d+) kB$/m.exec(text);
  return match === null ? null : Number(match[1]);
}

/** What /proc says of this process, or null if there is none. */
export function statOf(pid: number, proc: ProcReader): ProcessStat | null {
  const text = proc.text(`${pid}/stat`);
  return text === null ? null : parseProcStat(text);
}

/** What is left of the very process that `ref` names, zombies included; null once it is gone or its pid re-used. */
export function sameProcess(ref: ProcessRef, proc: ProcReader): ProcessStat | null {
  const stat = statOf(ref.pid, proc);
  return stat !== null && stat.startTicks === ref.startTicks ? stat : null;
}

/** Every process that exists now. Those that come or go while one looks may be missing. */
export function processTable(proc: ProcReader): ProcessStat[] {
  return proc
    .ids("")
    .map((pid) => statOf(pid, proc))
    .filter((stat) => stat !== null);
}

/** Resident memory out of `/proc/<pid>/status`, KiB; 0 for a zombie, which has none. */
export function residentKib(text: string): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0);
}

/** The direct children of a process. The kernel's own lists are cheap; a kernel without them is asked for all. */
export function childrenOf(pid: number, proc: ProcReader): ProcessStat[] {
  // A list belongs to the thread that forked, so every thread is asked.
  const lists = proc.ids(`${pid}/task`).map((thread) => proc.text(`${pid}/task/${thread}/children`));
  const words = lists.flatMap((list) => (list ?? "").split(" ")).filter((word) => word !== "");
  const rows = lists.every((list) => list === null)
    ? processTable(proc)
    : words.map((word) => statOf(Number(word), proc)).filter((stat) => stat !== null);
  return rows.filter((stat) => stat.ppid === pid);
}

/** The rows of the table below `root`, however deep, without `root` itself. */
export function descendantsOf(root: number, table: readonly ProcessStat[]): ProcessStat[] {
  const byParent = Map.groupBy(table, (stat) => stat.ppid);
  const found: ProcessStat[] = [];
  const seen = new Set([root]);
  const waiting = [root];
  for (let pid = waiting.pop(); pid !== undefined; pid = waiting.pop()) {
    for (const child of byParent.get(pid) ?? []) {
      if (seen.has(child.pid)) continue;
      seen.add(child.pid);
      found.push(child);
      waiting.push(child.pid);
    }
  }
  return found;
}

/** The PID namespace in which a process lives; null if it is gone, a zombie, or not ours to ask. */
export function namespaceOf(pid: number, proc: ProcReader): string | null {
  return proc.link(`${pid}/ns/pid`);
}

/** The variable by which the processes of one program are found again. */
export const tagVariable = "RUNLEDGER_TAG";

/** Processes that were started with this tag in their environment; zombies have none and are not found. */
export function taggedWith(tag: string, proc: ProcReader): ProcessStat[] {
  const entry = `\0${tagVariable}=${tag}\0`;
  return proc
    .ids("")
    .filter((pid) => `\0${proc.text(`${pid}/environ`) ?? ""}\0`.includes(entry))
    .map((pid) => statOf(pid, proc))
    .filter((stat) => stat !== null);
}

/** Whether two processes share boot and PID namespace, so that one's pids mean something to the other. */
export function isSamePlace(a: Place, b: Place): boolean {
  return a.bootId === b.bootId && a.pidns === b.pidns;
}
