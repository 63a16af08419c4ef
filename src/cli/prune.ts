// `runledger prune`: deletes runs that ended long ago, a few at a time, so that whoever works meanwhile hardly waits.

import { existsSync, readdirSync } from "node:fs";
import { dirname } from "node:path";
import { RunledgerError } from "../core/errors.ts";
import { parseUuid } from "../core/ids.ts";
import { isTerminal, type RunStatus, runStatuses } from "../core/moves.ts";
import type { Run } from "../core/run.ts";
import type { Ledger, RunFilter } from "../ledger/ledger.ts";
import { tabRow } from "../views/columns.ts";
import { counted, grouped } from "../views/number-words.ts";
import { runFolder } from "../worker/attempt-folder.ts";
import type { Command, Context } from "./command.ts";
import { exitCodes } from "./exit-code.ts";
import { readSpan } from "./read-span.ts";
import { remoteViewOf } from "./remote-view.ts";
import { removeFilesOf } from "./remove-files-of.ts";
import { filterOptions, readExperiment, readFilter } from "./run-filter.ts";
import { withLedger } from "./with-ledger.ts";

const usage = "prune --older-than 30d";
/** Runs that are read at once. */
const pageSize = 200;
/** Runs that are deleted at the same time: the ledger commits them together, and others in between. */
const atOnce = 20;
/** Between two words of how far it is, milliseconds. */
const wordMs = 2_000;

export const pruneCommand: Command = {
  name: "prune",
  group: "Act",
  summary: "deletes runs that ended longer ago than that, with their files",
  usage,
  notes: `Only what has ended goes; what waits, rests or runs stays, however old it is. Ids stay taken, and planned
cells of experiments stay planned. Interrupted, the same command goes on, and removes the files that were left of
deleted runs. What runs were of (the content of benchmarks) is shared between runs and stays.`,
  options: {
    "older-than": { type: "text", value: "30d", help: "how long ago a run must have ended: 90s, 30m, 12h, 30d" },
    ...filterOptions,
    "dry-run": { type: "flag", help: "says what would go, and deletes nothing" },
  },
  isRemote: true,
  operands: { min: 0, max: 0 },
  run: runPrune,
};

/** What became of the runs; `refused` had ended and were moved by somebody at the same moment. */
type Pruned = { deleted: string[]; refused: string[] };

async function runPrune(context: Context): Promise<number> {
  const { options, output } = context;
  const filter = ofEnded(context);
  const isDry = options.flag("dry-run");
  return withLedger(context, { purpose: "read" }, async (ledger) => {
    const experiment = await readExperiment(ledger, context);
    const wanted = experiment === null ? filter : { ...filter, experimentId: experiment.id };
    const pruned: Pruned = { deleted: [], refused: [] };
    let saidMs = performance.now();
    for await (const runs of endedBefore(ledger, wanted)) {
      if (isDry) pruned.deleted.push(...runs.map(({ id }) => id));
      else for (const part of inParts(runs)) await deleteAll(ledger, part, pruned, context);
      if (performance.now() - saidMs < wordMs) continue;
      saidMs = performance.now();
      output.progress(`${isDry ? "found" : "deleted"} ${grouped(pruned.deleted.length)}`);
    }
    if (!isDry) await removeLeftovers(ledger, context);
    tell(pruned, context);
    return exitCodes.ok;
  });
}

/** @throws RunledgerError `usage.missing-argument`, `usage.bad-value` */
function ofEnded(context: Context): RunFilter & { untilMs: number } {
  const text = context.options.text("older-than");
  if (text === null) {
    throw new RunledgerError("usage.missing-argument", `prune needs an age; usage: runledger ${usage}`);
  }
  const untilMs = Date.now() - readSpan("--older-than", text);
  const { statuses = runStatuses.filter(isTerminal), ...others } = readFilter(context);
  const open = statuses.filter((status: RunStatus) => !isTerminal(status));
  if (open.length > 0) {
    const detail = `prune deletes runs that have ended, and one that is ${open.join(" or ")} has not; see cancel and rm --force`;
    throw new RunledgerError("usage.bad-value", detail, { data: { statuses: open } });
  }
  return { ...others, statuses, untilMs };
}

/** Pages of runs that had ended by then, oldest first. What is deleted meanwhile does not move the others. */
async function* endedBefore(ledger: Ledger, filter: RunFilter & { untilMs: number }): AsyncGenerator<Run[]> {
  let pageToken: string | null = null;
  do {
    const page = await ledger.listRuns(filter, { pageSize, pageToken, order: "oldest" });
    // It was queued before then, and may have waited.
    yield page.runs.filter(({ endedAt }) => endedAt !== null && Date.parse(endedAt) < filter.untilMs);
    pageToken = page.nextToken;
  } while (pageToken !== null);
}

function inParts<T>(all: readonly T[]): T[][] {
  const starts = Array.from({ length: Math.ceil(all.length / atOnce) }, (_, index) => index * atOnce);
  return starts.map((start) => all.slice(start, start + atOnce));
}

async function deleteAll(ledger: Ledger, runs: readonly Run[], pruned: Pruned, context: Context): Promise<void> {
  await Promise.all(
    runs.map(async ({ id, endedAt }) => {
      try {
        // It may have been retried, and have ended again, since the list was read.
        if ((await ledger.getRun(id))?.endedAt !== endedAt) return void pruned.refused.push(id);
        await ledger.execute(id, { type: "delete", isForced: false }, "cli");
      } catch (error) {
        if (!isOvertaken(error)) throw error;
        if (error.code === "run.illegal-move") pruned.refused.push(id);
        return;
      }
      await removeFilesOf(ledger, id, context);
      pruned.deleted.push(id);
    }),
  );
}

/** The ledger says deleted first: whoever died after that, `prune` or another, has left a run's files here. */
async function removeLeftovers(ledger: Ledger, context: Context): Promise<void> {
  const folder = dirname(runFolder({ home: ledger.home, runId: "x" }));
  if (remoteViewOf(ledger) !== null || !existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const id = parseUuid(name);
    if (id !== null && (await ledger.isDeleted(id))) await removeFilesOf(ledger, id, context);
  }
}

/** Somebody retried or deleted it since it was read. */
function isOvertaken(error: unknown): error is RunledgerError {
  return error instanceof RunledgerError && ["run.illegal-move", "run.deleted", "run.not-found"].includes(error.code);
}

function tell({ deleted, refused }: Pruned, { options, output }: Context): void {
  const isDry = options.flag("dry-run");
  const words = `${isDry ? "would delete" : "deleted"} ${counted(deleted.length, "run")}`;
  const moved = refused.length === 0 ? "" : `; ${counted(refused.length, "run")} went on meanwhile and stayed`;
  if (output.isJson) output.json(isDry ? { wouldDelete: deleted } : { deleted, refused });
  else if (output.isTerminal) output.result(`${words}${moved}`);
  else {
    output.progress(`${words}${moved}`);
    output.result(["run", ...deleted].map((id) => tabRow([id])).join("\n"));
  }
}
