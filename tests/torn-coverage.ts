// Coverage of processes that tests kill: one that dies while it writes its own leaves half a file, on which the collector
// would fail the whole run. The processes of one test file are over when its last hook runs, or write for a moment longer.

import { closeSync, existsSync, fstatSync, openSync, readdirSync, readSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

/** How long a process may take to write its coverage to the end, milliseconds. */
const writeMsMax = 2_000;
const lookMs = 50;

/** Removes files of coverage that nobody writes to their end any more. @param folder Where processes leave them */
export async function removeTornCoverage(folder: string, withinMs = writeMsMax): Promise<void> {
  const untilMs = performance.now() + withinMs;
  for (let torn = tornIn(folder); torn.length > 0; torn = tornIn(folder)) {
    if (performance.now() < untilMs) await wait(lookMs);
    else for (const path of torn) rmSync(path, { force: true });
  }
}

function tornIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  return names.map((name) => join(folder, name)).filter((path) => existsSync(path) && lastByte(path) !== "}");
}

/** Empty for a file that is. */
function lastByte(path: string): string {
  const file = openSync(path, "r");
  try {
    const { size } = fstatSync(file);
    const byte = Buffer.alloc(1);
    return byte.toString("latin1", 0, readSync(file, byte, 0, 1, Math.max(0, size - 1)));
  } finally {
    closeSync(file);
  }
}
