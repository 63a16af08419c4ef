// `ls`: runs, newest first, with what each one does or how it ended.

import { RunledgerError } from "../core/errors.ts";
import type { Experiment } from "../core/experiment.ts";
import { type RunStatus, runStatuses } from "../core/moves.ts";
import { didYouMean, nearestNames } from "../core/nearest.ts";
import type { Ledger, RunFilter } from "../ledger/ledger.ts";
import type { Command, Context } from "./command.ts";
import { exitCodes } from "./exit-code.ts";
import { readCount } from "./read-count.ts";
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
    status: { type: "text", value: "S", repeatable: true, help: runStatuses.join(", ") },
    agent: { type: "text", value: "A", help: "of this agent only" },
    subject: { type: "text", value: "ID", help: "of this benchmark only" },
    experiment: { type: "text", value: "E", help: "of this experiment only" },
    label: { type: "text", value: "K=V", help: "with this label only" },
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
    const experiment = await readExperiment(ledger, options.text("experiment"));
    await listRuns(ledger, { filter, limit, experiment, context });
    return exitCodes.ok;
  });
  // This is the command that people wait for most often: what it prints with is loaded while the ledger is opened.
  const loading = import("./list-runs.ts");
  return done;
}

async function readExperiment(ledger: Ledger, words: string | null): Promise<Experiment | null> {
  if (words === null) return null;
  const { findExperiment } = await import("./find-experiment.ts");
  return findExperiment(ledger, words);
}

function readFilter({ options }: Context): RunFilter {
  const statuses = options
    .texts("status")
    .flatMap((text) => text.split(","))
    .map(readStatus);
  const [agent, subject, label] = [options.text("agent"), options.text("subject"), options.text("label")];
  return {
    ...(statuses.length === 0 ? {} : { statuses }),
    ...(agent === null ? {} : { agent }),
    ...(subject === null ? {} : { subject }),
    ...(label === null ? {} : { label: readLabel(label) }),
  };
}

function readStatus(text: string): RunStatus {
  const name = text.replace("-", "_");
  const status = runStatuses.find((known) => known === name);
  if (status !== undefined) return status;
  throw new RunledgerError(
    "usage.bad-value",
    `there is no status ${JSON.stringify(text)}${didYouMean(name, runStatuses)}`,
    {
      data: { name: text, nearest: nearestNames(name, runStatuses) },
    },
  );
}

function readLabel(text: string): { key: string; value: string } {
  const at = text.indexOf("=");
  if (at < 1) throw new RunledgerError("usage.bad-value", `--label takes KEY=VALUE, not ${JSON.stringify(text)}`);
  return { key: text.slice(0, at), value: text.slice(at + 1) };
}
