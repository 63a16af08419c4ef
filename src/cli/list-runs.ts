// The list of runs that `ls` prints.

import type { Experiment } from "../core/experiment.ts";
import { shortId } from "../core/ids.ts";
import type { Run } from "../core/run.ts";
import type { Ledger, RunFilter } from "../ledger/ledger.ts";
import { displayWidth, wrapParts } from "../views/columns.ts";
import { countLine, type ListedRun, runTable, runTabs } from "../views/run-list.ts";
import { type RunResource, runResource } from "../views/run-resource.ts";
import { openChangedLook } from "./changed-since.ts";
import type { Context } from "./command.ts";
import { openLook } from "./look.ts";
import { ledgerWords, sessionFiles } from "./paths.ts";

const pageSize = 200;

/** Prints the newest runs that fit the filter, at most `limit`, each with what can be seen of it now. */
export async function listRuns(
  ledger: Ledger,
  of: { filter: RunFilter; limit: number; experiment: Experiment | null; context: Context },
): Promise<void> {
  const { filter, limit, experiment, context } = of;
  const wanted = experiment === null ? filter : { ...filter, experimentId: experiment.id };
  const { runs, hasMore } = await newestRuns(ledger, wanted, limit);
  const rows: ListedRun[] = [];
  const look = openLook(ledger);
  const lookForChange = openChangedLook(ledger, context);
  for (const run of runs) rows.push({ run, computed: await look(run), isChangedSince: await lookForChange(run) });
  if (!context.output.isJson) return printList({ ledger, rows, hasMore, experiment, context });
  const resources: RunResource[] = [];
  for (const { run, computed, isChangedSince } of rows) {
    resources.push(runResource(run, computed, await sessionFiles(ledger, run, context), isChangedSince));
  }
  context.output.json({ ledger: ledger.url, runs: resources, hasMore });
}

async function printList(of: {
  ledger: Ledger;
  rows: ListedRun[];
  hasMore: boolean;
  experiment: Experiment | null;
  context: Context;
}): Promise<void> {
  const { ledger, rows, hasMore, experiment, context } = of;
  const { output } = context;
  const counts = experiment === null ? await ledger.countRuns() : experiment.tallies;
  const whose = experiment === null ? "" : `experiment ${shortId(experiment.id)}   `;
  const [place, sums] = [`ledger ${ledgerWords(ledger, context)}`, `${whose}${countLine(counts)}`];
  const first = `${place}      ${sums}`;
  if (output.isTerminal) {
    const isFitting = displayWidth(first) <= output.width;
    output.result(`${(isFitting ? [first] : [place, ...wrapParts(sums, output.width)]).join("\n")}\n`);
    output.result(runTable(rows, Date.now(), output.width).join("\n"));
  } else {
    output.progress(first);
    output.result(runTabs(rows).join("\n"));
  }
  if (hasMore) output.progress(`(the newest ${rows.length}; -a for all)`);
}

async function newestRuns(
  ledger: Ledger,
  filter: RunFilter,
  limit: number,
): Promise<{ runs: Run[]; hasMore: boolean }> {
  const runs: Run[] = [];
  let pageToken: string | null = null;
  do {
    const size = Math.min(pageSize, limit - runs.length);
    const page = await ledger.listRuns(filter, { pageSize: size, pageToken });
    runs.push(...page.runs);
    pageToken = page.nextToken;
  } while (pageToken !== null && runs.length < limit);
  return { runs, hasMore: pageToken !== null };
}
