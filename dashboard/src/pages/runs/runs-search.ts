// The filters of the list of runs, as they stand in the address.

import { type RunStatus, runStatuses } from "../../../../src/core/moves.ts";
import { oneOf, someOf, textOf } from "../../search-fields.ts";

export type RunsSearch = {
  /** Statuses with commas between them. */
  status?: string;
  passed?: "true" | "false";
  kind?: "benchmark" | "scenario" | "command";
  /** Beginning of what is run. */
  text?: string;
  benchmark?: string;
  agent?: string;
  label?: string;
  experiment?: string;
  since?: string;
  until?: string;
  order?: "newest" | "oldest";
};

export function runsSearch(search: Record<string, unknown>): RunsSearch {
  return {
    ...someOf(search, "status", runStatuses),
    ...oneOf({ passed: String(search.passed) }, "passed", ["true", "false"]),
    ...oneOf(search, "kind", ["benchmark", "scenario", "command"]),
    ...textOf(search, "text"),
    ...textOf(search, "benchmark"),
    ...textOf(search, "agent"),
    ...textOf(search, "label"),
    ...textOf(search, "experiment"),
    ...textOf(search, "since"),
    ...textOf(search, "until"),
    ...oneOf(search, "order", ["newest", "oldest"]),
  };
}

/** The statuses that are asked for; none is all. */
export function statusesOf({ status = "" }: RunsSearch): RunStatus[] {
  return runStatuses.filter((name) => status.split(",").includes(name));
}
