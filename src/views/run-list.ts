// Runs as a list: columns for people, tab-separated fields for programs, and a line that counts them all. Both lists are
// made from the same rows.

import type { Computed } from "../core/computed.ts";
import { shortId } from "../core/ids.ts";
import { type RunStatus, runStatuses } from "../core/moves.ts";
import type { Run } from "../core/run.ts";
import { tookMs } from "../core/run-time.ts";
import { alignColumns, displayWidth, oneLine, tabRow } from "./columns.ts";
import { counted, dayOrTime, type TimeStyle } from "./number-words.ts";
import { noteOf, tookWords } from "./run-note.ts";
import { changedWords } from "./run-report.ts";
import { agentWords, statusWord, subjectWords, verdictWord } from "./run-words.ts";
import { tone } from "./tone.ts";

export type ListedRun = {
  run: Run;
  computed: Computed;
  /** Whether its benchmark's file holds something else now; null: not to be said. */
  isChangedSince?: boolean | null;
};

const [subjectWidth, subjectWidthNarrow] = [32, 20];
const agentWidth = 24;

/** What goes where a terminal is too narrow for all, the first that fits: `show` has it whole. */
const layouts: { dropped: string[]; subject: number }[] = [
  { dropped: [], subject: subjectWidth },
  { dropped: ["AGENT"], subject: subjectWidth },
  { dropped: ["AGENT", "STARTED"], subject: subjectWidth },
  { dropped: ["AGENT", "STARTED"], subject: subjectWidthNarrow },
];
const noteWidthMin = 16;

/** The list for people, at most `width` wide where that can be; the mark behind completed is the verdict. */
export function runTable(rows: readonly ListedRun[], nowMs: number, width: number): string[] {
  const tables = layouts.map(({ dropped, subject }) => without(tableOf(rows, nowMs, subject), dropped));
  const [whole = []] = tables;
  const noteWidth = Math.max(...whole.map((row) => displayWidth(row.at(-1) ?? "")));
  const roomWanted = Math.min(noteWidth, noteWidthMin);
  const fitting = tables.find((table) => noteRoom(table, width) >= roomWanted) ?? tables.at(-1) ?? whole;
  const room = Math.max(noteRoom(fitting, width), roomWanted);
  return alignColumns(fitting.map((row) => [...row.slice(0, -1), oneLine(row.at(-1) ?? "", room)]));
}

/** The table without the columns of these names. */
function without(table: readonly string[][], names: readonly string[]): string[][] {
  const [header = []] = table;
  return table.map((row) => row.filter((_cell, column) => !names.includes(header[column] ?? "")));
}

/** Columns of the terminal that all but the last column leave to it. */
function noteRoom(table: readonly string[][], width: number): number {
  const others = (table[0] ?? []).slice(0, -1).map((_name, column) => {
    return Math.max(...table.map((row) => displayWidth(row[column] ?? "")));
  });
  return width - others.reduce((sum, one) => sum + one + 2, 0);
}

function tableOf(rows: readonly ListedRun[], nowMs: number, subjectMax: number): string[][] {
  const header = ["RUN", "STATUS", "SCORE", "SUBJECT", "AGENT", "STARTED", "TOOK", "NOTE"];
  const cells = rows.map((row) => {
    const { run } = row;
    return [
      shortId(run.id),
      `${statusWord(run)}${verdictMark(run)}`,
      run.score === null ? "–" : run.score.toFixed(2),
      oneLine(subjectWords(run), subjectMax),
      oneLine(agentWords(run), agentWidth),
      run.startedAt === null ? "–" : dayOrTime(run.startedAt, nowMs),
      tookWords(run, nowMs),
      notes(row, "local"),
    ];
  });
  return [header, ...cells];
}

/** The list for programs: the same facts, whole ids, ISO times, one header line. */
export function runTabs(rows: readonly ListedRun[]): string[] {
  const header = [
    "run",
    "status",
    "verdict",
    "score",
    "min_score",
    "subject",
    "agent",
    "queued_at",
    "started_at",
    "ended_at",
    "seconds",
    "note",
  ];
  const cells = rows.map((row) => {
    const { run } = row;
    const ms = tookMs(run);
    return tabRow([
      run.id,
      run.status,
      verdictWord(run),
      run.score,
      run.minScore,
      subjectWords(run),
      run.agent?.name ?? null,
      run.queuedAt,
      run.startedAt,
      run.endedAt,
      ms === null ? null : ms / 1000,
      notes(row, "utc"),
    ]);
  });
  return [tabRow(header), ...cells];
}

export type StatusCount = { status: RunStatus; passed: boolean | null; runs: number };

/** `21 runs: 1 running · 17 completed (15 passed) · 1 failed` */
export function countLine(counts: readonly StatusCount[]): string {
  const sum = (of: readonly StatusCount[]) => of.reduce((total, { runs }) => total + runs, 0);
  const parts = runStatuses.flatMap((status) => {
    const own = counts.filter((count) => count.status === status);
    if (sum(own) === 0) return [];
    const passed = sum(own.filter((count) => count.passed === true));
    const hasVerdicts = own.some((count) => count.passed !== null && count.runs > 0);
    return [`${sum(own)} ${status}${hasVerdicts ? ` (${passed} passed)` : ""}`];
  });
  const all = counted(sum(counts), "run");
  return parts.length === 0 ? all : `${all}: ${parts.join(" · ")}`;
}

function notes({ run, computed, isChangedSince = null }: ListedRun, style: TimeStyle): string {
  const changed = isChangedSince === true ? changedWords : "";
  return [attemptNote(run), noteOf(run, computed, style), changed].filter((part) => part !== "").join(" · ");
}

/** TOOK is of all attempts, so that there were several is said. */
function attemptNote({ attempt }: Run): string {
  return attempt === null || attempt.number === 1 ? "" : `attempt ${attempt.number}`;
}

function verdictMark(run: Run): string {
  if (run.status !== "completed") return "";
  if (run.passed === null) return " ·";
  return run.passed ? ` ${tone("good", "✔")}` : ` ${tone("bad", "✘")}`;
}
