// The moment from which a runner obeys: what was asked stands in its attempt's control file. The event that it was asked
// comes before that, and a quick agent may be done in between.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { attemptFiles } from "../src/protocol/attempt-files.ts";
import type { ControlLine } from "../src/protocol/spec.ts";
import { until } from "./scene.ts";

/** Resolves when the runner of a run's first attempt can read it. */
export async function runnerIsTold(folder: string, runId: string, asked: ControlLine["type"]): Promise<void> {
  const path = join(folder, ".runledger/runs", runId, "1", attemptFiles.control);
  await until(`its runner is told: ${asked}`, () => readFileSync(path, "utf8").includes(`"type":"${asked}"`));
}
