// What stands behind the "?" of a run's page: which event, which attempt, which filter.

import { countOf, oneOf, textOf } from "../../search-fields.ts";

export type RunSearch = {
  /** The event that is shown, by its seq. */
  seq?: number;
  attempt?: number;
  /** Types of events, with commas between them. */
  types?: string;
  stream?: "stdout" | "stderr";
  /** What is searched for in logs. */
  find?: string;
  /** Of the steps: without it everything. */
  show?: "calls" | "messages";
};

export function runSearch(search: Record<string, unknown>): RunSearch {
  return {
    ...countOf(search, "seq", 1),
    ...countOf(search, "attempt", 1),
    ...textOf(search, "types"),
    ...oneOf(search, "stream", ["stdout", "stderr"]),
    ...textOf(search, "find"),
    ...oneOf(search, "show", ["calls", "messages"]),
  };
}
