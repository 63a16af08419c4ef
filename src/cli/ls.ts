// `ls`: runs, newest first, with what each one does or how it ended.

import { RunledgerError } from "../core/errors.ts";
import { type RunStatus, runStatuses } from "../core/moves.ts";
import { didYouMean, nearestNames } from "../core/nearest.ts";
import type { Run } from "../core/run.ts";
import type { Ledger, RunFilter } from "../ledger/ledger.ts";
import { countLine, type ListedRun, runTable, runTabs } from "../views/run-list.ts";
import { runResource } from "../views/run-resource.ts";
import type { Command, Context } from "./command.ts";
import { exitCodes } from "./exit-code.ts";
import { lookAt } from "./look.ts";
import { ledgerWords, sessionFiles } from "./paths.ts";
import { readCount } from "./start-options.ts";
import { withLedger } from "./with-ledger.ts";

const shownDefault = 20;
const limitMax = 100_000;
const pageSize = 200;

export const lsCommand: Command = {
  name: "ls",
  group: "Look",
  summary: "runs, newest first            (-a all, --status S)",
  usage: "ls",
  options: {
    all: { type: "flag", short: "a", help: `all of them, not just the newest ${shownDefault}` },
    status: { type: "text", value: "S", repeatable: true, help: runStatuses.join(", ") },
    agent: { type: "text", value: "A", help: "of this agent only" },
    subject: { type: "text", value: "ID", help: "of this benchmark only" },
    label: { type: "text", value: "K=V", help: "with this label only" },
    limit: { type: "text", value: "N", help: `how many; default ${shownDefault}` },
  },
  laterOptions: { experiment: "experiments" },
  operands: { min: 0, max: 0 },
  run,
};

async function run(context: Context): Promise<number> {
  const { options, output } = context;
  const filter = readFilter(context);
  const asked = readCount("--limit", options.text("limit"), limitMax) ?? shownDefault;
  const limit = options.flag("all") ? Number.POSITIVE_INFINITY : asked;
  return withLedger(context, { purpose: "read" }, async (ledger) => {
    const { runs, hasMore } = await newestRuns(ledger, filter, limit);
    const rows: ListedRun[] = [];
    for (const one of runs) rows.push({ run: one, computed: await lookAt(ledger, one) });
    if (output.isJson) {
      const resources = rows.map(({ run: one, computed }) =>
        runResource(one, computed, sessionFiles(ledger, one, context)),
      );
      output.json({ ledger: ledger.url, runs: resources, hasMore });
      return exitCodes.ok;
    }
    await printList({ ledger, rows, hasMore, context });
    return exitCodes.ok;
  });
}

async function printList(of: { ledger: Ledger; rows: ListedRun[]; hasMore: boolean; context: Context }): Promise<void> {
  const { ledger, rows, hasMore, context } = of;
  const { output } = context;
  const first = `ledger ${ledgerWords(ledger, context)}      ${countLine(await ledger.countRuns())}`;
  if (output.isTerminal) {
    output.result(`${first}\n`);
    output.result(runTable(rows, Date.now()).join("\n"));
  } else {
    output.progress(first);
    output.result(runTabs(rows).join("\n"));
  }
  if (hasMore) output.progress(`(the newest ${rows.length}; -a for all)`);
}

async function newestRuns(
  ledger: Ledger,
  filter: RunFilter,
  limit: number,
): Promise<{ runs: Run[]; hasMore: boolean }> {
  const runs: Run[] = [];
  let pageToken: string | null = null;
  do {
    const size = Math.min(pageSize, limit - runs.length);
    const page = await ledger.listRuns(filter, { pageSize: size, pageToken });
    runs.push(...page.runs);
    pageToken = page.nextToken;
  } while (pageToken !== null && runs.length < limit);
  return { runs, hasMore: pageToken !== null };
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
