// `runledger rm`: deletes ended runs, with `--force` also those that have not ended. The ledger says deleted first; only
// then its files go.

import { existsSync } from "node:fs";
import { RunledgerError } from "../core/errors.ts";
import { parseUuid } from "../core/ids.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { runFolder } from "../worker/attempt-folder.ts";
import type { Command, Context } from "./command.ts";
import { findRun } from "./find-run.ts";
import { orRefusal, type PerRun, tellPerRun } from "./per-run.ts";
import { removeFilesOf } from "./remove-files-of.ts";
import { waitUntilEnded } from "./wait-until-ended.ts";
import { withLedger } from "./with-ledger.ts";

export const rmCommand: Command = {
  name: "rm",
  group: "Act",
  summary: "deletes runs with their files; the ids stay taken",
  usage: "rm ID…",
  options: { force: { type: "flag", help: "also runs that have not ended: they are cancelled first" } },
  isRemote: true,
  operands: { min: 1, max: Number.POSITIVE_INFINITY },
  run: runRm,
};

async function runRm(context: Context): Promise<number> {
  const { operands, options } = context;
  const isForced = options.flag("force");
  return withLedger(context, { purpose: isForced ? "supervise" : "read" }, async (ledger) => {
    const results: PerRun[] = [];
    for (const words of operands) {
      results.push(await orRefusal(words, () => removeRun(ledger, { words, isForced, context })));
    }
    return tellPerRun(results, context);
  });
}

async function removeRun(
  ledger: Ledger,
  { words, isForced, context }: { words: string; isForced: boolean; context: Context },
): Promise<PerRun> {
  const id = await namedOrLeftover(ledger, words);
  if (id.isLeftover) {
    const isGone = await removeFilesOf(ledger, id.id, context);
    const detail = `it was deleted before; its files were left and ${isGone ? "are gone now" : "stay"}`;
    return { id: id.id, result: "deleted", detail, problem: null };
  }
  return orRefusal(id.id, () => deleteRun(ledger, { id: id.id, isForced, context }));
}

async function deleteRun(
  ledger: Ledger,
  { id, isForced, context }: { id: string; isForced: boolean; context: Context },
): Promise<PerRun> {
  await ledger.execute(id, { type: "delete", isForced }, "cli");
  // A run with a process is cancelled first, and deleted in the transaction of its ending.
  if (!(await ledger.isDeleted(id))) {
    context.output.progress(`cancelling ${id.slice(-8)} to delete it`);
    await waitUntilEnded(ledger, [id], context);
  }
  if (!(await ledger.isDeleted(id))) {
    throw new RunledgerError("run.illegal-move", `run ${id} has ended and was not deleted; delete it again`);
  }
  const isGone = await removeFilesOf(ledger, id, context);
  const detail = isGone ? "its events and files are gone" : "its events are gone, its files stay";
  return { id, result: "deleted", detail, problem: null };
}

/** The run that is meant; or a deleted one whose files its deleter could not remove any more. */
async function namedOrLeftover(ledger: Ledger, words: string): Promise<{ id: string; isLeftover: boolean }> {
  try {
    return { id: (await findRun(ledger, words)).id, isLeftover: false };
  } catch (error) {
    const id = parseUuid(words);
    const isDeleted = error instanceof RunledgerError && error.code === "run.deleted";
    if (!isDeleted || id === null || !existsSync(runFolder({ home: ledger.home, runId: id }))) throw error;
    return { id, isLeftover: true };
  }
}
