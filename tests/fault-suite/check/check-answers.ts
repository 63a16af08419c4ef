// Compares what clients were answered with what the ledger holds: nothing that anybody was told may be gone, and nobody
// who asks later may be told less.

import type { Answer } from "../client.ts";
import type { Folded } from "./fold.ts";
import type { EventRow, Rows } from "./rows.ts";

type Value = Record<string, unknown>;
/** A run as one client saw it at one moment. */
type Seen = { runId: string; status: string; seq: number; position: number; answer: Answer };

export type Known = { rows: Rows; events: ReadonlyMap<string, EventRow[]>; folds: ReadonlyMap<string, Folded> };

/** What does not fit. */
export function checkAnswers(answers: readonly Answer[], known: Known): string[] {
  const faults: string[] = [];
  const seen: Seen[] = [];
  for (const answer of answers) {
    for (const value of answer.values) {
      for (const run of runsIn(value)) seen.push({ ...run, answer });
      faults.push(
        ...streamFaults(value, answer, known),
        ...eventFaults(value, known),
        ...resultFaults(value, known).map((fault) => `${words(answer)}: ${fault}`),
      );
    }
  }
  return [...faults, ...seen.flatMap((one) => seenFaults(one, known)), ...orderFaults(seen, answers, known)];
}

function words({ args }: Answer): string {
  return `runledger ${args.slice(0, 2).join(" ")}`;
}

/** Runs that a value shows: one of a list, the last of a stream, or the value itself. */
function runsIn(value: Value): Omit<Seen, "answer">[] {
  const list = Array.isArray(value.runs)
    ? (value.runs as Value[])
    : value.type === "done"
      ? [value.run as Value]
      : [value];
  return list
    .filter((run) => typeof run?.status === "string" && typeof run.position === "number")
    .map((run) => ({
      runId: String(run.id),
      status: String(run.status),
      seq: Number(run.seq),
      position: Number(run.position),
    }));
}

/** What frames a stream: a run that was launched exists, and its end is said the same twice. */
function streamFaults(value: Value, answer: Answer, { events, rows }: Known): string[] {
  const isThere =
    value.experimentId === undefined
      ? events.has(String(value.runId))
      : rows.experiments.includes(String(value.experimentId));
  const isGone = value.type === "launched" && !isThere;
  const isOther = value.type === "done" && answer.code !== null && answer.code !== value.exitCode;
  return [
    ...(isGone ? [`${words(answer)} launched ${value.runId ?? value.experimentId}, and it is not there`] : []),
    ...(isOther ? [`${words(answer)} said exit code ${value.exitCode} and ended with ${answer.code}`] : []),
  ];
}

/** An event of a stream is in the ledger, as it was shown. */
function eventFaults(value: Value, { events, rows }: Known): string[] {
  if (typeof value.runId !== "string" || typeof value.seq !== "number" || rows.tombstones.has(value.runId)) return [];
  const row = events.get(value.runId)?.[value.seq - 1];
  if (row === undefined) return [`event ${value.seq} of run ${value.runId} (${value.type}) was shown and is gone`];
  const shown = [
    value.position,
    value.type,
    value.attempt,
    Date.parse(String(value.recordedAt)),
    JSON.stringify(value.data),
  ];
  const kept = [row.position, row.type, row.attempt, row.recorded_at, JSON.stringify(JSON.parse(row.data))];
  return JSON.stringify(shown) === JSON.stringify(kept)
    ? []
    : [`event ${value.seq} of run ${value.runId} was shown as ${shown}, and is ${kept}`];
}

/** What a command said that it did was done. */
function resultFaults(value: Value, { events, rows }: Known): string[] {
  if (!Array.isArray(value.runs)) return [];
  return (value.runs as Value[]).flatMap((run) => {
    const { id, result } = run;
    if (typeof result !== "string" || run.problem !== null) return [];
    if (rows.tombstones.has(String(id))) return [];
    const types = new Set((events.get(String(id)) ?? []).map(({ type }) => type));
    const needed: Record<string, string> = {
      deleted: "run.deleted",
      cancelling: "run.cancel_requested",
      pausing: "run.pause_requested",
    };
    const type = needed[result] ?? `run.${result}`;
    return types.has(type) ? [] : [`it said that ${id} is ${result}, and there is no ${type}`];
  });
}

function seenFaults({ runId, status, seq, position, answer }: Seen, { events, folds, rows }: Known): string[] {
  if (rows.tombstones.has(runId)) return [];
  const row = events.get(runId)?.[seq - 1];
  if (row?.position !== position)
    return [
      `${words(answer)}: run ${runId} was shown at seq ${seq}, position ${position}, and there is ${row?.position}`,
    ];
  const then = folds.get(runId)?.statusAt.get(seq);
  return then === status ? [] : [`${words(answer)}: run ${runId} was shown as ${status}, and its events said ${then}`];
}

/** Who asks after an answer was given is told at least as much. */
function orderFaults(seen: readonly Seen[], answers: readonly Answer[], { rows }: Known): string[] {
  const faults: string[] = [];
  for (const earlier of seen) {
    for (const later of seen) {
      if (
        later.runId !== earlier.runId ||
        later.answer.startedMs < earlier.answer.endedMs ||
        later.position >= earlier.position
      )
        continue;
      faults.push(
        `run ${earlier.runId} was at position ${earlier.position} for ${words(earlier.answer)}, and at ${later.position} for a later ${words(later.answer)}`,
      );
    }
    if (rows.tombstones.has(earlier.runId)) continue;
    for (const later of answers) {
      const isList = later.args[0] === "ls" && later.code === 0 && later.startedMs >= earlier.answer.endedMs;
      const lists = isList && seen.some((one) => one.answer === later && one.runId === earlier.runId);
      if (isList && !lists)
        faults.push(`run ${earlier.runId} was shown to ${words(earlier.answer)} and not listed afterwards`);
    }
  }
  return faults;
}
