// The columns of the runs table as functions of the fold. Projecting, verifying and rebuilding all use these.

import { overdueAtMs } from "../core/decide.ts";
import { laneOf } from "../core/lane.ts";
import type { Run } from "../core/run.ts";

export type RunRow = {
  created: number;
  run_id: string;
  id_reversed: string;
  queued_at: number;
  kind: string;
  subject_id: string;
  agent_name: string | null;
  experiment_id: string | null;
  priority: number;
  status: string;
  passed: number | null;
  not_before: number | null;
  ended_at: number | null;
  seq: number;
  link: string;
  state: string;
  lane: string | null;
  overdue_at: number | null;
};

const priorities: Record<Run["priority"], number> = { high: 0, normal: 1, low: 2 };

/**
 * The row of a run.
 * @param place.created Position of the run's first event.
 * @param place.link The last hash link.
 */
export function runRow(run: Run, place: { created: number; link: string }): RunRow {
  return {
    run_id: run.id,
    id_reversed: reversedTail(run.id),
    queued_at: Date.parse(run.queuedAt),
    kind: run.kind,
    subject_id: run.subject.id,
    agent_name: run.agent?.name ?? null,
    experiment_id: run.experimentId,
    priority: priorities[run.priority],
    ...savedColumns(run, place),
  };
}

/** What a row that is there already is brought up to. */
export type SavedRunRow = Pick<RunRow, "created" | "seq" | "link" | "state"> & ChangingColumns;

/** The columns of a run's row that its next append may change, and the one by which it is found. */
export function savedColumns(run: Run, { created, link }: { created: number; link: string }): SavedRunRow {
  return { created, ...changingColumns(run), seq: run.seq, link, state: JSON.stringify(run) };
}

type ChangingColumns = Pick<RunRow, "status" | "passed" | "not_before" | "ended_at" | "lane" | "overdue_at">;

/** The indexed columns that events after the first may change. Only a queued run is in a lane, and may be overdue. */
export function changingColumns(run: Run): ChangingColumns {
  return {
    status: run.status,
    passed: run.passed === null ? null : Number(run.passed),
    not_before: msOf(run.notBefore),
    ended_at: msOf(run.endedAt),
    lane: run.status === "queued" ? laneOf(run) : null,
    overdue_at: run.status === "queued" ? overdueAtMs(run) : null,
  };
}

/** The last twelve hex digits of an id, last one first: an index on it finds ids by their tail. */
export function reversedTail(tail: string): string {
  return [...tail.replaceAll("-", "").slice(-12)].reverse().join("");
}

/** Unix milliseconds of an RFC 3339 time. */
export function msOf(time: string | null): number | null {
  return time === null ? null : Date.parse(time);
}
