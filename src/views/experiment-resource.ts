// The experiment as JSON, the same for `--json`, the API and its clients. Its keys are a promise.

import { type Experiment, type ExperimentSummary, groupsOf, summarize } from "../core/experiment.ts";

export type ExperimentResource = ExperimentSummary & {
  id: string;
  name: string | null;
  file: string | null;
  sources: string[];
  subjects: Experiment["subjects"];
  agents: Experiment["agents"];
  conditions: Experiment["conditions"];
  trials: number;
  seeds: Experiment["seeds"];
  jobs: number;
  who: string;
  plannedAt: string;
  position: number;
  /** The same sums for each agent under each condition. */
  groups: (ExperimentSummary & { agent: string; condition: string | null })[];
};

export function experimentResource(experiment: Experiment): ExperimentResource {
  return {
    id: experiment.id,
    name: experiment.name,
    file: experiment.file,
    sources: experiment.sources,
    subjects: experiment.subjects,
    agents: experiment.agents,
    conditions: experiment.conditions,
    trials: experiment.trials,
    seeds: experiment.seeds,
    jobs: experiment.jobs,
    who: experiment.who,
    plannedAt: experiment.plannedAt,
    position: experiment.position,
    ...summarize(experiment),
    groups: groupsOf(experiment).map((group) => ({
      ...summarize(experiment, group),
      agent: group.agent,
      condition: group.condition === "" ? null : group.condition,
    })),
  };
}
