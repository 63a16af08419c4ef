// What can be seen of processes on this machine, and signals that reach only the process that is meant. A pid alone
// means nothing: it is checked with its start time right before each use, and only within one's own place.

import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { Place, ProcessRef } from "../core/events.ts";
import {
  childrenOf,
  descendantsOf,
  isOver,
  isSamePlace,
  namespaceOf,
  type ProcessStat,
  parsePssKib,
  processTable,
  procReader,
  residentKib,
  sameProcess,
  statOf,
  taggedWith,
} from "../protocol/process.ts";

const proc = procReader({ readFileSync, readlinkSync, readdirSync });

let ownPlace: Place | null = null;

/** Where this process lives: boot id and PID namespace. Neither can change while it lives. */
export function readPlace(): Place {
  ownPlace ??= {
    bootId: readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim(),
    pidns: readlinkSync("/proc/self/ns/pid"),
  };
  return ownPlace;
}

/** Start time of a process in clock ticks since boot, or null if there is no such process. */
export function processStart(pid: number): number | null {
  return statOf(pid, proc)?.startTicks ?? null;
}

/** The process with its start time, or null if there is none. */
export function processRef(pid: number): ProcessRef | null {
  const startTicks = processStart(pid);
  return startTicks === null ? null : { pid, startTicks };
}

/** What is to be seen of exactly this process, zombies included; null once it is gone. */
export function lookAt(ref: ProcessRef): ProcessStat | null {
  return sameProcess(ref, proc);
}

/**
 * Whether exactly this process still runs. A zombie does not: its program is over, it holds no memory and can act no
 * more, and when it vanishes is its parent's affair. A stopped process does.
 */
export function isAlive(ref: ProcessRef): boolean {
  const stat = lookAt(ref);
  return stat !== null && !isOver(stat);
}

/** Every process that can be seen now, zombies included. */
export function allProcesses(): ProcessStat[] {
  return processTable(proc);
}

/** The direct children of a process of ours. Cheap: it does not read all of /proc. */
export function childrenNow(pid: number): ProcessStat[] {
  return childrenOf(pid, proc);
}

/** Living processes in a PID namespace other than our own, of those that are ours to ask. */
export function livingIn(namespace: string): ProcessStat[] {
  return allProcesses().filter((stat) => !isOver(stat) && namespaceOf(stat.pid, proc) === namespace);
}

/** Every process below this one, by parent, zombies included; empty if it is gone. Reads all of /proc. */
export function treeOf(ref: ProcessRef): ProcessStat[] {
  if (lookAt(ref) === null) return [];
  return descendantsOf(ref.pid, allProcesses());
}

/** Processes that were started with `RUNLEDGER_TAG=<tag>` in their environment. One that cleared it is not found. */
export function findTagged(tag: string): ProcessStat[] {
  return taggedWith(tag, proc);
}

/**
 * The process and all below it, now; empty if it is gone. Walks the kernel's lists of children, so its cost grows with
 * the tree and not with the machine; a process that is born meanwhile is seen by the next walk.
 */
export function treePids(ref: ProcessRef): number[] {
  if (!isAlive(ref)) return [];
  const pids = new Set([ref.pid]);
  for (const pid of pids) {
    for (const child of childrenOf(pid, proc)) pids.add(child.pid);
  }
  return [...pids];
}

/** Memory of processes: the sum of Pss, and how many of them could not be read (counted as 0). */
export type ProcessMemory = { pssMib: number; unreadable: number };

/** What these processes use, each page that several share by its share. */
export async function pssOf(pids: readonly number[]): Promise<ProcessMemory> {
  const readings = await Promise.all(pids.map(pssKibOf));
  const known = readings.filter((kib) => kib !== null);
  const sumKib = known.reduce((sum, kib) => sum + kib, 0);
  return { pssMib: sumKib / 1024, unreadable: pids.length - known.length };
}

/** The sum of their resident sets in MiB: never less than their Pss, since each counts shared pages as a whole. */
export function residentMibOf(pids: readonly number[]): number {
  const kib = pids.map((pid) => residentKib(proc.text(`${pid}/status`) ?? ""));
  return kib.reduce((sum, value) => sum + value, 0) / 1024;
}

async function pssKibOf(pid: number): Promise<number | null> {
  try {
    // The kernel adds this up while the file is read, so it must not stop the event loop.
    return parsePssKib(await readFile(`/proc/${pid}/smaps_rollup`, "latin1"));
  } catch {
    return null;
  }
}

/**
 * Sends a signal to exactly this process. False, and nothing sent, if it is gone, is another one by now, lives in
 * another place than ours, or is not ours to signal.
 */
export function signalProcess(ref: ProcessRef, signal: NodeJS.Signals, place: Place): boolean {
  if (!isSamePlace(place, readPlace()) || !isAlive(ref)) return false;
  return send(ref.pid, signal);
}

/** Sends a signal to the group that this process leads, only while it lives and leads it. */
export function signalGroup(leader: ProcessRef, signal: NodeJS.Signals, place: Place): boolean {
  const stat = lookAt(leader);
  if (!isSamePlace(place, readPlace()) || stat === null || isOver(stat) || stat.pgrp !== leader.pid) return false;
  return send(-leader.pid, signal);
}

function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ESRCH" || code === "EPERM") return false;
    throw error;
  }
}
