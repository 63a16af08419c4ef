// `runledger retry`: ended runs once more, or those of an experiment that say nothing of their agent.

import type { Command } from "./command.ts";
import { goOn, goOnOptions } from "./go-on.ts";
import { retryExperiment } from "./resume-experiment.ts";

export const retryCommand: Command = {
  name: "retry",
  group: "Act",
  readsConfig: true,
  summary: "runs failed, timed_out, lost or cancelled runs once more, here and now",
  usage: "retry ID…|EXPERIMENT",
  notes: "Shows the new attempt alone; runledger watch shows a run from its beginning.",
  options: goOnOptions,
  isRemote: true,
  operands: { min: 1, max: Number.POSITIVE_INFINITY },
  run: (context) => goOn(context, "retry", retryExperiment),
};
