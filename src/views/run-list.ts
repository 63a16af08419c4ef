// Runs as a list: columns for people, tab-separated fields for programs, and a line that counts them all. Both lists are
// made from the same rows.

import type { Computed } from "../core/computed.ts";
import { shortId } from "../core/ids.ts";
import { type RunStatus, runStatuses } from "../core/moves.ts";
import type { Run } from "../core/run.ts";
import { alignColumns, oneLine, tabRow } from "./columns.ts";
import { counted, dayOrTime } from "./number-words.ts";
import { noteOf, tookWords } from "./run-note.ts";
import { tookMs } from "./run-report.ts";
import { agentWords, statusWord, subjectWords, verdictWord } from "./run-words.ts";
import { tone } from "./tone.ts";

export type ListedRun = { run: Run; computed: Computed };

const subjectWidth = 32;
const agentWidth = 24;

/** The list for people; the mark behind completed is the verdict. */
export function runTable(rows: readonly ListedRun[], nowMs: number): string[] {
  const header = ["RUN", "STATUS", "SCORE", "SUBJECT", "AGENT", "STARTED", "TOOK", "NOTE"];
  const cells = rows.map(({ run, computed }) => [
    shortId(run.id),
    `${statusWord(run)}${verdictMark(run)}`,
    run.score === null ? "–" : run.score.toFixed(2),
    oneLine(subjectWords(run), subjectWidth),
    oneLine(agentWords(run), agentWidth),
    run.startedAt === null ? "–" : dayOrTime(run.startedAt, nowMs),
    tookWords(run, nowMs),
    noteOf(run, computed, "local"),
  ]);
  return alignColumns([header, ...cells]);
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
  const cells = rows.map(({ run, computed }) => {
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
      noteOf(run, computed, "utc"),
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
    return [`${sum(own)} ${status.replace("_", " ")}${hasVerdicts ? ` (${passed} passed)` : ""}`];
  });
  const all = counted(sum(counts), "run");
  return parts.length === 0 ? all : `${all}: ${parts.join(" · ")}`;
}

function verdictMark(run: Run): string {
  if (run.status !== "completed") return "";
  if (run.passed === null) return " ·";
  return run.passed ? ` ${tone("good", "✔")}` : ` ${tone("bad", "✘")}`;
}
