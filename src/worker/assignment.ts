// What a worker hands to a runner: the content of the run's subject, its limits, and what lies in no file.

import { RunledgerError } from "../core/errors.ts";
import type { Attempt, Run } from "../core/run.ts";
import { systemLimits } from "../core/system-limits.ts";
import { noUsage, usageBeyond } from "../core/usage.ts";
import { mayRunPrograms } from "../core/world-programs.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { type Assignment, commandContentSchema, type SubjectContent, subjectContentSchema } from "../protocol/spec.ts";
import { attemptFolder, workFolder } from "./attempt-folder.ts";
import { filesOfRuns } from "./files-of-runs.ts";
import { strongestContainment } from "./probe-containment.ts";
import { queuedRecord } from "./queued-record.ts";

/** The assignment of an attempt. @throws RunledgerError `ledger.damaged` if the subject's content is missing. */
export async function makeAssignment(
  { ledger, build }: { ledger: Ledger; build: string },
  run: Run,
  attempt: Attempt,
  env: Record<string, string>,
): Promise<Assignment> {
  const bytes = await ledger.getBlob(run.subject.digest);
  if (bytes === null)
    throw new RunledgerError("ledger.damaged", `the content ${run.subject.digest} of run ${run.id} is missing`);
  const content = subjectContentSchema.parse(JSON.parse(Buffer.from(bytes).toString("utf8")));
  if (content.kind === "command") commandContentSchema.parse(content.public);
  const place = { home: ledger.home, runId: run.id, attempt: attempt.number };
  const { agent } = run;
  return {
    v: 1,
    claimId: attempt.claimId,
    attemptDir: attemptFolder(place),
    workDir: workFolder(place),
    build,
    conceal: filesOfRuns(ledger),
    isSpare: false,
    endsAloneS:
      ledger.takeoverAfterMs === null ? null : (ledger.takeoverAfterMs - systemLimits.endBeforeTakeoverMs) / 1000,
    containment: startsPrograms(run, content) ? await strongestContainment() : null,
    spec: {
      v: 1,
      runId: run.id,
      attempt: attempt.number,
      kind: run.kind,
      subjectId: run.subject.id,
      content: content.public,
      agent: agent === null ? null : { name: agent.name, kind: agent.kind, model: agent.model },
      seed: run.seed,
      minScore: run.minScore,
      limits: run.limits,
      // A retry starts anew, as it does for a model; what goes on from a checkpoint goes on counting.
      used: run.checkpoint === null ? noUsage : usageBeyond(run.usageEnded, run.usageBefore ?? noUsage),
      queued: queuedRecord(run),
    },
    secret: content.secret,
    env,
  };
}

/** Whether programs of a user's run in it: a command itself, an agent that is one, and what a world runs. */
function startsPrograms({ kind, agent, params }: Run, content: SubjectContent): boolean {
  if (kind === "command" || agent?.kind === "command" || params.mcp !== undefined) return true;
  const environment = environmentOf(content.public);
  return environment !== undefined && mayRunPrograms(environment);
}

function environmentOf(content: Record<string, unknown>): string | undefined {
  return (content as { task?: { environment?: string } }).task?.environment;
}

/** What a runner can get ready for: programs, or an environment. */
export function likelyWorkOf({ spec }: Assignment): string {
  return environmentOf(spec.content) ?? spec.kind;
}
