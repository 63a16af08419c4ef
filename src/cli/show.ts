// `show ID`: one run, whole, as it is now or as it was at a time or an event.

import { RunledgerError } from "../core/errors.ts";
import type { EventData, LedgerEvent } from "../core/events.ts";
import { isKnown } from "../core/events.ts";
import type { Experiment } from "../core/experiment.ts";
import { shortId } from "../core/ids.ts";
import { isActive } from "../core/moves.ts";
import type { Run } from "../core/run.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { experimentHeader } from "../views/experiment-words.ts";
import { clockTime, type TimeStyle } from "../views/number-words.ts";
import { runReport } from "../views/run-report.ts";
import { runResource } from "../views/run-resource.ts";
import type { RunStory } from "../views/run-story.ts";
import { runHeader } from "../views/run-words.ts";
import { transactionReport } from "../views/transaction-report.ts";
import { openChangedLook } from "./changed-since.ts";
import type { Command, Context } from "./command.ts";
import { exitCodes } from "./exit-code.ts";
import { printExperiment } from "./experiment-view.ts";
import { findRunOrExperiment } from "./find-experiment.ts";
import { lastOutput } from "./last-output.ts";
import { lookAt } from "./look.ts";
import { ledgerWords, sessionFiles } from "./paths.ts";
import { readCount } from "./read-count.ts";
import { eventsOf, storyOf } from "./read-run.ts";
import { makeReceipt } from "./receipt.ts";
import { withLedger } from "./with-ledger.ts";

export const showCommand: Command = {
  name: "show",
  group: "Look",
  summary: "one run or experiment, whole  (--tx N, --at TIME|EVENT, --receipt)",
  usage: "show ID",
  notes: `--at folds the events up to an event's number, an ISO time, or a time of the day on which the run was queued.
"changed" says that the benchmark's file holds something else by now; it is looked for here and below benchmarks/,
and through a server in its catalog.`,
  options: {
    tx: { type: "text", value: "N", help: "this transaction alone, with all its logs" },
    at: {
      type: "text",
      value: "TIME|EVENT",
      help: "as it stood then: an ISO time, a time of its day, or an event's number",
    },
    receipt: { type: "flag", help: "a small JSON document that verify --receipt can hold against the ledger" },
  },
  isRemote: true,
  operands: { min: 1, max: 1 },
  run,
};

const transactionsMax = 1_000_000;

async function run(context: Context): Promise<number> {
  const { operands, options } = context;
  return withLedger(context, { purpose: "read" }, async (ledger) => {
    const { run: found, experiment } = await findRunOrExperiment(ledger, operands[0] ?? "");
    if (found === null) return showExperiment(ledger, experiment, context);
    const number = readCount("--tx", options.text("tx"), transactionsMax);
    if (number !== null && options.flag("receipt"))
      throw new RunledgerError("usage.bad-value", "a receipt is of the whole run; give --tx or --receipt, not both");
    if (number !== null) return showTransaction(ledger, found, number, context);
    const at = options.text("at");
    const story = await storyOf(ledger, found.id, at === null ? undefined : until(at, found));
    if (story === null)
      throw new RunledgerError("usage.bad-value", `the run did not exist at ${at}; it was queued ${found.queuedAt}`);
    if (options.flag("receipt")) {
      context.output.json(await makeReceipt(ledger, story.run));
      return exitCodes.ok;
    }
    return showStory({ ledger, story, isPast: story.run.seq < found.seq, context });
  });
}

async function showStory(of: { ledger: Ledger; story: RunStory; isPast: boolean; context: Context }): Promise<number> {
  const { ledger, story, isPast, context } = of;
  const { output } = context;
  const now = await lookAt(ledger, story.run);
  // What can be seen of processes now says nothing about then.
  const computed = isPast ? { ...now, liveness: null, waitingOn: null } : now;
  const files = isPast ? {} : await sessionFiles(ledger, story.run, context);
  const isChanged = await openChangedLook(ledger, context)(story.run);
  if (output.isJson) {
    output.json(runResource(story.run, computed, files, isChanged));
    return exitCodes.ok;
  }
  const style: TimeStyle = output.isTerminal ? "local" : "utc";
  const { run: shown } = story;
  const printed = isPast || !isActive(shown.status) ? [] : await lastOutput(ledger, shown);
  const report = runReport(story, {
    ...{ computed, style, width: output.width, sessionPath: files.session ?? null, lastOutput: printed },
    isChangedSince: isChanged === true,
  });
  output.result(
    [
      `ledger  ${ledgerWords(ledger, context)}`,
      runHeader(shown),
      ...(output.isTerminal ? [] : [`id      ${shown.id}`]),
      ...(isPast ? [`as of   event ${shown.seq}, ${clockTime(shown.lastEventAt, style)}; more followed`] : []),
      "",
      ...report,
    ].join("\n"),
  );
  return exitCodes.ok;
}

async function showExperiment(ledger: Ledger, experiment: Experiment, context: Context): Promise<number> {
  const { output, options } = context;
  if (options.text("tx") !== null || options.text("at") !== null || options.flag("receipt")) {
    const detail = `--tx, --at and --receipt are of a run; ${shortId(experiment.id)} is an experiment`;
    throw new RunledgerError("usage.bad-value", detail);
  }
  output.progress(`ledger  ${ledgerWords(ledger, context)}`);
  const said = `${experimentHeader(experiment)}   planned ${experiment.plannedAt} by ${experiment.who}`;
  if (output.isTerminal) output.result(said);
  else output.progress(said);
  await printExperiment({ ledger, context, experiment, exitCode: null });
  return exitCodes.ok;
}

async function showTransaction(ledger: Ledger, found: Run, number: number, { output }: Context): Promise<number> {
  let transactions: EventData<"transaction.executed">[] = [];
  for await (const event of eventsOf(ledger, found.id)) {
    if (!isKnown(event)) continue;
    if (event.type === "attempt.claimed") transactions = [];
    if (event.type === "transaction.executed") transactions.push(event.data);
  }
  const transaction = transactions[number - 1];
  if (transaction === undefined) {
    const has = transactions.length === 0 ? "no transactions" : `transactions 1 to ${transactions.length}`;
    throw new RunledgerError("usage.bad-value", `run ${found.id} has ${has}, not ${number}`);
  }
  if (output.isJson) output.json(transaction);
  else output.result(transactionReport(transaction, { number, count: transactions.length, isWhole: true }).join("\n"));
  return exitCodes.ok;
}

/** Which events belong to a moment: an event's number, an ISO time, or a local time on the day the run was queued. */
function until(text: string, { queuedAt }: Run): (event: LedgerEvent) => boolean {
  if (/^\d{1,9}$/.test(text)) return (event) => event.seq <= Number(text);
  const clock = /^(\d{1,2}):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?$/.exec(text);
  const ms = clock === null ? Date.parse(text) : onDayOf(queuedAt, clock);
  if (Number.isNaN(ms)) {
    throw new RunledgerError(
      "usage.bad-value",
      `--at takes an event's number, 2026-11-22T10:00:00Z or 10:00:00, not ${JSON.stringify(text)}`,
    );
  }
  return (event) => Date.parse(event.recordedAt) <= ms;
}

function onDayOf(iso: string, [, hours, minutes, seconds, fraction]: RegExpExecArray): number {
  const day = new Date(iso);
  // A time without seconds means the whole minute, one without milliseconds the whole second.
  const second = seconds === undefined ? 59 : Number(seconds);
  const ms = fraction === undefined ? 999 : Number(fraction.padEnd(3, "0"));
  return day.setHours(Number(hours), Number(minutes), second, ms);
}
