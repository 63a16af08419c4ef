// Room on the disk: whether there is any, and the ballast that is given up when there is none.

import { existsSync, rmSync, statfsSync } from "node:fs";
import { open, rename, rm, statfs } from "node:fs/promises";

const ballastBytes = 64 * 1024 * 1024;
const stepBytes = 1024 * 1024;

/** True if next to nothing can be written where this folder lies. */
export function isDiskFull(folder: string): boolean {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize < stepBytes;
}

/** Gives the ballast up. Returns whether there was any. */
export function dropBallast(path: string): boolean {
  if (!existsSync(path)) return false;
  rmSync(path, { force: true });
  return true;
}

/**
 * Writes the ballast, block by block and in the background: a file of holes would hold no room. A disk that has not
 * four times as much to spare gets none.
 */
export async function makeBallast(
  path: string,
  { folder, bytes = ballastBytes }: { folder: string; bytes?: number },
): Promise<boolean> {
  if (existsSync(path)) return true;
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < 4 * bytes) return false;
  const draft = `${path}.${process.pid}.new`;
  try {
    const file = await open(draft, "wx");
    try {
      const block = Buffer.alloc(Math.min(stepBytes, bytes), 0xb5);
      for (let written = 0; written < bytes; written += block.length) await file.write(block);
    } finally {
      await file.close();
    }
    await rename(draft, path);
    return true;
  } catch {
    await rm(draft, { force: true });
    return false;
  }
}
