// An experiment's command that goes on with cells of one that is gone.

import { afterEach, beforeEach, expect, test } from "vitest";
import { newRunId } from "../core/ids.ts";
import { readPlace } from "../worker/process-facts.ts";
import { Worksite } from "../worker/worksite.fixture.ts";
import { ExperimentWork } from "./experiment-work.ts";
import { planOneRun } from "./planned-run.fixture.ts";

let site: Worksite;
beforeEach(async () => {
  site = await Worksite.open();
});
afterEach(() => site[Symbol.asyncDispose]());

test("a cell that is adopted may be begun again here, with the keys that every other cell is given", async () => {
  const { experiment, runId: id } = await planOneRun(site.ledger, "glm-4.6");
  const gone = { worker: `worker-${newRunId()}`, place: readPlace(), claimId: "c" };
  await site.ledger.execute(id, { type: "claim", ...gone }, "test");
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
  await new ExperimentWork({ ledger: site.ledger, worker: watched, experimentId: experiment.id, jobs: 1, env }).toEnd();
  expect(given).toEqual([{ ZAI_API_KEY: "key" }]);
});
