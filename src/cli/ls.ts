// `ls`: runs, newest first, with what each one does or how it ended.

import type { Command, Context } from "./command.ts";
import { exitCodes } from "./exit-code.ts";
import { readCount } from "./read-count.ts";
import { filterOptions, readExperiment, readFilter } from "./run-filter.ts";
import { withLedger } from "./with-ledger.ts";

const shownDefault = 20;
const limitMax = 100_000;

export const lsCommand: Command = {
  name: "ls",
  group: "Look",
  summary: "runs, newest first            (-a all, --status S, --experiment E)",
  usage: "ls",
  options: {
    all: { type: "flag", short: "a", help: `all of them, not just the newest ${shownDefault}` },
    ...filterOptions,
    limit: { type: "text", value: "N", help: `how many; default ${shownDefault}` },
  },
  isRemote: true,
  operands: { min: 0, max: 0 },
  run,
};

async function run(context: Context): Promise<number> {
  const { options } = context;
  const filter = readFilter(context);
  const asked = readCount("--limit", options.text("limit"), limitMax) ?? shownDefault;
  const limit = options.flag("all") ? Number.POSITIVE_INFINITY : asked;
  const done = withLedger(context, { purpose: "read" }, async (ledger) => {
    const { listRuns } = await loading;
    const experiment = await readExperiment(ledger, context);
    await listRuns(ledger, { filter, limit, experiment, context });
    return exitCodes.ok;
  });
  // This is the command that people wait for most often: what it prints with is loaded while the ledger is opened.
  const loading = import("./list-runs.ts");
  return done;
}
