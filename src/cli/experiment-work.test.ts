import { afterEach, beforeEach, expect, test } from "vitest";
import { agentIdentity } from "../agents/known-agents.ts";
import { newRunId } from "../core/ids.ts";
import { queuedData } from "../worker/attempt-folder.fixture.ts";
import { readPlace } from "../worker/process-facts.ts";
import { Worksite } from "../worker/worksite.fixture.ts";
import { ExperimentWork } from "./experiment-work.ts";

let site: Worksite;
beforeEach(async () => {
  site = await Worksite.open();
});
afterEach(() => site[Symbol.asyncDispose]());

test("a cell that is adopted may be begun again here, with the keys that every other cell is given", async () => {
  const { subject, limits, labels, priority, retryPolicy, params, who } = queuedData();
  const { id } = await site.ledger.planExperiment(
    {
      ...{ id: newRunId(), name: null, file: null, sources: [], jobs: 1, trials: 1, seedBase: 1, limits },
      subjects: [{ subject, minScore: null, limits: {} }],
      agents: [{ identity: agentIdentity("glm-4.6"), params: {} }],
      conditions: [{ name: null, set: {} }],
      shared: { labels, priority, retryPolicy, params, who },
    },
    "test",
  );
  const [run] = (await site.ledger.listRuns({ experimentId: id }, { pageSize: 1 })).runs;
  const gone = { worker: `worker-${newRunId()}`, place: readPlace(), claimId: "c" };
  await site.ledger.execute(run?.id ?? "", { type: "claim", ...gone }, "test");
  const worker = await site.worker();
  const given: unknown[] = [];
  const watched = Object.create(worker, {
    adopt: {
      value: (runId: string, options: Parameters<typeof worker.adopt>[1]) => {
        given.push(options?.env);
        return worker.adopt(runId, options);
      },
    },
  }) as typeof worker;
  const env = { ZAI_API_KEY: "key", OTHER: "no" };
  await new ExperimentWork({ ledger: site.ledger, worker: watched, experimentId: id, jobs: 1, env }).toEnd();
  expect(given).toEqual([{ ZAI_API_KEY: "key" }]);
});
