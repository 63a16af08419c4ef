// The events from which a run's status follows, and nothing else: each with the status before and after it.

import { type EventData, isKnown, type LedgerEvent } from "../core/events.ts";
import type { AttemptFact } from "../core/moves.ts";
import { evolve, type Run } from "../core/run.ts";
import { alignColumns, oneLine, tabRow } from "./columns.ts";
import { clockTime, type TimeStyle } from "./number-words.ts";
import { tone } from "./tone.ts";

export type Step = { event: LedgerEvent; before: Run["status"] | null; after: Run["status"] };

/** One event that moves the run or carries the evidence for its move. */
export function stepsOf(events: Iterable<LedgerEvent>): { steps: Step[]; run: Run | null } {
  const steps: Step[] = [];
  let run: Run | null = null;
  for (const event of events) {
    const before: Run["status"] | null = run?.status ?? null;
    run = evolve(run, event);
    if (before !== run.status || isEvidence(event)) steps.push({ event, before, after: run.status });
  }
  return { steps, run };
}

/** Facts that do not change the status by themselves and are why the next event does. */
function isEvidence(event: LedgerEvent): boolean {
  return event.type.startsWith("run.")
    ? event.type !== "run.progressed"
    : event.type.startsWith("attempt.") || event.type === "score.recorded";
}

/** The steps as a table for people. */
export function whyTable(steps: readonly Step[], style: TimeStyle): string[] {
  const rows = steps.map(({ event, before, after }) => [
    tone("dim", `#${event.seq}`),
    clockTime(event.recordedAt, style),
    event.type,
    before === after ? tone("dim", `stays ${after}`) : `${before ?? "–"} → ${tone("strong", after)}`,
    detailOf(event),
  ]);
  return alignColumns(rows).map((row) => `  ${row}`);
}

/** The steps as tab-separated fields, with a header line. */
export function whyTabs(steps: readonly Step[]): string[] {
  const header = tabRow(["seq", "position", "recorded_at", "type", "before", "after", "actor", "detail"]);
  return [
    header,
    ...steps.map(({ event, before, after }) =>
      tabRow([event.seq, event.position, event.recordedAt, event.type, before, after, event.actor, detailOf(event)]),
    ),
  ];
}

/** What in the event mattered, in a few words. */
export function detailOf(event: LedgerEvent): string {
  if (!isKnown(event)) return "not known to this build; skipped";
  switch (event.type) {
    case "run.queued":
      return `by ${oneLine(event.data.who, 60)}`;
    case "attempt.claimed":
      return `attempt ${event.attempt ?? "?"} by worker ${event.data.worker.slice(-8)}`;
    case "attempt.started":
      return `first line: pid ${event.data.pid}${event.data.containment === null ? "" : `, containment ${event.data.containment}`}`;
    case "attempt.orphaned":
      return oneLine(event.data.evidence, 160);
    case "attempt.adopted":
      return oneLine(event.data.evidence, 160);
    case "attempt.ended":
      return endingWords(event.data);
    case "score.recorded":
      return `score ${event.data.score ?? "none"}, passed ${event.data.passed ?? "no verdict"}`;
    case "run.completed":
      return `score ${event.data.score ?? "none"}, passed ${event.data.passed ?? "no verdict"}, ended by ${event.data.endedBy}`;
    case "run.failed":
    case "run.timed_out":
    case "run.lost":
      return `${event.data.error.code}: ${oneLine(event.data.error.message, 160)}`;
    case "run.retry_scheduled":
      return `${event.data.why}${event.data.notBefore === null ? "" : `, not before ${event.data.notBefore}`}`;
    case "run.cancel_requested":
      return `by ${event.actor}, grace ${event.data.graceMs} ms`;
    default:
      return `by ${event.actor}`;
  }
}

/** What was seen of an end, by the fact whose evidence won. */
const factWords: Record<AttemptFact, string> = {
  st: "its first line came",
  ok: "the runner said that it had completed",
  er: "the runner said that it had failed",
  li: "the runner said that a limit had ended it",
  ca: "the runner said that it was cancelled",
  pa: "the runner said that it was paused",
  orC: "the runner, alone, left a checkpoint",
  orN: "the runner, alone, ended without a checkpoint",
  exit: "it was gone without a finish record, and its exit was seen",
  killedLimit: "we killed it for a limit",
  killedCancel: "we killed it for the cancel",
  gone: "it was gone, and nobody saw its exit",
  neverBegan: "it was gone before its first line",
  silent: "nothing was heard of it on its host for as long as a take-over waits",
};

function endingWords({ outcome, evidence, error }: EventData<"attempt.ended">): string {
  // Events of other builds may hold a fact that this one does not know.
  const fact = factWords[evidence.fact as AttemptFact] ?? `fact ${evidence.fact}`;
  return `${outcome}; ${fact} (seen by ${evidence.seenBy})${error === null ? "" : `; ${error.code}`}`;
}
