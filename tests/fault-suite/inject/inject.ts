// Wraps what the process will use of Node, so that the plan's faults happen at their points. The product has no hooks and
// knows nothing of it.

import { readFileSync } from "node:fs";
import { isMainThread } from "node:worker_threads";
import type { Plan } from "../fault.ts";
import type { Role } from "../points.ts";
import { installClock } from "./clock.ts";
import { watchDatabases } from "./database.ts";
import { watchFiles } from "./files.ts";
import { createPoints } from "./fire.ts";
import { isRunnerEntry, watchProcesses } from "./processes.ts";

/** @param importUrl The `--import` of this process, plan and all. */
export async function inject(planPath: string, importUrl: string): Promise<void> {
  // The watchdog's thread does nothing but look at clocks.
  if (/\/watchdog\.(ts|mjs)$/.test(process.argv[1] ?? "")) return;
  const plan = JSON.parse(readFileSync(planPath, "utf8")) as Plan;
  const isRunner = process.argv.some(isRunnerEntry);
  const role: Role = isRunner ? "runner" : plan.role;
  const points = createPoints(plan, role);
  if (plan.faults.some(({ action }) => action.do === "clock")) installClock();
  watchFiles(points, role);
  watchDatabases(points);
  if (plan.isOnServer && !isRunner) {
    const { watchServer } = await import("./server.ts");
    watchServer(points);
  }
  if (isMainThread && !isRunner) watchProcesses(points, importUrl);
}
