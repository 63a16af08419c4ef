// `runledger resume`: paused runs go on from their checkpoint, and an experiment with what is left of it.

import type { Command } from "./command.ts";
import { goOn, goOnOptions } from "./go-on.ts";
import { resumeExperiment } from "./resume-experiment.ts";

export const resumeCommand: Command = {
  name: "resume",
  group: "Act",
  readsConfig: true,
  summary: "goes on with paused runs, or with what is left of an experiment, here and now",
  usage: "resume ID…|EXPERIMENT",
  notes: `A paused run goes on from its checkpoint, and one that was held before it began from its start. Of an experiment
what never began, was held or lost is run.`,
  options: goOnOptions,
  isRemote: true,
  operands: { min: 1, max: Number.POSITIVE_INFINITY },
  run: (context) => goOn(context, "resume", resumeExperiment),
};
