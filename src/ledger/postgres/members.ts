// The writes that a group is made of, by name: what each will ask the database for, and how it is decided.

import type { Claim, RunCommand } from "../../core/decide.ts";
import type { NewEvent } from "../../core/events.ts";
import { cellCount, type ExperimentPlan } from "../../core/plan-experiment.ts";
import type { Abilities } from "../../core/queue-view.ts";
import { conclude } from "../conclude.ts";
import { copyPlan, copyRun } from "../copy-run.ts";
import { createToken } from "../create-token.ts";
import type { EventRow } from "../event-row.ts";
import { execute, executeAll } from "../execute.ts";
import { importRun } from "../import-run.ts";
import { ingest } from "../ingest.ts";
import type { Conclusion, ImportedEvent, JournalBatch, LogChunk } from "../ledger.ts";
import { planExperiment } from "../plan-experiment.ts";
import { putLog } from "../put-log.ts";
import { recordEvent } from "../record-event.ts";
import type { NewToken } from "../token-row.ts";
import type { WriteTransaction } from "../write-transaction.ts";
import type { LedgerLock, Needs } from "./facts.ts";

type Command = { runId: string; command: RunCommand };

export type Write =
  | ({ name: "execute"; actor: string } & Command)
  | { name: "executeAll"; commands: Command[]; actor: string }
  | { name: "ingest"; batch: JournalBatch }
  | { name: "conclude"; conclusion: Conclusion }
  | { name: "record"; event: NewEvent; actor: string }
  | { name: "plan"; plan: ExperimentPlan; actor: string }
  | { name: "import"; runId: string; events: ImportedEvent[] }
  | { name: "copyRun"; runId: string; rows: EventRow[] }
  | { name: "copyPlan"; row: EventRow }
  | { name: "putLog"; chunks: LogChunk[] }
  | { name: "createToken"; token: NewToken; actor: string };

/** A claim has no run until it has looked at the queue: claims make groups of their own. */
export type ClaimWrite = { name: "claim"; by: Claim; can: Abilities };

/** The most events that one ending appends: the attempt's, what it means for the run, and the run's deletion. */
const endingEventsMax = 3;
/** A deletion: that it was asked for, that it is done, and before both the end of a run that nobody has begun. */
const deletionEventsMax = 3;
/** A piece of a log appends no event; it takes as long as so many. */
const logWeight = 4;

/** Decides a write in the group's transaction, and says what its caller gets. */
export function decideWrite(tx: WriteTransaction, write: Write): unknown {
  switch (write.name) {
    case "execute":
      return execute(tx, write);
    case "executeAll":
      return executeAll(tx, write);
    case "ingest":
      return ingest(tx, write.batch);
    case "conclude":
      return conclude(tx, write.conclusion);
    case "record":
      return recordEvent(tx, write);
    case "plan":
      return planExperiment(tx, write);
    case "import":
      return importRun(tx, write);
    case "copyRun":
      return copyRun(tx, write);
    case "copyPlan":
      return copyPlan(tx, write);
    case "putLog":
      return putLog(tx, write);
    case "createToken":
      return createToken(tx, write);
  }
}

/**
 * The most events that a write appends. Groups are made by it, and take so many positions: what is too much here is room
 * that others of the group do not get, and one that appends more than it says is refused.
 */
export function weightOf(write: Write | ClaimWrite): number {
  switch (write.name) {
    case "execute":
      return eventsMaxOf(write.command);
    case "executeAll":
      return write.commands.reduce((sum, { command }) => sum + eventsMaxOf(command), 0);
    case "ingest":
      return Math.max(write.batch.records.length, 1);
    case "conclude":
      return endingEventsMax;
    case "plan":
      return cellCount(write.plan) + 1;
    case "import":
      return write.events.length;
    case "copyRun":
      return write.rows.length;
    case "putLog":
      return logWeight;
    case "claim":
    case "record":
    case "copyPlan":
    case "createToken":
      return 1;
  }
}

function eventsMaxOf(command: RunCommand): number {
  switch (command.type) {
    case "queue":
    case "resume":
    case "retry":
      return command.claim === null ? 1 : 2;
    case "delete":
      return deletionEventsMax;
    case "receiveSpans":
      return command.spans.length;
    case "claim":
    case "pause":
    case "cancel":
    case "expire":
    case "orphan":
    case "adopt":
      return 1;
  }
}

/** What the writes of a group will ask for, together. */
export function needsOf(writes: readonly Write[]): Needs {
  const needs: Needs = { runIds: new Set(), attempts: [], streams: [], silent: [], events: 0, lock: "shared" };
  for (const write of writes) {
    needs.events += weightOf(write);
    for (const runId of runIdsOf(write)) needs.runIds.add(runId);
    if (write.name === "ingest") {
      const { runId, attempt, records } = write.batch;
      needs.attempts.push({ run_id: runId, attempt, first: records[0]?.n ?? 0, last: records.at(-1)?.n ?? 0 });
    }
    if (write.name === "conclude") {
      const { runId, attempt, ending } = write.conclusion;
      needs.attempts.push({ run_id: runId, attempt, first: 0, last: 0 });
      if (ending.fact === "silent") needs.silent.push(runId);
    }
    if (write.name === "putLog") needs.streams.push(...write.chunks);
    if (write.name === "record") needs.lock = strictest(needs.lock, lockFor(write.event));
  }
  return needs;
}

/** A worker that was struck from the list may enter itself anew: then it matters which of the two came last. */
function lockFor(event: NewEvent): LedgerLock {
  if (event.type === "limit.set") return "alone";
  const isListing = event.type === "worker.started" ? event.data.slots !== undefined : event.type === "worker.gone";
  return isListing ? "listing" : "shared";
}

function strictest(one: LedgerLock, other: LedgerLock): LedgerLock {
  return one === "alone" || other === "shared" ? one : other;
}

function runIdsOf(write: Write): string[] {
  switch (write.name) {
    case "execute":
    case "import":
    case "copyRun":
      return [write.runId];
    case "executeAll":
      return write.commands.map(({ runId }) => runId);
    case "ingest":
      return [write.batch.runId];
    case "conclude":
      return [write.conclusion.runId];
    case "putLog":
      return write.chunks.map(({ runId }) => runId);
    case "record":
    case "plan":
    case "copyPlan":
    case "createToken":
      return [];
  }
}

/** Commands that bring a claim along, and so may take slots. */
export function claimingCommands(write: Write): Command[] {
  const commands = write.name === "execute" ? [write] : write.name === "executeAll" ? write.commands : [];
  return commands.filter(({ command }) => command.type === "claim" || ("claim" in command && command.claim !== null));
}
