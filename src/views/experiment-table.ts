// The cells of an experiment as a table for people, as tabs for programs, and one by one as they end.

import { type PlannedExperiment, standingOf } from "../core/experiment.ts";
import { shortId } from "../core/ids.ts";
import { conditionOf } from "../core/plan-experiment.ts";
import type { Run } from "../core/run.ts";
import { tookMs } from "../core/run-time.ts";
import { alignColumns, oneLine, tabRow } from "./columns.ts";
import { type EarningPart, earnedShare } from "./earned-weight.ts";
import { duration, plain, score } from "./number-words.ts";
import type { ListedRun } from "./run-list.ts";
import { noteOf, tookWords } from "./run-note.ts";
import { resultHeader, resultRow } from "./run-report.ts";
import { statusWord, subjectWords, verdictWord } from "./run-words.ts";
import { tone } from "./tone.ts";

const subjectWidth = 40;
const noteWidth = 80;

/** Which columns tell the cells apart. */
export type CellShape = { hasAgents: boolean; hasConditions: boolean; hasTrials: boolean };

export function shapeOf({ agents, conditions, trials }: PlannedExperiment): CellShape {
  return { hasAgents: agents.length > 1, hasConditions: conditions.length > 1, hasTrials: trials > 1 };
}

/** The table for people. */
export function cellTable(rows: readonly ListedRun[], shape: CellShape, nowMs: number): string[] {
  const header = [
    "  BENCHMARK",
    ...names(shape).map((one) => one.toUpperCase()),
    "STATUS",
    "SCORE",
    "PASSED",
    "TOOK",
    "RUN",
    "",
  ];
  const cells = rows.map(({ run, computed }) => [
    `  ${oneLine(subjectWords(run), subjectWidth)}`,
    ...places(run, shape),
    statusWord(run),
    score(run.score),
    passedWord(run),
    tookWords(run, nowMs),
    shortId(run.id),
    oneLine(cellNote(run) || noteOf(run, computed, "local"), noteWidth),
  ]);
  return alignColumns([header, ...cells]);
}

/** Header and rows of cells as a pipe gets them: what a single run's row has, and the cell's place in the experiment. */
export const cellHeader = `${resultHeader}\t${tabRow(["trial", "condition", "note"])}`;

export function cellRow({ run, computed }: ListedRun, sessionPath: string | null): string {
  const note = cellNote(run) || noteOf(run, computed, "utc");
  return `${resultRow(run, sessionPath)}\t${tabRow([run.trial, conditionOf(run), note])}`;
}

/** One line for a cell that has ended: `14/17  completed · passed · 1.000000   002-spl-transfer   4.15 s   19ac02fe` */
export function endedLine(run: Run, of: { ended: number; planned: number; shape: CellShape; at: string }): string {
  const verdict = verdictWord(run);
  const took = tookMs(run);
  const words = [
    [statusWord(run), ...(verdict === "" ? [] : [tone(verdict === "passed" ? "good" : "bad", verdict)])].join(" · "),
    score(run.score),
    [subjectWords(run), ...places(run, of.shape).map((place, index) => `${names(of.shape)[index]} ${place}`)].join(
      ", ",
    ),
    took === null ? "–" : duration(took),
    shortId(run.id),
    oneLine(cellNote(run), noteWidth),
  ];
  return `  ${of.at}  ${of.ended}/${of.planned}  ${words.join("   ").trimEnd()}`;
}

/** What a reader should know of the end of a cell; empty if there is nothing. */
function cellNote(run: Run): string {
  const { standing, why } = standingOf(run);
  if (standing === "open") return "";
  if (run.status === "completed" && run.passed === false && run.minScore !== null) {
    const limit = run.endedBy?.startsWith("limit:") ? `; ended by ${run.endedBy}` : "";
    return `needs ${plain(run.minScore)}${partWords(run)}${limit}`;
  }
  const message = run.error?.message ?? "";
  if (standing === "zero") return `counts as 0 (${why}): ${message}`;
  if (standing === "unscored") return message === "" ? why : `${message} (${why})`;
  return "";
}

/** `; 1 of 2 parts`; one that earned half of its weight is half a part. */
function partWords({ scoring }: Run): string {
  const parts = (scoring?.parts ?? []).filter((part) => part.invariant !== true);
  if (parts.length < 2 || parts.some((part) => typeof part.heldAfter !== "boolean")) return "";
  const earned = (parts as EarningPart[]).reduce((sum, part) => sum + earnedShare(part), 0);
  return `; ${plain(Number(earned.toFixed(6)))} of ${parts.length} parts`;
}

function names({ hasAgents, hasConditions, hasTrials }: CellShape): string[] {
  return [...(hasAgents ? ["agent"] : []), ...(hasConditions ? ["condition"] : []), ...(hasTrials ? ["trial"] : [])];
}

function places(run: Run, { hasAgents, hasConditions, hasTrials }: CellShape): string[] {
  return [
    ...(hasAgents ? [run.agent?.name ?? "–"] : []),
    ...(hasConditions ? [conditionOf(run) ?? "–"] : []),
    ...(hasTrials ? [String(run.trial)] : []),
  ];
}

function passedWord(run: Run): string {
  const verdict = verdictWord(run);
  if (verdict === "") return "–";
  return verdict === "passed" ? tone("good", "yes") : tone("bad", "no");
}
