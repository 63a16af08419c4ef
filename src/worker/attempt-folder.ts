// Where the files of an attempt lie, and how the small ones among them are written.

import { closeSync, constants, openSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { giveToOwner, makeGivenFolder } from "../protocol/give-to-owner.ts";

export type AttemptPlace = { home: string; runId: string; attempt: number };

/** Folder of a run's attempts. */
export function runFolder({ home, runId }: { home: string; runId: string }): string {
  return join(home, "runs", runId);
}

/** The attempt folder: journal, control, logs. Not the agent's business. */
export function attemptFolder(place: AttemptPlace): string {
  return join(runFolder(place), String(place.attempt));
}

/** The folder in which an agent or program of this attempt may work. */
export function workFolder(place: AttemptPlace): string {
  return join(runFolder(place), `${place.attempt}.work`);
}

/** Where runners hold their locks. */
export function locksFolder(home: string): string {
  return join(home, "locks");
}

/** One that a process of this pid left half written is written anew; a link in its place is not followed. */
const newFile = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;

/** Writes a file so that a reader sees all of it or none. */
export function writeWhole(path: string, text: string): void {
  const folder = dirname(path);
  makeGivenFolder(folder);
  const half = `${path}.${process.pid}.half`;
  const file = openSync(half, newFile, 0o600);
  try {
    giveToOwner(file, folder);
    writeFileSync(file, text);
  } finally {
    closeSync(file);
  }
  renameSync(half, path);
}
