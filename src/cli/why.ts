// `why ID`: the events from which a run's status follows.

import type { LedgerEvent } from "../core/events.ts";
import { changedWords } from "../views/run-report.ts";
import { eventResource } from "../views/run-resource.ts";
import { runHeader, statusLine } from "../views/run-words.ts";
import { stepsOf, whyTable, whyTabs } from "../views/why.ts";
import { openChangedLook } from "./changed-since.ts";
import type { Command, Context } from "./command.ts";
import { exitCodes } from "./exit-code.ts";
import { findRun } from "./find-run.ts";
import { ledgerWords } from "./paths.ts";
import { eventsOf } from "./read-run.ts";
import { withLedger } from "./with-ledger.ts";

export const whyCommand: Command = {
  name: "why",
  group: "Look",
  summary: "the events from which its status follows",
  usage: "why ID",
  notes: `"changed" says that the benchmark's file holds something else by now, as with show.`,
  options: {},
  isRemote: true,
  operands: { min: 1, max: 1 },
  run,
};

async function run(context: Context): Promise<number> {
  const { operands, output } = context;
  return withLedger(context, { purpose: "read" }, async (ledger) => {
    const found = await findRun(ledger, operands[0] ?? "");
    const events: LedgerEvent[] = [];
    for await (const event of eventsOf(ledger, found.id)) events.push(event);
    const { steps, run: folded } = stepsOf(events);
    if (folded === null) return exitCodes.failed;
    const isChangedSince = await openChangedLook(ledger, context)(folded);
    if (output.isJson) {
      const shown = steps.map(({ event, before, after }) => ({ before, after, event: eventResource(event) }));
      const { id, status, passed, score } = folded;
      output.json({ id, status, passed, score, isChangedSince, steps: shown });
      return exitCodes.ok;
    }
    const lines = [`ledger  ${ledgerWords(ledger, context)}`, runHeader(folded), statusLine(folded)];
    if (isChangedSince === true) lines.push(`changed ${folded.subject.id} ${changedWords}`);
    const head = lines.join("\n");
    if (output.isTerminal) output.result([head, "", ...whyTable(steps, "local")].join("\n"));
    else {
      output.progress(head);
      output.result(whyTabs(steps).join("\n"));
    }
    return exitCodes.ok;
  });
}
