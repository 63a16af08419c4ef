// `why ID`: the events from which a run's status follows.

import type { LedgerEvent } from "../core/events.ts";
import { eventResource } from "../views/run-resource.ts";
import { runHeader, statusLine } from "../views/run-words.ts";
import { stepsOf, whyTable, whyTabs } from "../views/why.ts";
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
    if (output.isJson) {
      const shown = steps.map(({ event, before, after }) => ({ before, after, event: eventResource(event) }));
      output.json({ id: folded.id, status: folded.status, passed: folded.passed, score: folded.score, steps: shown });
      return exitCodes.ok;
    }
    const head = [`ledger  ${ledgerWords(ledger, context)}`, runHeader(folded), statusLine(folded)].join("\n");
    if (output.isTerminal) output.result([head, "", ...whyTable(steps, "local")].join("\n"));
    else {
      output.progress(head);
      output.result(whyTabs(steps).join("\n"));
    }
    return exitCodes.ok;
  });
}
