// The block that ends a run's live view, and that `show` prints: status and verdict, why, score parts, transactions,
// and where to look next. All of it is read from the ledger.

import type { Computed } from "../core/computed.ts";
import { shortId } from "../core/ids.ts";
import { isActive, isTerminal } from "../core/moves.ts";
import type { Run } from "../core/run.ts";
import { tookMs, workedMs } from "../core/run-time.ts";
import { displayWidth, oneLine, tabRow } from "./columns.ts";
import { endingReport } from "./ending-report.ts";
import { clockTime, duration, type TimeStyle } from "./number-words.ts";
import { noteOf } from "./run-note.ts";
import type { RunStory } from "./run-story.ts";
import { statusLine, verdictWord } from "./run-words.ts";
import { scoreReport } from "./score-report.ts";
import { transactionReport } from "./transaction-report.ts";
import { workingReport } from "./working-report.ts";

export type ReportOptions = {
  computed: Computed;
  style: TimeStyle;
  /** Columns of the terminal. */
  width: number;
  /** Path of the session file, or null if there is none. */
  sessionPath: string | null;
  /** Last lines that a run printed that has not ended. */
  lastOutput?: readonly string[];
  /** The benchmark's file holds something else now than the run was of. */
  isChangedSince?: boolean;
};

/** The report as lines. */
export function runReport(story: RunStory, options: ReportOptions): string[] {
  const { run } = story;
  const isWorking = isActive(run.status) && run.attempt !== null;
  const note = isTerminal(run.status) || isWorking ? "" : noteOf(run, options.computed, options.style);
  const blocks = [
    [headLine(run, options), ...(note === "" ? [] : [`  ${note}`])],
    endingReport(story, options.style),
    isWorking ? workingReport(run, options) : [],
    resultLines(story),
    run.scoring === null ? [] : scoreReport(run.scoring),
    ...transactionBlocks(story),
    footLines(run, options),
  ];
  return blocks.filter((block) => block.length > 0).flatMap((block, index) => (index === 0 ? block : ["", ...block]));
}

/** Header and row of a run's result as a pipe gets them. */
export const resultHeader = tabRow([
  "run",
  "status",
  "passed",
  "score",
  "min_score",
  "subject",
  "agent",
  "attempts",
  "seconds",
  "session",
]);

export function resultRow(run: Run, sessionPath: string | null): string {
  const seconds = tookMs(run);
  return tabRow([
    run.id,
    run.status,
    run.passed,
    run.score,
    run.minScore,
    run.subject.id,
    run.agent?.name ?? null,
    run.attempt?.number ?? 0,
    seconds === null ? null : seconds / 1000,
    sessionPath,
  ]);
}

function headLine(run: Run, { computed, style, width }: ReportOptions): string {
  const left = statusLine(run);
  const { startedAt, endedAt } = run;
  const span =
    startedAt === null || endedAt === null ? [] : [`${clockTime(startedAt, style)} → ${clockTime(endedAt, style)}`];
  const isGood = verdictWord(run) === "passed";
  const right = [...(isGood ? [] : span), `${spent(run, computed)}${attemptWords(run)}`].join("   ");
  const room = Math.min(width, 120) - displayWidth(left) - displayWidth(right);
  return `${left}${" ".repeat(Math.max(3, room))}${right}`;
}

/** The time of its attempts; of one that goes on, so far. What is seen of an earlier moment tells no clock. */
function spent(run: Run, { liveness, computedAt }: Computed): string {
  const ms = workedMs(run, Date.parse(liveness === null ? run.lastEventAt : computedAt));
  if (ms === null) return "";
  return `${duration(ms)}${run.endedAt === null ? " so far" : ""}, `;
}

function attemptWords(run: Run): string {
  const count = run.attempt?.number ?? 0;
  if (count === 0) return "no attempt";
  return count === 1 ? "1 attempt" : `${count} attempts`;
}

/** What the agent said at its end, and results that are not scores of assertions. */
function resultLines({ answer, run }: RunStory): string[] {
  const lines: string[] = [];
  if (answer?.text !== undefined && (answer.how === "declined" || answer.how === "answered")) {
    lines.push(`  ${answer.how.padEnd(8)} ${oneLine(answer.text, 240)}`);
  }
  if (run.progress !== null && run.kind === "command" && !isActive(run.status)) {
    const { done, total, message } = run.progress;
    const amount = done === null ? "" : `${done}${total === null ? "" : ` of ${total}`}`;
    lines.push(`  progress ${[amount, oneLine(message ?? "")].filter((part) => part !== "").join("  ")}`);
  }
  return lines;
}

function transactionBlocks({ transactions, transactionCount, run }: RunStory): string[][] {
  const first = transactionCount - transactions.length;
  const blocks = transactions.map((one, index) =>
    transactionReport(one, { number: first + index + 1, count: transactionCount, isWhole: false }),
  );
  if (first === 0) return blocks;
  return [[`  Transactions 1 to ${first}: npx runledger show ${shortId(run.id)} --tx N`], ...blocks];
}

/** What is said behind a benchmark whose file is another now. */
export const changedWords = "has changed since this run";

function footLines(run: Run, { sessionPath, isChangedSince = false }: ReportOptions): string[] {
  const changed = isChangedSince ? [`  changed  ${run.subject.id} ${changedWords}`] : [];
  if (!isTerminal(run.status)) return changed;
  return [
    ...changed,
    ...(sessionPath === null ? [] : [`  session  ${sessionPath}`]),
    ...(run.status === "completed" ? [`  again    npx runledger show ${shortId(run.id)}`] : []),
  ];
}
