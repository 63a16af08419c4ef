// A page of the list of experiments, whichever database it is in: newest first, by creation.

import type { Experiment } from "../core/experiment.ts";
import { systemLimits } from "../core/system-limits.ts";
import type { ExperimentPage } from "./ledger-access.ts";
import { createdOfToken, tokenOfCreated } from "./page-token.ts";

const pageSizeDefault = 50;
const order = "newest";

/** What is asked of the database. @throws RunledgerError `usage.bad-value` for a token that is none */
export function experimentRequest(options: { pageSize?: number; pageToken?: string | null }) {
  const { pageSize = pageSizeDefault, pageToken = null } = options;
  return {
    pageSize: Math.max(1, Math.min(pageSize, systemLimits.pageRowsMax)),
    before: pageToken === null ? null : createdOfToken(pageToken, order),
  };
}

/** @param found One more than the page holds, if there are so many. */
export function experimentPage(found: readonly Experiment[], pageSize: number): ExperimentPage {
  const experiments = found.slice(0, pageSize);
  const last = experiments.at(-1);
  const hasMore = found.length > pageSize && last !== undefined;
  return { experiments, nextToken: hasMore ? tokenOfCreated(last.position, order) : null };
}
