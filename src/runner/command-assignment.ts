// Does an assignment whose subject is a user's program.

import { join } from "node:path";
import type { RunLimits } from "../core/limits.ts";
import { secretsIn } from "../protocol/mask-secrets.ts";
import type { CommandContent, Finish } from "../protocol/spec.ts";
import { type AssignedWork, failed, finish, stopped } from "./finish-record.ts";
import { programEnvironment } from "./program-env.ts";
import { runCommand } from "./run-command.ts";

/** Resolves with the finish record; throws only for bugs. */
export async function runCommandAssignment(work: AssignedWork): Promise<Finish> {
  const { assignment, emit, control } = work;
  const { spec, env, attemptDir, workDir } = assignment;
  // The worker that handed it over has checked it.
  const { argv, cwd, cleanEnv } = spec.content as CommandContent;
  const eventFile = join(workDir, "events.jsonl");
  const { runId, attempt } = spec;
  const result = await runCommand({
    argv: argv as [string, ...string[]],
    cwd,
    env: programEnvironment({ inherited: env, isClean: cleanEnv, given: {}, runId, attempt, eventFile }),
    eventFile,
    secrets: secretsIn(env),
    limits: spec.limits as RunLimits,
    attemptDir,
    containment: assignment.containment ?? "sweep",
    emit,
    control,
  });
  if (result.outcome === "failed") return failed(result.error, work);
  if (result.outcome === "limit") return finish({ outcome: "limit", error: result.error });
  if (result.outcome === "completed") return finish({ outcome: "completed" });
  return stopped(control, null);
}
