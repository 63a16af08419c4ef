// `runledger diff A B`: where two runs part, in one sentence, and both scores.

import { RunledgerError } from "../core/errors.ts";
import type { Run } from "../core/run.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { AlignedRow } from "../views/align-deeds.ts";
import { argumentWords } from "../views/call-words.ts";
import { alignColumns, oneLine, tabRow } from "../views/columns.ts";
import { type ComparedRun, compareRuns, type RunComparison } from "../views/compare-runs.ts";
import type { Deed } from "../views/run-deeds.ts";
import { stepOf } from "../views/run-items.ts";
import { changedWords } from "../views/run-report.ts";
import { runHeader, statusLine } from "../views/run-words.ts";
import { collectSteps } from "../views/session-file.ts";
import { tone } from "../views/tone.ts";
import { openChangedLook } from "./changed-since.ts";
import type { Command, Context } from "./command.ts";
import { exitCodes } from "./exit-code.ts";
import { findRun } from "./find-run.ts";
import { ledgerWords } from "./paths.ts";
import { eventsOf } from "./read-run.ts";
import { withLedger } from "./with-ledger.ts";

export const diffCommand: Command = {
  name: "diff",
  group: "Look",
  summary: "first difference and both scores",
  usage: "diff ID ID",
  notes: `Calls of the try that counts stand side by side; addresses are compared by their names where these are known.
Of a run whose benchmark's file holds something else by now it is said, as with show.`,
  options: {},
  isRemote: true,
  operands: { min: 2, max: 2 },
  run,
};

/** Calls shown to people: those around the first difference. */
const shownBefore = 3;
const shownMax = 12;
const callWidth = 60;

/** Whether the benchmarks of A and of B are others by now; null where nothing can be compared. */
type Changed = readonly [boolean | null, boolean | null];

async function run(context: Context): Promise<number> {
  const { operands, output } = context;
  return withLedger(context, { purpose: "read" }, async (ledger) => {
    const [first, second] = [await findRun(ledger, operands[0] ?? ""), await findRun(ledger, operands[1] ?? "")];
    if (first.id === second.id) {
      throw new RunledgerError("usage.bad-value", `both name run ${first.id}; give two runs`);
    }
    const [a, b] = [await readCompared(ledger, first), await readCompared(ledger, second)];
    const lookForChange = openChangedLook(ledger, context);
    const changed: Changed = [await lookForChange(first), await lookForChange(second)];
    const comparison = compareRuns(a, b);
    if (output.isJson) output.json(jsonOf([a, b], changed, comparison));
    else if (output.isTerminal) {
      output.result(forPeople([first, second], { changed, comparison, context, ledger }).join("\n"));
    } else {
      for (const line of wordsOf(comparison)) output.progress(line);
      for (const [index, one] of [first, second].entries()) {
        if (changed[index] === true) output.progress(`${"AB"[index]}: ${one.subject.id} ${changedWords}`);
      }
      output.result(tabs(comparison).join("\n"));
    }
    return exitCodes.ok;
  });
}

async function readCompared(ledger: Ledger, { id }: Run): Promise<ComparedRun> {
  const collected = collectSteps();
  for await (const event of eventsOf(ledger, id)) collected.take(event);
  // Read after its events: it is never older than what is compared.
  const found = await findRun(ledger, id);
  const { steps, omitted, answer } = collected.result();
  return { run: found, steps: steps.map(stepOf), omitted, answer };
}

function jsonOf(
  [a, b]: readonly [ComparedRun, ComparedRun],
  changed: Changed,
  { rows, ...comparison }: RunComparison,
): object {
  const side = ({ run: of }: ComparedRun, isChangedSince: boolean | null) => ({
    ...{ id: of.id, subject: of.subject, agent: of.agent, seed: of.seed },
    ...{ status: of.status, passed: of.passed, score: of.score, isChangedSince },
  });
  const difference = comparison.firstDifference === null ? null : (rows[comparison.firstDifference] ?? null);
  return { a: side(a, changed[0]), b: side(b, changed[1]), ...comparison, difference, rows };
}

/** The sentence, the scores, and what to know before believing them. */
function wordsOf({ sentence, scores, notes }: RunComparison): string[] {
  return [sentence, `${scores}.`, ...notes];
}

type Shown = { changed: Changed; comparison: RunComparison; context: Context; ledger: Ledger };

function forPeople(runs: readonly Run[], { changed, comparison, context, ledger }: Shown): string[] {
  const heads = runs.flatMap((one, index) => [
    `${tone("strong", "AB"[index] ?? "")}  ${runHeader(one).replace(/^run +/, "")}`,
    `   ${statusLine(one)}`,
    ...(changed[index] === true ? [`   ${one.subject.id} ${changedWords}`] : []),
  ]);
  const { sentence, scores, notes } = comparison;
  return [
    `ledger  ${ledgerWords(ledger, context)}`,
    ...heads,
    "",
    tone("strong", sentence),
    `${scores}.`,
    ...notes.map((note) => tone("dim", note)),
    ...table(comparison),
  ];
}

function table({ rows, firstDifference }: RunComparison): string[] {
  if (firstDifference === null) return [];
  const from = Math.max(0, firstDifference - shownBefore);
  const shown = rows.slice(from, from + shownMax);
  const lines = alignColumns([
    ["", "A", "B"],
    ...shown.map((row) => [
      row.difference === "none" ? " " : tone("bad", "≠"),
      cell(row.a, row),
      row.difference === "none" ? tone("dim", "same") : cell(row.b, row),
    ]),
  ]);
  const rest = rows.length - from - shown.length;
  const before = from === 0 ? [] : [tone("dim", `  … ${from} the same before`)];
  return ["", ...before, ...lines.map((line) => `  ${line}`), ...(rest === 0 ? [] : [tone("dim", `  … ${rest} more`)])];
}

function cell(deed: Deed | null, { difference }: AlignedRow): string {
  if (deed === null) return tone("dim", "–");
  const end = deed.outcome === "ok" ? "" : deed.outcome === "open" ? "  no answer" : `  failed: ${deed.error ?? ""}`;
  const result = difference === "result" ? `  gave ${JSON.stringify(deed.result)}` : "";
  return oneLine(`${deed.call} ${deed.tool} ${argumentWords(deed.args)}${end}${result}`, callWidth);
}

function tabs({ rows }: RunComparison): string[] {
  const fields = (deed: Deed | null) =>
    deed === null
      ? [null, null, null, null, null]
      : [deed.step, deed.call, deed.tool, JSON.stringify(deed.args), deed.outcome];
  const names = (side: string) => ["step", "call", "tool", "args", "outcome"].map((name) => `${side}_${name}`);
  return [
    tabRow(["difference", ...names("a"), ...names("b")]),
    ...rows.map(({ a, b, difference }) => tabRow([difference, ...fields(a), ...fields(b)])),
  ];
}
