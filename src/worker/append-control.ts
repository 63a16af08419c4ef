// How a runner is told something: lines at the end of the control file in its attempt folder.

import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { ledgerMoved } from "../core/errors.ts";
import { attemptFiles } from "../protocol/attempt-files.ts";
import type { ControlLine } from "../protocol/spec.ts";

/**
 * Says it to the runner.
 * @param isBehindTorn Whether a line before it may have found no room to its end: this one begins anew then.
 * @throws RunledgerError `ledger.moved` where the attempt folder is gone; what the system says, where there is no room
 */
export async function appendControl(folder: string, line: ControlLine, isBehindTorn: boolean): Promise<void> {
  const start = isBehindTorn ? "\n" : "";
  try {
    await appendFile(join(folder, attemptFiles.control), `${start}${JSON.stringify(line)}\n`);
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === "ENOENT" ? ledgerMoved(folder) : error;
  }
}
