// `runledger again`: a new run with the content, agent, seed and limits of an earlier one. A better second try at a
// run that completed is a run of its own, and says whose again it is.

import { newRunId } from "../core/ids.ts";
import type { Run } from "../core/run.ts";
import type { Command, Context } from "./command.ts";
import { findRun } from "./find-run.ts";
import { printEnding, wantsJsonl } from "./print-run.ts";
import { showRemoteRun, tellShownRuns } from "./remote-run.ts";
import { remoteViewOf } from "./remote-view.ts";
import { contentOf, exitCodeLikeFirst } from "./run-content.ts";
import { neededEnv } from "./runner-env.ts";
import { queuedDefaults, startOptions } from "./start-options.ts";
import { openWorker, type RunToStart, startRun } from "./start-run.ts";
import { withLedger } from "./with-ledger.ts";

export const againCommand: Command = {
  name: "again",
  group: "Act",
  readsConfig: true,
  summary: "a new run with the same content, agent and seed",
  usage: "again ID",
  options: { jsonl: startOptions.jsonl },
  isRemote: true,
  operands: { min: 1, max: 1 },
  run: runAgain,
};

async function runAgain(context: Context): Promise<number> {
  const { operands, output, env } = context;
  return withLedger(context, { purpose: "supervise" }, async (ledger) => {
    const earlier = await findRun(ledger, operands[0] ?? "");
    const remote = remoteViewOf(ledger);
    if (remote !== null) {
      const { id: runId } = await remote.client.call("againRun", { params: { id: earlier.id } });
      return tellShownRuns([await showRemoteRun(ledger, { runId, afterSeq: 0, isFirst: true }, context)], context);
    }
    const content = await contentOf(ledger, earlier);
    const run = {
      id: newRunId(),
      queued: queuedAgain(earlier),
      content,
      needs: earlier.subject.needs,
      conceal: earlier.subject.conceal,
      env: neededEnv(earlier, env),
    };
    await using worker = await openWorker(ledger, context, 1);
    const { story, isInterrupted } = await startRun({ ledger, worker, context, run });
    const exitCode = exitCodeLikeFirst(story.run, isInterrupted);
    const resource = await printEnding({ ledger, story, context, exitCode, isFirst: true });
    if (output.isJson && !wantsJsonl(context)) output.json(resource);
    return exitCode;
  });
}

/** All that defined the earlier run; who asks, and when, is new. */
function queuedAgain(earlier: Run): RunToStart["queued"] {
  const { id, kind, agent, name, params, seed, labels, priority, limits, retryPolicy, minScore } = earlier;
  return {
    ...queuedDefaults(),
    ...{ kind, agent, name, params, seed, labels, priority, limits, retryPolicy, minScore },
    againOf: id,
  };
}
