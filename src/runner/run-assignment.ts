// Does what an assignment says, by its kind. Only that kind's code is loaded: a runner lives for one assignment, and
// much of what a short one costs is the loading of code.

import type { Finish } from "../protocol/spec.ts";
import { type AssignedWork, failed } from "./finish-record.ts";

/** Resolves with the finish record; throws only for bugs. */
export async function runAssignment(work: AssignedWork): Promise<Finish> {
  const { kind } = work.assignment.spec;
  switch (kind) {
    case "benchmark":
      return (await import("./benchmark-assignment.ts")).runBenchmarkAssignment(work);
    case "command":
      return (await import("./command-assignment.ts")).runCommandAssignment(work);
    case "scenario":
      return failed({ code: "environment.unknown", origin: "runner", message: "this build runs no scenarios" }, work);
  }
}
