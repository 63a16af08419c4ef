// `runledger rebuild`: makes all that is derived from the events anew. The events themselves are never touched.

import { counted } from "../views/number-words.ts";
import type { Command } from "./command.ts";
import { exitCodes } from "./exit-code.ts";
import { withLedger } from "./with-ledger.ts";

export const rebuildCommand: Command = {
  name: "rebuild",
  group: "Operate",
  summary: "makes all projections anew from the events",
  usage: "rebuild",
  options: {},
  operands: { min: 0, max: 0 },
  run: (context) =>
    withLedger(context, { purpose: "read" }, async (ledger) => {
      const { output } = context;
      output.progress(`ledger ${ledger.url}`);
      const { runs } = await ledger.rebuild();
      if (output.isJson) output.json({ ledger: ledger.url, runs });
      else output.result(`rebuilt ${counted(runs, "run")} from the events`);
      return exitCodes.ok;
    }),
};
