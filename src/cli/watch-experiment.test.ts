// Watching an experiment whose run was supervised out of reach: it is over once its worker has been silent for long enough.

import { afterEach, beforeEach, expect, test } from "vitest";
import { Worksite, withMembers } from "../worker/worksite.fixture.ts";
import { openOutput } from "./output.ts";
import { planOneRun } from "./planned-run.fixture.ts";
import { watchExperiment } from "./watch-experiment.ts";

const far = { worker: "far", place: { bootId: "another", pidns: "pid:[1]" }, claimId: "c" };

let site: Worksite;
beforeEach(async () => {
  site = await Worksite.open();
});
afterEach(() => site[Symbol.asyncDispose]());

test("a run whose worker cannot be looked at is lost once that is silent, and the watch ends", {
  timeout: 90_000,
}, async () => {
  const { experiment, runId } = await planOneRun(site.ledger, "deterministic");
  await site.ledger.execute(runId, { type: "claim", ...far }, "test");
  const shared = withMembers(site.ledger, { takeoverAfterMs: 20_000, silentWorkers: async () => ["far"] });
  const sink = { write: () => true };
  using output = openOutput({ stdout: sink, stderr: sink }, { isJson: false, isQuiet: true, hasColour: false });
  const options = { text: () => null, texts: () => [], flag: () => false };
  const context = { operands: [], options, output, env: {}, cwd: site.folder };
  expect(await watchExperiment(shared, experiment, context)).not.toBe(0);
  expect(await site.run(runId)).toMatchObject({ status: "lost", error: { code: "runner.gone" } });
});
