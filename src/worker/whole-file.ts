// Writes a file whole: a reader sees the old one, none, or the new one, never half of one.

import { randomUUID } from "node:crypto";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/** Puts the text in place of what the path names; its folder is made if it is missing. */
export async function writeWhole(path: string, text: string | AsyncIterable<string>): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const fresh = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(fresh, "wx", 0o644);
    try {
      await file.writeFile(text);
      // Without this a power cut could leave the name with an empty file behind it, and it would not be missing.
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(fresh, path);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
}
