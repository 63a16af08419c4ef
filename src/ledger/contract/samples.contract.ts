// What the contract's claims are made with: runs, journals and endings.

import type { Ending } from "../../core/conclude-attempt.ts";
import type { Claim } from "../../core/decide.ts";
import type { EventData, Evidence, LedgerEvent } from "../../core/events.ts";
import { newClaimId, newRunId } from "../../core/ids.ts";
import { effectiveLimits } from "../../core/limits.ts";
import {
  encodeRecord,
  finishType,
  type JournalCursor,
  type JournalRecord,
  journalStart,
  readRecords,
} from "../../protocol/journal.ts";
import type { Abilities, Conclusion, Finding, Ledger } from "../ledger.ts";

/** A ledger under test, with the means to reach behind its back. */
export type Subject = {
  ledger: Ledger;
  /** Another process's view: the same database, opened once more. Closed with the subject. */
  openAgain(): Promise<Ledger>;
  /** Runs a statement on the database itself, past the ledger. */
  damage(sql: string): Promise<void>;
  /** Makes the database refuse runs of this subject. */
  refuseRunsOf(subjectId: string): Promise<void>;
  close(): Promise<void>;
};

export const actor = "tester";

const digest = `sha256:${"a".repeat(64)}`;

export async function queuedData(
  ledger: Ledger,
  change: Partial<EventData<"run.queued">> = {},
): Promise<EventData<"run.queued">> {
  const subjectDigest = await ledger.putBlob(Buffer.from("a subject"));
  return {
    kind: "benchmark",
    subject: { kind: "benchmark", id: "001", digest: subjectDigest },
    agent: { name: "deterministic", kind: "deterministic", digest, model: null, reference: true },
    name: null,
    params: {},
    seed: 7,
    labels: {},
    priority: "normal",
    limits: effectiveLimits("benchmark"),
    retryPolicy: { retries: 0, backoffMs: 0, origins: [] },
    experimentId: null,
    trial: 1,
    minScore: 1,
    againOf: null,
    imported: false,
    who: actor,
    ...change,
  };
}

export function claimBy(worker: string): Claim {
  return { worker, place: { bootId: "boot", pidns: "pid:[1]" }, claimId: newClaimId() };
}

/** Queues a run. @returns its id */
export async function queue(ledger: Ledger, change: Partial<EventData<"run.queued">> = {}): Promise<string> {
  const runId = newRunId();
  await ledger.execute(runId, { type: "queue", data: await queuedData(ledger, change), claim: null }, actor);
  return runId;
}

/** A run with an attempt of its own and a journal to write into. */
export async function start(ledger: Ledger, change: Partial<EventData<"run.queued">> = {}): Promise<StartedRun> {
  const runId = newRunId();
  const claim = claimBy("worker-1");
  await ledger.execute(runId, { type: "queue", data: await queuedData(ledger, change), claim }, actor);
  return { runId, attempt: 1, claimId: claim.claimId, journal: new SampleJournal() };
}

export type StartedRun = { runId: string; attempt: number; claimId: string; journal: SampleJournal };

/** A journal as a runner writes it. */
export class SampleJournal {
  #cursor: JournalCursor = journalStart;

  /** Writes records and reads them back as the supervisor does. */
  write(...records: [type: string, data: object][]): JournalRecord[] {
    let { n, crc } = this.#cursor;
    let text = "";
    for (const [type, data] of records) {
      n += 1;
      const record = { n, at: "2026-11-22T10:00:00.123Z", type, dataText: JSON.stringify(data), previousCrc: crc };
      const encoded = encodeRecord(record);
      text += encoded.line;
      crc = encoded.crc;
    }
    const read = readRecords(Buffer.from(text), this.#cursor);
    this.#cursor = read.cursor;
    return read.records;
  }

  /** The cursor after a finish record. */
  finish(outcome = "completed"): JournalCursor {
    this.write([finishType, { outcome, error: null, checkpoint: null, isByCancel: false }]);
    return this.#cursor;
  }
}

export const startedRecord: [string, object] = [
  "attempt.started",
  { pid: 4711, startTicks: 1, containment: "sweep", build: "b1", spare: false, versions: {} },
];
export const scoreRecord: [string, object] = ["score.recorded", { score: 1, passed: true, minScore: 1 }];

/** Hands records of the run's journal to the ledger. */
export function ingest(ledger: Ledger, run: StartedRun, ...records: [string, object][]) {
  const { runId, attempt, claimId, journal } = run;
  return ledger.ingest({ runId, attempt, claimId, actor: "worker-1", records: journal.write(...records) });
}

export function endingOf(fact: Ending["fact"], error: Ending["error"] = null): Ending {
  const evidence: Evidence = {
    fact,
    seenBy: "supervisor",
    finish: null,
    exit: null,
    killedFor: null,
    containment: null,
    memory: null,
    journal: null,
    lastStderr: null,
    note: null,
  };
  return { fact, evidence, error, checkpoint: null, isByCancel: false };
}

export function conclusionOf(run: StartedRun, ending: Ending, finishCursor: JournalCursor | null = null): Conclusion {
  const { runId, attempt, claimId } = run;
  return { runId, attempt, claimId, actor: "worker-1", ending, finishCursor };
}

/** A run that was started, scored and completed. @returns it */
export async function complete(
  ledger: Ledger,
  change: Partial<EventData<"run.queued">> = {},
  score = scoreRecord,
): Promise<StartedRun> {
  const run = await start(ledger, change);
  await ingest(ledger, run, startedRecord, score);
  await ledger.conclude(conclusionOf(run, endingOf("ok"), run.journal.finish()));
  return run;
}

/** A flow that was paused within its second step, and went on to its end. */
export async function completeAfterPause(ledger: Ledger): Promise<StartedRun> {
  const first = await start(ledger);
  const checkpoint = await ledger.putBlob(Buffer.from("where it stands"));
  await ingest(ledger, first, startedRecord, ["step.started", { step: "a" }], ["step.completed", { step: "a" }]);
  await ingest(ledger, first, ["step.started", { step: "b" }]);
  await ledger.execute(first.runId, { type: "pause" }, actor);
  await ledger.conclude(conclusionOf(first, { ...endingOf("pa"), checkpoint }, first.journal.finish("paused")));
  const claim = claimBy("worker-1");
  await ledger.execute(first.runId, { type: "resume", claim }, actor);
  const second = { runId: first.runId, attempt: 2, claimId: claim.claimId, journal: new SampleJournal() };
  await ingest(ledger, second, startedRecord, ["step.completed", { step: "b" }], scoreRecord);
  await ledger.conclude(conclusionOf(second, endingOf("ok"), second.journal.finish()));
  return second;
}

/** An agent by name, for what depends on it. */
export function agentOf(name: string, model: string | null = null): EventData<"run.queued">["agent"] {
  return { name, kind: "model", digest: `sha256:${"b".repeat(64)}`, model, reference: false };
}

/** What a worker can that takes every run. */
export const takesAny: Abilities = { kinds: ["benchmark", "scenario", "command"], agents: null, labels: {} };

/** Claims the next run as a worker that takes any. */
export async function claimOne(ledger: Ledger): Promise<StartedRun | null> {
  const claim = claimBy("worker-1");
  const claimed = await ledger.claim(claim, takesAny);
  if (claimed === null) return null;
  const { id: runId, attempt } = claimed.run;
  return { runId, attempt: attempt?.number ?? 0, claimId: claim.claimId, journal: new SampleJournal() };
}

/** Claims until there is nothing left to claim. @returns the runs in their order */
export async function claimAll(ledger: Ledger, can: Abilities): Promise<string[]> {
  const ids: string[] = [];
  for (;;) {
    const claimed = await ledger.claim(claimBy("w"), can);
    if (claimed === null) return ids;
    ids.push(claimed.run.id);
  }
}

/** Ends the attempt in the way that needs nothing of its runner. */
export function lose(ledger: Ledger, run: StartedRun) {
  return ledger.conclude(
    conclusionOf(run, endingOf("gone", { code: "runner.gone", origin: "runner", message: "test" })),
  );
}

/** Sets a limit over all workers, or lifts it. */
export async function setLimit(ledger: Ledger, key: string, max: number | null): Promise<LedgerEvent> {
  return ledger.record({ type: "limit.set", data: { key, max, who: actor } }, actor);
}

/** What is used of a limit. */
export async function useOf(ledger: Ledger, key: string) {
  return (await ledger.listLimits()).find((limit) => limit.key === key);
}

/** The worker.started of one that takes from the queue. */
export function workerData(worker: string) {
  const place = { bootId: "boot", pidns: "pid:[1]" };
  return { worker, place, pid: 17, slots: 4, can: { ...takesAny, labels: { gpu: "yes" } }, build: "source" };
}

/** Everything that verification finds, in all runs or in those named. */
export async function findings(ledger: Ledger, runIds?: string[]): Promise<Finding[]> {
  const found: Finding[] = [];
  for await (const finding of ledger.verify(runIds === undefined ? {} : { runIds })) found.push(finding);
  return found;
}

/** The code of the RunledgerError that a call ends with; fails if it ends well. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => {
      throw new Error("the call was expected to be refused");
    },
    (error: { code?: string; message: string }) => error.code ?? error.message,
  );
}
