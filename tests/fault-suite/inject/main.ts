// What the suite loads into each process of the product before anything else (`--import`): it wraps what the process
// will use of Node, so that the plan's faults happen at their points. The product has no hooks and knows nothing of it.

import { readFileSync } from "node:fs";
import { isMainThread } from "node:worker_threads";
import type { Plan } from "../fault.ts";
import type { Role } from "../points.ts";
import { installClock } from "./clock.ts";
import { watchDatabases } from "./database.ts";
import { watchFiles } from "./files.ts";
import { createPoints } from "./fire.ts";
import { watchProcesses } from "./processes.ts";

const entry = process.argv[1] ?? "";
const planPath = new URL(import.meta.url).searchParams.get("plan");
// The watchdog's thread does nothing but look at clocks.
if (planPath !== null && !/\/watchdog\.(ts|mjs)$/.test(entry))
  await inject(JSON.parse(readFileSync(planPath, "utf8")) as Plan);

async function inject(plan: Plan): Promise<void> {
  const isRunner = process.argv.some((word) => /\/runner\/main\.(ts|mjs)$/.test(word));
  const role: Role = isRunner ? "runner" : plan.role;
  const points = createPoints(plan, role);
  if (plan.faults.some(({ action }) => action.do === "clock")) installClock();
  watchFiles(points, role);
  watchDatabases(points);
  if (plan.isOnServer && !isRunner) {
    const { watchServer } = await import("./server.ts");
    watchServer(points);
  }
  if (isMainThread && !isRunner) watchProcesses(points, import.meta.url);
  if (plan.edits.length > 0) {
    const { plantBug } = await import("./plant.ts");
    plantBug(plan.edits);
  }
}
