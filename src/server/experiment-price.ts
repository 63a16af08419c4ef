// What a verb on an experiment would put back in the queue, and what that takes at most under the limits of its runs.
// Decided by the code that does it; nothing is written.

import type { Run } from "../core/run.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { ExperimentPrice } from "../protocol/http-page-routes.ts";
import { commandFor, type RunVerb, statusesFor } from "./experiment-verbs.ts";

const pageRuns = 500;
/** Runs that one answer looks at. */
const looksMax = 10_000;

export async function priceOf(
  ledger: Pick<Ledger, "listRuns">,
  experimentId: string,
  verb: RunVerb,
): Promise<ExperimentPrice> {
  const filter = { experimentId, statuses: statusesFor(verb) };
  const chosen: Run[] = [];
  let looks = 0;
  let pageToken: string | null = null;
  do {
    const page = await ledger.listRuns(filter, { order: "oldest", pageSize: pageRuns, pageToken });
    chosen.push(...page.runs.filter((run) => commandFor(verb, run) !== null));
    looks += page.runs.length;
    pageToken = page.nextToken;
  } while (pageToken !== null && looks < looksMax);
  return { ...sumOf(chosen), isWhole: pageToken === null };
}

function sumOf(runs: readonly Run[]): Omit<ExperimentPrice, "isWhole"> {
  const byStatus: Record<string, number> = {};
  for (const { status } of runs) byStatus[status] = (byStatus[status] ?? 0) + 1;
  const billed = runs.filter(({ agent }) => agent?.kind === "model");
  return {
    ...{ runs: runs.length, byStatus, modelRuns: billed.length },
    modelCallsAtMost: atMost(billed, "turns"),
    tokensAtMost: atMost(billed, "tokens"),
    costUsdAtMost: atMost(billed, "cost_usd"),
  };
}

/** A limit holds for each try, and the policy may try again. Null: it is lifted for some. */
function atMost(runs: readonly Run[], limit: "turns" | "tokens" | "cost_usd"): number | null {
  let sum = 0;
  for (const { limits, retryPolicy } of runs) {
    const most = limits[limit];
    if (most == null) return null;
    sum += most * (1 + retryPolicy.retries);
  }
  return sum;
}
