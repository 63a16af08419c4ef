// Coverage of processes that tests start. Its collector reads a folder once a test file has ended, and fails the whole run
// on half a file: of a process that was killed while it wrote, or of one that outlived the file and writes just then. So
// processes write to a folder beside it, and only whole files get into the one that is read.

import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

/** How long the last process may take to write its coverage to the end, milliseconds. */
const writeMsMax = 2_000;
const lookMs = 50;

/**
 * Moves whole files of coverage to where they are collected; what nobody writes to its end within the time stays.
 *
 * @param written Where processes leave them; need not exist
 * @param collected Where they are read
 */
export async function handOverCoverage(written: string, collected: string, withinMs = writeMsMax): Promise<void> {
  const untilMs = performance.now() + withinMs;
  while (handOverWhole(written, collected) > 0 && performance.now() < untilMs) await wait(lookMs);
}

/** @returns How many files are not whole */
function handOverWhole(written: string, collected: string): number {
  if (!existsSync(written)) return 0;
  mkdirSync(collected, { recursive: true });
  const names = readdirSync(written).filter((name) => name.endsWith(".json"));
  const whole = names.filter((name) => isWhole(join(written, name)));
  for (const name of whole) renameSync(join(written, name), join(collected, name));
  return names.length - whole.length;
}

function isWhole(path: string): boolean {
  try {
    JSON.parse(readFileSync(path, "utf8"));
    return true;
  } catch {
    return false;
  }
}
