// The independent checker: holds what clients were told, what the suite did, and what lies in the ledger's file, its
// folder and the process table against each other. It imports nothing of the product.

import type { Episode } from "../episode.ts";
import { checkAnswers } from "./check-answers.ts";
import { checkCauses } from "./check-causes.ts";
import { checkExperiments } from "./check-experiments.ts";
import { checkFiles } from "./check-files.ts";
import { checkFolds } from "./check-folds.ts";
import { checkJournals } from "./check-journals.ts";
import { type Folded, foldRun } from "./fold.ts";
import { type LedgerPlace, readRows } from "./read-rows.ts";
import { type EventRow, eventsByRun, type Rows } from "./rows.ts";

/** How long what is dying may take to be gone, milliseconds. */
const goneMsMax = 10_000;

/** Every disagreement, in words; none is what the product promises. */
export async function checkEpisode(episode: Episode): Promise<string[]> {
  const left = await leftProcesses(episode);
  const { rows, events, folds } = await readLedger(episode);
  const runs = [...folds].map(([runId, fold]) => ({ runId, fold, events: events.get(runId) ?? [] }));
  return [
    ...left,
    ...checkFolds(rows, folds),
    ...checkExperiments(episode, { rows, folds }),
    ...runs.flatMap(({ runId, ...run }) => checkJournals(episode.home, runId, run)),
    ...checkAnswers(episode.answers, { rows, events, folds }),
    ...checkCauses(episode, runs),
    ...checkFiles(episode, { rows, folds }),
    ...crashes(episode),
  ];
}

/** The ledger's rows with our own fold of each run that was not deleted. */
export async function readLedger(
  place: LedgerPlace,
): Promise<{ rows: Rows; events: Map<string, EventRow[]>; folds: Map<string, Folded> }> {
  const rows = await readRows(place);
  const events = eventsByRun(rows);
  const living = [...events].filter(([runId]) => !rows.tombstones.has(runId));
  return { rows, events, folds: new Map(living.map(([runId, list]) => [runId, foldRun(list)])) };
}

async function leftProcesses(episode: Episode): Promise<string[]> {
  const left = await episode.emptied(goneMsMax);
  return left.map(({ pid, words }) => `process ${pid} is left: ${words.slice(0, 200)}`);
}

/** No command may break on what it meets; what it refuses it refuses by name. */
function crashes({ answers }: Episode): string[] {
  return answers.flatMap(({ args, stderr }) => {
    const line = stderr.split("\n").find((one) => /internal\.bug|unhandled|^\s+at .*\.(ts|mjs):\d+/i.test(one));
    return line === undefined ? [] : [`runledger ${args.slice(0, 2).join(" ")} broke: ${stderr.slice(0, 600)}`];
  });
}
