// Whether there is any room where a ledger's files lie.

import { statfsSync } from "node:fs";
import { statfs } from "node:fs/promises";

const leastBytes = 1024 * 1024;

/** True if next to nothing can be written where this folder lies. */
export function isDiskFull(folder: string): boolean {
  return isFull(statfsSync(folder));
}

/** The same for a process that must not stand still for a disk. */
export async function findDiskFull(folder: string): Promise<boolean> {
  return isFull(await statfs(folder));
}

function isFull({ bavail, bsize }: { bavail: number; bsize: number }): boolean {
  return bavail * bsize < leastBytes;
}
