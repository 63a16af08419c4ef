// Looks for what should lie beside the ledger and does not, and for what should be gone and is not.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Episode } from "../episode.ts";
import type { Folded } from "./fold.ts";
import type { Rows } from "./rows.ts";

/** What does not fit. */
export function checkFiles(
  episode: Episode,
  { rows, folds }: { rows: Rows; folds: ReadonlyMap<string, Folded> },
): string[] {
  return [...blobFaults(rows), ...sessionFaults(episode, folds), ...deletionFaults(episode, rows), ...rows.lockFaults];
}

/** Every content that an event names is there, whole. */
function blobFaults({ events, contentHash }: Rows): string[] {
  const named = new Map<string, number>();
  for (const { data, position, type } of events) {
    // What a runner reports it keeps itself; the ledger vouches for subjects and checkpoints.
    if (type.startsWith("run.") || type === "attempt.ended") {
      for (const [digest] of data.matchAll(/sha256:[0-9a-f]{64}/g)) named.set(digest, position);
    }
  }
  return [...named].flatMap(([digest, position]) => {
    const hash = contentHash(digest);
    if (hash === null)
      return isAgents(events, digest) ? [] : [`position ${position} names the content ${digest}, and it is not there`];
    return `sha256:${hash}` === digest ? [] : [`what is kept as ${digest} is ${hash}`];
  });
}

/** An agent's digest is an identity, and no content. */
function isAgents(events: Rows["events"], digest: string): boolean {
  return events.some(
    ({ type, data }) =>
      type === "run.queued" && (JSON.parse(data) as { agent: { digest: string } | null }).agent?.digest === digest,
  );
}

function sessionPath({ folder }: Episode, runId: string): string {
  return join(folder, "logs/sessions", `session_${runId}.json`);
}

function sessionFaults(episode: Episode, folds: ReadonlyMap<string, Folded>): string[] {
  return [...folds].flatMap(([runId, fold]) => sessionFaultsOf(episode, runId, fold));
}

function sessionFaultsOf(episode: Episode, runId: string, fold: Folded): string[] {
  if (!["completed", "failed", "timed_out", "cancelled", "lost"].includes(fold.status ?? "")) return [];
  const path = sessionPath(episode, runId);
  if (!existsSync(path)) return [`run ${runId} has ended and has no session file`];
  const { execution_id: id, final_result: result } = JSON.parse(readFileSync(path, "utf8")) as {
    execution_id: string;
    final_result: { status: string; score: number | null; success: boolean };
  };
  const inFile = JSON.stringify([id, result.status, result.score, result.success]);
  const inLedger = JSON.stringify([runId, fold.status, fold.score, fold.passed === true]);
  return inFile === inLedger ? [] : [`the session file of run ${runId} says ${inFile}, the ledger ${inLedger}`];
}

function deletionFaults(episode: Episode, { tombstones, events }: Rows): string[] {
  return [...tombstones].flatMap((runId) => [
    ...[join(episode.home, "runs", runId), sessionPath(episode, runId)]
      .filter((path) => existsSync(path))
      .map((path) => `run ${runId} was deleted, and ${path} is there`),
    ...events
      .filter((event) => event.run_id === runId && event.type !== "run.deleted")
      .map(({ type }) => `run ${runId} was deleted, and its ${type} is there`),
  ]);
}

/** Ended runs whose session file is missing or tells of an earlier end, since its writer died before it came to it. */
export function outdatedSessions(episode: Episode, folds: ReadonlyMap<string, Folded>): string[] {
  return [...folds].filter(([runId, fold]) => sessionFaultsOf(episode, runId, fold).length > 0).map(([runId]) => runId);
}
