// What a runner is told when another process supervises it from here on: the newest claim is the one that it obeys.

import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { attemptFiles } from "../protocol/attempt-files.ts";
import type { ControlLine } from "../protocol/spec.ts";

/** Appends the change of claims to the attempt's control file. */
export async function tellAdopted(folder: string, claims: { claimId: string; fromClaimId: string }): Promise<void> {
  const line: ControlLine = { type: "adopted", ...claims, at: new Date().toISOString() };
  await appendFile(join(folder, attemptFiles.control), `${JSON.stringify(line)}\n`);
}
