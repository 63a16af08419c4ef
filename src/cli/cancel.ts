// `runledger cancel`: asks runs to stop and waits until they really have. What is queued or paused ends at once; what
// nobody supervises is adopted and ended here.

import { graceMsOf } from "../core/decide.ts";
import { RunledgerError } from "../core/errors.ts";
import { type Experiment, summarize } from "../core/experiment.ts";
import { isTerminal } from "../core/moves.ts";
import type { Run } from "../core/run.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { counted } from "../views/number-words.ts";
import type { Command, Context } from "./command.ts";
import { cancelCells } from "./experiment-work.ts";
import { findRunOrExperiment } from "./find-experiment.ts";
import { orRefusal, type PerRun, tellPerRun } from "./per-run.ts";
import { type Ended, waitUntilEnded } from "./wait-until-ended.ts";
import { withLedger } from "./with-ledger.ts";

export const cancelCommand: Command = {
  name: "cancel",
  group: "Act",
  summary: "stops runs, or all of an experiment, and waits until they are seen gone",
  usage: "cancel ID…|EXPERIMENT",
  options: {
    grace: {
      type: "text",
      value: "SECONDS",
      help: "time to end by itself before it is killed; default: the run's grace_s",
    },
    "no-wait": { type: "flag", help: "ask only; whoever supervises the run stops it" },
  },
  isRemote: true,
  operands: { min: 1, max: Number.POSITIVE_INFINITY },
  run: runCancel,
};

async function runCancel(context: Context): Promise<number> {
  const { operands, options } = context;
  const graceMs = readGrace(options.text("grace"));
  const isWaiting = !options.flag("no-wait");
  return withLedger(context, { purpose: "supervise" }, async (ledger) => {
    const asked: PerRun[] = [];
    const stoppingCells: string[] = [];
    for (const words of operands) {
      const told = await orRefusal(words, async () => {
        const { run, experiment } = await findRunOrExperiment(ledger, words);
        if (run !== null) return orRefusal(run.id, () => askToStop(ledger, run, graceMs));
        const { result, cells } = await askCellsToStop(ledger, experiment, graceMs);
        stoppingCells.push(...cells);
        return result;
      });
      asked.push(told);
    }
    const runs = asked.filter(({ result }) => result === stopping).map(({ id }) => id);
    const open = [...new Set([...runs, ...stoppingCells])];
    if (open.length === 0) return tellPerRun(asked, context);
    if (!isWaiting) {
      await warnOfUnsupervised(ledger, open, context);
      return tellPerRun(asked, context);
    }
    for (const id of open) context.output.progress(`cancelling ${id.slice(-8)}`);
    const ended = new Map((await waitUntilEnded(ledger, open, context)).map((one) => [one.id, one]));
    return tellPerRun(
      asked.map((one) => endedResult(ended.get(one.id)) ?? one),
      context,
    );
  });
}

const stopping = "cancelling";

async function askToStop(ledger: Ledger, run: Run, graceMs: number | null): Promise<PerRun> {
  const { run: after, events } = await ledger.execute(
    run.id,
    { type: "cancel", graceMs: graceMsOf(run, graceMs) },
    "cli",
  );
  const result = (word: string, detail: string): PerRun => ({ id: run.id, result: word, detail, problem: null });
  if (!isTerminal(after.status))
    return result(stopping, events.length === 0 ? "a cancel was under way" : `was ${run.status}`);
  return result(
    after.status,
    events.length === 0 ? "it was cancelled before" : `was ${run.status}; there was no process`,
  );
}

/** Cells that wait end at once; those that have a process are named in `cells`. */
async function askCellsToStop(
  ledger: Ledger,
  experiment: Experiment,
  graceMs: number | null,
): Promise<{ result: PerRun; cells: string[] }> {
  const { queued, paused, running } = summarize(experiment);
  const cells = await cancelCells(ledger, experiment.id, { graceMs, actor: "cli" });
  const detail =
    queued + paused + running === 0
      ? "all its runs had ended"
      : `${counted(queued + paused, "run")} had no process, ${running} had one`;
  return { result: { id: experiment.id, result: "cancelled", detail, problem: null }, cells };
}

/** Without a namespace a program that hides itself cannot be ruled out. */
function goneWords({ attempt }: Run): string {
  return attempt?.containment === "sweep" ? "all of its processes that can be seen are gone" : "its processes are gone";
}

/** How the run ended after all: a result that was there first counts, and is said. */
function endedResult(ended: Ended | undefined): PerRun | null {
  if (ended === undefined) return null;
  const { id, run } = ended;
  if (run === null) return { id, result: "deleted", detail: "ended, and deleted as was asked", problem: null };
  const detail = run.status === "cancelled" ? goneWords(run) : `it ended before the cancel took effect`;
  return { id, result: run.status, detail, problem: null };
}

async function warnOfUnsupervised(ledger: Ledger, ids: readonly string[], { output }: Context): Promise<void> {
  for (const id of ids) {
    const attempt = (await ledger.getRun(id))?.attempt ?? null;
    if (attempt === null || !(await ledger.isLockFree(attempt.worker))) continue;
    output.warn(`nobody supervises ${id.slice(-8)}, so nobody stops it yet; cancel it without --no-wait`);
  }
}

function readGrace(text: string | null): number | null {
  if (text === null) return null;
  if (!/^\d{1,6}(\.\d{1,3})?$/.test(text)) {
    throw new RunledgerError("usage.bad-value", `--grace takes seconds, such as 2 or 0.5, not ${JSON.stringify(text)}`);
  }
  return Math.round(Number(text) * 1000);
}
