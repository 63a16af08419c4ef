// Watching an experiment whose run was supervised out of reach: it is over once its worker has been silent for long enough.

import { afterEach, beforeEach, expect, test } from "vitest";
import { agentIdentity } from "../agents/known-agents.ts";
import { newRunId } from "../core/ids.ts";
import { queuedData } from "../worker/attempt-folder.fixture.ts";
import { Worksite, withMembers } from "../worker/worksite.fixture.ts";
import { openOutput } from "./output.ts";
import { watchExperiment } from "./watch-experiment.ts";

const far = { worker: "far", place: { bootId: "another", pidns: "pid:[1]" }, claimId: "c" };

let site: Worksite;
beforeEach(async () => {
  site = await Worksite.open();
});
afterEach(() => site[Symbol.asyncDispose]());

/** An experiment of one run. */
async function planned() {
  const { subject, limits, labels, priority, retryPolicy, params, who } = queuedData();
  return site.ledger.planExperiment(
    {
      ...{ id: newRunId(), name: null, file: null, sources: [], jobs: 1, trials: 1, seedBase: 1, limits },
      subjects: [{ subject, minScore: null, limits: {} }],
      agents: [{ identity: agentIdentity("deterministic"), params: {} }],
      conditions: [{ name: null, set: {} }],
      shared: { labels, priority, retryPolicy, params, who },
    },
    "test",
  );
}

test("a run whose worker cannot be looked at is lost once that is silent, and the watch ends", {
  timeout: 90_000,
}, async () => {
  const experiment = await planned();
  const [run] = (await site.ledger.listRuns({ experimentId: experiment.id }, { pageSize: 1 })).runs;
  await site.ledger.execute(run?.id ?? "", { type: "claim", ...far }, "test");
  const shared = withMembers(site.ledger, { takeoverAfterMs: 20_000, silentWorkers: async () => ["far"] });
  const sink = { write: () => true };
  using output = openOutput({ stdout: sink, stderr: sink }, { isJson: false, isQuiet: true, hasColour: false });
  const options = { text: () => null, texts: () => [], flag: () => false };
  const context = { operands: [], options, output, env: {}, cwd: site.folder };
  expect(await watchExperiment(shared, experiment, context)).not.toBe(0);
  expect(await site.run(run?.id ?? "")).toMatchObject({ status: "lost", error: { code: "runner.gone" } });
});
