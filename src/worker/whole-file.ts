// Writes a file whole: a reader sees the old one, none, or the new one, never half of one.

import { randomUUID } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { giveToOwner, makeGivenFolder } from "../protocol/give-to-owner.ts";

/** Puts the text in place of what the path names; its folder is made if it is missing. */
export async function writeWhole(path: string, text: string | AsyncIterable<string>): Promise<void> {
  makeGivenFolder(dirname(path), 0o777);
  const fresh = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(fresh, "wx", 0o644);
    try {
      giveToOwner(file.fd, dirname(path));
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
