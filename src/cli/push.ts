// `runledger push`: copies ended runs to another ledger, as they are.

import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { RunledgerError } from "../core/errors.ts";
import { parseRunName, shortId } from "../core/ids.ts";
import type { Run } from "../core/run.ts";
import type { Ledger, RunFilter, RunPage } from "../ledger/ledger.ts";
import { serverOf } from "../ledger/ledger-url.ts";
import { openLedger } from "../ledger/open-ledger.ts";
import { Push, type Pushed, type PushResult } from "../ledger/push-run.ts";
import { alignColumns, tabRow } from "../views/columns.ts";
import { counted } from "../views/number-words.ts";
import type { Command, Context } from "./command.ts";
import { exitCodes } from "./exit-code.ts";
import { findRunOrExperiment, type RunOrExperiment } from "./find-experiment.ts";
import { withLedger } from "./with-ledger.ts";

export const pushCommand: Command = {
  name: "push",
  group: "Keep",
  summary: "copies ended runs to another ledger; what is there already is left alone",
  usage: "push URL [ID…]",
  notes: `URL is what --ledger takes: a folder, a .sqlite file, or a postgres:// URL; one with a password belongs into
RUNLEDGER_PUSH_TO, with which URL may be left out. An ID names a run or a whole experiment; without one all runs
are meant. A copy has the same events with the same hash links, and is checked against them, so that both
ledgers show the same. Runs that have not ended are left out and named; so are runs that were deleted there. A
run that goes on from other events there is named, left as it is, and makes the exit code 1.`,
  options: {},
  operands: { min: 0, max: Number.POSITIVE_INFINITY },
  run: runPush,
};

const pushTo = "RUNLEDGER_PUSH_TO";
/** Between two lines of progress, milliseconds. */
const progressMs = 1_000;

async function runPush(context: Context): Promise<number> {
  const { url, words } = whereTo(context);
  return withLedger(context, { purpose: "read" }, async (from) => {
    const { cwd, env, output } = context;
    const named: RunOrExperiment[] = [];
    for (const one of words) named.push(await findRunOrExperiment(from, one));
    await using to = await openLedger({ url, mustExist: serverOf(url, env) !== null, cwd, env });
    if (to.ledgerId === from.ledgerId) {
      throw new RunledgerError("usage.bad-value", `${to.url} is the ledger to push from; give another one`);
    }
    output.progress(`from ${from.url} to ${to.url}`);
    const told = await pushAll({ from, to }, words.length === 0 ? null : named, context);
    tell(told, { from, to }, context);
    return told.left.some(({ result }) => isFailure[result]) ? exitCodes.failed : exitCodes.ok;
  });
}

/** @throws RunledgerError `usage.*`; `ledger.bad-url` if a password stands on the command line, where every process can read it */
function whereTo({ operands, env, cwd }: Context): { url: string; words: readonly string[] } {
  const [first] = operands;
  const told = env[pushTo] || null;
  // What can be read as the name of a run is one, if there is another place to push to.
  if (told !== null && (first === undefined || parseRunName(first).by !== "nothing"))
    return { url: told, words: operands };
  if (first === undefined) throw new RunledgerError("usage.missing-argument", `push takes a URL; or set ${pushTo}`);
  if (parseRunName(first).by !== "nothing" && !existsSync(resolve(cwd, first))) {
    const detail = `${first} reads like a run; push takes the URL first (for a new folder of this name: ./${first})`;
    throw new RunledgerError("usage.bad-value", detail);
  }
  if (serverOf(first, env)?.hasPassword) {
    const detail = `the URL holds a password, which every process here can read; use ${pushTo}, PGPASSWORD or a pgpass file`;
    throw new RunledgerError("ledger.bad-url", detail);
  }
  return { url: first, words: operands.slice(1) };
}

type Ledgers = { from: Ledger; to: Ledger };
type Told = { counts: Record<PushResult, number>; left: Pushed[] };

/** Whether it keeps the command from having done what it was asked for. */
const isFailure: Record<PushResult, boolean> = {
  copied: false,
  continued: false,
  known: false,
  open: false,
  deleted: false,
  differs: true,
  incomplete: true,
};

/** Only what was left out is remembered run by run. */
async function pushAll(ledgers: Ledgers, named: RunOrExperiment[] | null, { output }: Context): Promise<Told> {
  const push = new Push(ledgers);
  const counts = { copied: 0, continued: 0, known: 0, open: 0, deleted: 0, differs: 0, incomplete: 0 };
  const left: Pushed[] = [];
  let toldAtMs = performance.now();
  for (const { experiment } of named ?? []) if (experiment !== null) await push.plan(experiment.id);
  for await (const run of runsOf(ledgers.from, named)) {
    if (output.gone.aborted) break;
    const pushed = await push.run(run);
    counts[pushed.result] += 1;
    if (!["copied", "continued", "known"].includes(pushed.result)) {
      left.push(pushed);
      output.progress(`${pushed.runId}: ${pushed.result} (${pushed.why})`);
    }
    if (performance.now() < toldAtMs + progressMs) continue;
    toldAtMs = performance.now();
    output.progress(`${sumOf(counts)}; at ${shortId(run.id)}`);
  }
  return { counts, left };
}

/** The runs that were named, each once; null: all of them, in the order in which they were made. */
async function* runsOf(ledger: Ledger, named: RunOrExperiment[] | null): AsyncGenerator<Run> {
  if (named === null) return yield* pagesOf(ledger, {});
  const seen = new Set<string>();
  for (const { run, experiment } of named) {
    for await (const one of experiment === null ? [run] : pagesOf(ledger, { experimentId: experiment.id })) {
      if (seen.has(one.id)) continue;
      seen.add(one.id);
      yield one;
    }
  }
}

async function* pagesOf(ledger: Ledger, filter: RunFilter): AsyncGenerator<Run> {
  let pageToken: string | null = null;
  do {
    const page: RunPage = await ledger.listRuns(filter, { order: "oldest", pageToken });
    yield* page.runs;
    pageToken = page.nextToken;
  } while (pageToken !== null);
}

function tell({ counts, left }: Told, { from, to }: Ledgers, { output }: Context): void {
  if (output.isJson) {
    output.json({ from: from.url, to: to.url, ...counts, left });
    return;
  }
  const sum = sumOf(counts);
  if (output.isTerminal) {
    const rows = left.map(({ runId, result, why }) => [shortId(runId), result, why]);
    const table = rows.length === 0 ? [] : [...alignColumns([["RUN", "LEFT OUT", "WHY"], ...rows]), ""];
    output.result([...table, sum].join("\n"));
  } else {
    const rows = left.map(({ runId, result, why }) => [runId, result, why]);
    output.result(
      [...Object.entries(counts).map(([result, runs]) => [result, String(runs)]), ...rows].map(tabRow).join("\n"),
    );
  }
}

function sumOf(counts: Told["counts"]): string {
  const words = Object.entries(counts).flatMap(([result, runs]) => (runs === 0 ? [] : [`${runs} ${result}`]));
  return words.length === 0 ? counted(0, "run") : words.join(" · ");
}
