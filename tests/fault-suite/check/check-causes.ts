// Judges endings by what really happened, which the suite knows better than anybody: whom it killed, when a program of a
// run drew its last breath, and which steps left a trace in the world.

import { existsSync, readFileSync } from "node:fs";
import type { Episode } from "../episode.ts";
import { readJournalLines } from "./check-journals.ts";
import type { Folded, FoldedAttempt } from "./fold.ts";
import type { EventRow } from "./rows.ts";

type RunFacts = { runId: string; fold: Folded; events: readonly EventRow[] };

/** What an ending says that did not happen, or does not say that did. */
export function checkCauses(episode: Episode, runs: readonly RunFacts[]): string[] {
  return [
    ...runs.flatMap((run) => run.fold.attempts.flatMap((attempt) => endFaults(episode, run, attempt))),
    ...runs.flatMap(stepFaults),
    ...witnessFaults(episode, runs),
    ...tickFaults(episode, runs),
  ];
}

function endFaults(episode: Episode, { runId, events }: RunFacts, attempt: FoldedAttempt): string[] {
  if (attempt.outcome === null) return [];
  const fault = (why: string): string =>
    `run ${runId}, attempt ${attempt.number} ended ${attempt.outcome} (${attempt.evidence?.fact}): ${why}`;
  const journal = attempt.evidence?.journal as { broken: string | null } | null | undefined;
  if (journal?.broken != null)
    return wasHit(episode, runId, attempt, ["damage"]) ? [] : [fault("nothing had damaged its journal")];
  const finish = finishOf(episode, runId, attempt.number);
  const fact = String(attempt.evidence?.fact);
  if (finish !== null) {
    const same: Record<string, string[]> = {
      completed: ["ok"],
      failed: ["er"],
      cancelled: ["ca"],
      paused: ["pa"],
      limit: ["li"],
      orphaned: ["orC", "orN"],
    };
    return same[finish]?.includes(fact) ? [] : [fault(`its journal says ${finish}`)];
  }
  if (fact === "orN" && endedItself(episode, runId, attempt.number)) return [];
  if (["ok", "er", "ca", "pa", "li", "orC", "orN"].includes(fact)) return [fault("its journal has no finish record")];
  const isCancelled =
    events.some(({ type, seq }) => type === "run.cancel_requested" && seq > 0) && attempt.statusAtEnd === "cancelling";
  switch (fact) {
    case "exit":
    case "gone":
      return isCancelled || wasHit(episode, runId, attempt, ["kill", "full"])
        ? []
        : [fault("nothing had happened to its runner")];
    case "killedCancel":
      return isCancelled ? [] : [fault("nobody had asked for a cancel")];
    case "neverBegan":
      return readJournalLines(episode.home, runId, attempt.number).length > 0 ? [fault("it has a journal")] : [];
    default:
      return [fault("nothing of the kind was done to it")];
  }
}

/** Where hosts share a ledger, a runner that nobody vouches for ends itself after this long, before others take it over. */
const aloneS = 12;

/** Whether its watchdog says so, as it may where the machine was too busy for anybody to come in time. */
function endedItself({ home, url }: Episode, runId: string, attempt: number): boolean {
  const path = `${home}/runs/${runId}/${attempt}/watchdog.json`;
  if (url === null || !existsSync(path)) return false;
  const { limit, afterS } = JSON.parse(readFileSync(path, "utf8")) as { limit: string; afterS: number };
  return limit === "takeover" && afterS > aloneS;
}

/** What the runner itself said of its end. */
function finishOf({ home }: Episode, runId: string, attempt: number): string | null {
  const last = readJournalLines(home, runId, attempt).at(-1);
  if (last?.type !== "attempt.finished") return null;
  return (JSON.parse(last.dataText) as { outcome: string }).outcome;
}

/** Whether the suite did one of these things to its runner. */
function wasHit(episode: Episode, runId: string, attempt: FoldedAttempt, by: readonly string[]): boolean {
  const pids = new Set([attempt.pid, runnerPid(episode, runId, attempt.number)]);
  return episode.fired().some(({ role, pid, action }) => role === "runner" && pids.has(pid) && by.includes(action.do));
}

function runnerPid({ home }: Episode, runId: string, attempt: number): number | null {
  const path = `${home}/runs/${runId}/${attempt}/runner.json`;
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as { pid: number }).pid : null;
}

/** A step that is done is not done again by an attempt that goes on from there. */
function stepFaults({ runId, fold, events }: RunFacts): string[] {
  const lineage = new Map(fold.attempts.map((attempt) => [attempt.number, attempt.lineage]));
  const done = new Set<string>();
  return events.flatMap(({ type, attempt, data }) => {
    if (type !== "step.completed") return [];
    const step = `${lineage.get(attempt ?? 0)} ${(JSON.parse(data) as { step: string }).step}`;
    if (done.has(step)) return [`run ${runId}: the step ${step} was completed twice`];
    done.add(step);
    return [];
  });
}

/** The same in the world outside; and a flow that completed has done each of its steps. */
function witnessFaults(episode: Episode, runs: readonly RunFacts[]): string[] {
  const seen = new Map<string, number>();
  for (const line of linesOf(episode.witness)) {
    const [, runId, attempt, step] = /\/runs\/([0-9a-f-]+)\/(\d+)\.work\S* (\S+)$/.exec(line) ?? [];
    const fold = runs.find((run) => run.runId === runId)?.fold;
    const lineage = fold?.attempts[Number(attempt) - 1]?.lineage;
    const key = `${runId} ${lineage} ${step}`;
    if (fold !== undefined) seen.set(key, (seen.get(key) ?? 0) + 1);
  }
  const twice = [...seen]
    .filter(([, times]) => times > 1)
    .map(([key, times]) => `the step ${key} happened ${times} times`);
  const missing = runs.flatMap(({ runId, fold }) => {
    const isFlow = episode.runs.find(({ id }) => id === runId)?.work === "witness";
    if (!isFlow || fold.status !== "completed") return [];
    const lineage = fold.attempts.at(-1)?.lineage;
    return ["one", "two", "three"]
      .filter((step) => !seen.has(`${runId} ${lineage} ${step}`))
      .map((step) => `run ${runId} completed, and its step ${step} never happened`);
  });
  return [...twice, ...missing];
}

/** Nothing of an attempt lives on when its ending is recorded. Where a clock was stepped, times say nothing. */
function tickFaults(episode: Episode, runs: readonly RunFacts[]): string[] {
  if (episode.fired().some(({ action }) => action.do === "clock")) return [];
  const last = new Map<string, number>();
  for (const line of linesOf(episode.ticks)) {
    const [runId, attempt, ms] = line.split(" ");
    last.set(`${runId} ${attempt}`, Number(ms));
  }
  return runs.flatMap(({ runId, fold }) =>
    fold.attempts.flatMap(({ number, endedMs }) => {
      const lastMs = last.get(`${runId} ${number}`);
      if (endedMs === null || lastMs === undefined || lastMs <= endedMs) return [];
      return [`run ${runId}, attempt ${number}: its program lived ${lastMs - endedMs} ms longer than its ending says`];
    }),
  );
}

/** Whole lines; none if there is no such file. */
function linesOf(path: string): string[] {
  return existsSync(path) ? readFileSync(path, "utf8").split("\n").slice(0, -1) : [];
}
