// The list's filters as a query of the API, and as a question to one run: the two have to mean the same, so that what the
// stream tells lands in the list only where a reading would have put it.

import type { RunBody } from "../../../../src/protocol/http-resources.ts";
import { type RunsSearch, statusesOf } from "./runs-search.ts";

/** The query of `GET /runs`. */
export function queryOf(search: RunsSearch) {
  const { status: _status, ...rest } = search;
  const statuses = statusesOf(search);
  return { ...rest, ...(statuses.length === 0 ? {} : { status: statuses }) };
}

/** Whether the run belongs in the list of these filters. */
export function fits(search: RunsSearch, run: RunBody): boolean {
  const statuses = statusesOf(search);
  const [, key = "", value = ""] = /^([^=]+)=(.*)$/s.exec(search.label ?? "") ?? [];
  return (
    (statuses.length === 0 || statuses.includes(run.status)) &&
    (search.passed === undefined || String(run.passed) === search.passed) &&
    (search.kind === undefined || run.kind === search.kind) &&
    (search.text === undefined || run.subject.id.startsWith(search.text)) &&
    (search.benchmark === undefined || (run.kind === "benchmark" && run.subject.id === search.benchmark)) &&
    (search.agent === undefined || run.agent?.name === search.agent) &&
    (search.experiment === undefined || run.experimentId?.endsWith(search.experiment) === true) &&
    (search.label === undefined || run.labels[key] === value) &&
    (search.since === undefined || Date.parse(run.queuedAt) >= Date.parse(search.since)) &&
    (search.until === undefined || Date.parse(run.queuedAt) < Date.parse(search.until))
  );
}
