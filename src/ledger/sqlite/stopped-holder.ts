// A process that was stopped (SIGSTOP, a debugger) while it held the ledger's write lock keeps every other one waiting.
// It is found through the kernel's list of locks and killed: WAL makes that safe, since what it had not committed never was.

import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { type ProcessStat, type ProcReader, procReader, statOf } from "../../protocol/process.ts";

/** The byte of the -shm file that stands for WAL's write lock (WALINDEX_LOCK_OFFSET in wal.c). */
const writeLockByte = 120;

export type Kill = (pid: number) => void;

const reader = procReader({ readFileSync, readdirSync, readlinkSync });
const kill: Kill = (pid) => process.kill(pid, "SIGKILL");

/**
 * Kills the holder of the write lock if it is stopped. What it was is said in words; null if nothing was done.
 * @param shmPath The -shm file beside the database.
 */
export function killStoppedHolder(shmPath: string, proc: ProcReader = reader, end: Kill = kill): string | null {
  const first = stoppedHolder(shmPath, proc);
  if (first === null) return null;
  // Looked at twice: the pid must still be the same process, stopped, and the lock's holder, right before the signal.
  const second = stoppedHolder(shmPath, proc);
  if (second === null || second.pid !== first.pid || second.startTicks !== first.startTicks) return null;
  end(second.pid);
  return `process ${second.pid} (${second.name}) was stopped while it held the ledger's write lock, and was killed`;
}

function stoppedHolder(shmPath: string, proc: ProcReader): ProcessStat | null {
  const pid = lockHolder(proc.text("locks") ?? "", lockedFile(shmPath));
  const stat = pid === null || pid === process.pid ? null : statOf(pid, proc);
  return stat !== null && (stat.state === "T" || stat.state === "t") ? stat : null;
}

/** The pid that holds the write lock according to the text of /proc/locks, or null. */
export function lockHolder(locks: string, file: string): number | null {
  for (const line of locks.split("\n")) {
    // "1: POSIX  ADVISORY  WRITE 4711 fe:00:131075 120 120"; a waiting one has "->" after its number.
    const match = /^\d+: POSIX\s+ADVISORY\s+WRITE (\d+) (\S+) (\d+) (\d+|EOF)$/.exec(line.trim());
    if (match === null || match[2] !== file) continue;
    const [, pid, , first, last] = match;
    const isHeld = Number(first) <= writeLockByte && (last === "EOF" || Number(last) >= writeLockByte);
    if (isHeld && Number(pid) > 0) return Number(pid);
  }
  return null;
}

/** A file as /proc/locks names it: device in hexadecimal, inode in decimal digits. */
function lockedFile(path: string): string {
  const { dev, ino } = statSync(path, { bigint: true });
  const hex = (value: bigint) => value.toString(16).padStart(2, "0");
  // The kernel's own packing of device numbers (gnu_dev_major, gnu_dev_minor).
  const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & 0xfffff000n);
  const minor = (dev & 0xffn) | ((dev >> 12n) & 0xffffff00n);
  return `${hex(major)}:${hex(minor)}:${ino}`;
}
