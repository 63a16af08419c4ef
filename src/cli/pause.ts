// `runledger pause`: asks runs to stop at their next step border, with a checkpoint, and waits until they have. What is
// queued is held at once.

import { isTerminal } from "../core/moves.ts";
import type { Run } from "../core/run.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { counted } from "../views/number-words.ts";
import type { Command, Context } from "./command.ts";
import { findRun } from "./find-run.ts";
import { orRefusal, type PerRun, tellPerRun } from "./per-run.ts";
import { type Ended, waitUntil } from "./wait-until-ended.ts";
import { withLedger } from "./with-ledger.ts";

export const pauseCommand: Command = {
  name: "pause",
  group: "Act",
  summary: "holds runs at their next step border; resume goes on from there",
  usage: "pause ID…",
  notes: `A program that cannot pause goes on to its end, and its end counts. A run in its last step completes. Ctrl-C ends
the wait and leaves the request.`,
  options: { "no-wait": { type: "flag", help: "ask only; whoever supervises the run holds it" } },
  isRemote: true,
  operands: { min: 1, max: Number.POSITIVE_INFINITY },
  run,
};

const asking = "pausing";

async function run(context: Context): Promise<number> {
  const { operands, options, output } = context;
  return withLedger(context, { purpose: "supervise" }, async (ledger) => {
    const asked: PerRun[] = [];
    for (const words of operands) {
      asked.push(
        await orRefusal(words, async () => {
          const found = await findRun(ledger, words);
          return orRefusal(found.id, () => askToPause(ledger, found));
        }),
      );
    }
    const open = [...new Set(asked.filter(({ result }) => result === asking).map(({ id }) => id))];
    if (open.length === 0 || options.flag("no-wait")) return tellPerRun(asked, context);
    for (const id of open) output.progress(`pausing ${id.slice(-8)}`);
    const isDone = ({ status }: Run) => status !== "pausing";
    const ended = await waitUntil({ ledger, ids: open, context, what: "paused", isDone });
    const byId = new Map(ended.map((one) => [one.id, one]));
    return tellPerRun(
      asked.map((one) => pausedResult(byId.get(one.id)) ?? one),
      context,
    );
  });
}

async function askToPause(ledger: Ledger, run: Run): Promise<PerRun> {
  const { run: after, events } = await ledger.execute(run.id, { type: "pause" }, "cli");
  const detail = events.length === 0 ? "it was asked before" : `was ${run.status}`;
  return { id: run.id, result: after.status, detail, problem: null };
}

/** What became of the request: an end that came first counts, and is said. */
function pausedResult(ended: Ended | undefined): PerRun | null {
  if (ended === undefined) return null;
  const { id, run } = ended;
  if (run === null) return { id, result: "deleted", detail: "deleted meanwhile", problem: null };
  return { id, result: run.status, detail: outcomeWords(run), problem: null };
}

/** What a run that was asked to pause, and is `pausing` no more, came to. */
export function outcomeWords(run: Run): string {
  if (run.status === "paused") return pausedWords(run);
  if (isTerminal(run.status)) return "it ended before the pause took effect";
  // Somebody else was quicker than the look at what came of it.
  return run.status === "cancelling" ? "a cancel came after the pause" : "it was paused, and has been resumed since";
}

function pausedWords({ checkpoint, stepsDone }: Run): string {
  if (checkpoint === null) return "it had not begun";
  return stepsDone === 0 ? "at a checkpoint" : `at a checkpoint, ${counted(stepsDone, "step")} done`;
}
