// An experiment of one run, as the command that plans it leaves it in the ledger.

import { agentIdentity } from "../agents/known-agents.ts";
import { newRunId } from "../core/ids.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { queuedData } from "../worker/attempt-folder.fixture.ts";

/** Plans it. @param agent The name of a known one */
export async function planOneRun(ledger: Ledger, agent: string) {
  const { subject, limits, labels, priority, retryPolicy, params, who } = queuedData();
  const experiment = await ledger.planExperiment(
    {
      ...{ id: newRunId(), name: null, file: null, sources: [], jobs: 1, trials: 1, seedBase: 1, limits },
      subjects: [{ subject, minScore: null, limits: {} }],
      agents: [{ identity: agentIdentity(agent), params: {} }],
      conditions: [{ name: null, set: {} }],
      shared: { labels, priority, retryPolicy, params, who },
    },
    "test",
  );
  const [run] = (await ledger.listRuns({ experimentId: experiment.id }, { pageSize: 1 })).runs;
  return { experiment, runId: run?.id ?? "" };
}
