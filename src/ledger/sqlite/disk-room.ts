// Room on the disk: the ballast that is given up when there is none.

import { existsSync, rmSync, statSync } from "node:fs";
import { open, rename, rm, statfs } from "node:fs/promises";

const ballastBytes = 64 * 1024 * 1024;
const stepBytes = 1024 * 1024;
/** A draft that was not written to for so long has no writer any more. */
const draftStaleMs = 10_000;

/** Gives the ballast up, a half-written one too. Returns whether there was any. */
export function dropBallast(path: string): boolean {
  const files = [path, draftOf(path)].filter((file) => existsSync(file));
  for (const file of files) rmSync(file, { force: true });
  return files.length > 0;
}

/** One name for all who write it, so that whoever ends in the middle leaves one draft and not one more each time. */
function draftOf(path: string): string {
  return `${path}.new`;
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
  const draft = draftOf(path);
  if (!(await isFreeToWrite(draft))) return false;
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
  } catch (error) {
    // Who lost the race for the draft leaves it to the winner.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") await rm(draft, { force: true });
    return false;
  }
}

/** False while another process writes the draft; one that nobody goes on with is removed. */
async function isFreeToWrite(draft: string): Promise<boolean> {
  const mtimeMs = statSync(draft, { throwIfNoEntry: false })?.mtimeMs;
  if (mtimeMs === undefined) return true;
  if (Date.now() - mtimeMs < draftStaleMs) return false;
  await rm(draft, { force: true });
  return true;
}
