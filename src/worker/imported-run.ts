// A run as its attempt folders tell it: the events that a ledger would hold if it had been there. Pure, and by the same
// rules as a run that was supervised: commands are decided, endings weighed and concluded, by core.

import { concludeAttempt, type Ending } from "../core/conclude-attempt.ts";
import { decide } from "../core/decide.ts";
import {
  currentEvent,
  eventCatalogue,
  isEventType,
  type LedgerEvent,
  type NewEvent,
  type RunError,
} from "../core/events.ts";
import { limitCode } from "../core/limit-code.ts";
import { isActive } from "../core/moves.ts";
import { evolve, type Run } from "../core/run.ts";
import type { ImportedEvent } from "../ledger/ledger.ts";
import type { ControlLine, QueuedRecord } from "../protocol/spec.ts";
import type { AttemptFolder, KeptRecord } from "./read-attempt-folder.ts";
import { weighEvidence } from "./weigh-evidence.ts";

/** The events of a run, or why its folders do not add up to one. */
export type ImportedRun = { ok: true; run: Run; events: ImportedEvent[] } | { ok: false; cause: string };

/** Who is named as the actor of what import itself concludes. */
const importer = "import";

/** @param attempts All attempt folders of one run, whose runners are all gone; in any order. */
export function importedRun(attempts: readonly AttemptFolder[]): ImportedRun {
  const inOrder = attempts.toSorted((a, b) => a.spec.attempt - b.spec.attempt);
  const [first] = inOrder;
  const queued = first?.spec.queued;
  if (first === undefined) return { ok: false, cause: "there is no attempt" };
  if (queued === undefined) return { ok: false, cause: `${first.path}: spec.json does not say what was queued` };
  const twin = inOrder.find(({ spec }, index) => inOrder[index + 1]?.spec.attempt === spec.attempt);
  if (twin !== undefined) return { ok: false, cause: `two folders claim to be attempt ${twin.spec.attempt}` };

  const story = beginStory(first.spec.runId, queued);
  for (const attempt of inOrder) {
    const cause = nextTry(story, attempt);
    if (cause !== null) return { ok: false, cause };
    addAttempt(story, attempt, { isLast: attempt === inOrder.at(-1) });
  }
  return { ok: true, run: story.run, events: story.events };
}

/** The run so far, and the events that made it. */
type Story = {
  run: Run;
  events: ImportedEvent[];
  append(event: ImportedEvent): void;
  /** Events that no journal holds. */
  appendNew(
    events: readonly NewEvent[],
    of: { attempt: number | null; at: string; actor: string; record?: KeptRecord | null },
  ): void;
};

function beginStory(runId: string, { at, data }: QueuedRecord): Story {
  const queued: NewEvent = { type: "run.queued", data: { ...data, imported: true } };
  const first = imported(queued, { attempt: null, at, actor: importer });
  const story: Story = {
    run: evolve(null, enveloped(runId, 1, first)),
    events: [first],
    append(event) {
      story.run = evolve(story.run, enveloped(runId, story.run.seq + 1, event));
      story.events.push(event);
    },
    appendNew(events, of) {
      for (const [index, event] of events.entries()) {
        story.append(imported(event, index === 0 ? of : { ...of, record: null }));
      }
    },
  };
  return story;
}

/** What must have happened between two attempts; null, or why there cannot have been another one. */
function nextTry({ run, appendNew }: Story, { spec, changedAt }: AttemptFolder): string | null {
  const of = { attempt: null, at: changedAt, actor: importer };
  switch (run.status) {
    case "queued":
      return null;
    case "paused":
      appendNew([{ type: "run.resumed", data: { checkpoint: run.checkpoint } }], of);
      return null;
    case "failed":
    case "timed_out":
    case "cancelled":
    case "lost":
      appendNew([{ type: "run.retried", data: {} }], of);
      return null;
    default:
      return `attempt ${spec.attempt} follows an attempt that left the run ${run.status}`;
  }
}

function addAttempt(story: Story, folder: AttemptFolder, { isLast }: { isLast: boolean }): void {
  const attempt = folder.spec.attempt;
  const claimedAt = folder.records[0]?.at ?? folder.changedAt;
  const claim = {
    worker: importer,
    place: folder.runner?.place ?? { bootId: "unknown", pidns: "unknown" },
    claimId: folder.runner?.claimId ?? importer,
  };
  story.appendNew([{ type: "attempt.claimed", data: claim }], { attempt, at: claimedAt, actor: importer });
  const asked = folder.control.toSorted((a, b) => (a.at < b.at ? -1 : 1));
  for (const record of folder.records) {
    // What was asked for before a record, by the clocks of this one host, changes what the record means.
    while (asked[0] !== undefined && asked[0].at <= record.at) addControl(story, attempt, asked.shift() as ControlLine);
    story.append({
      attempt,
      v: versionOf(record.type),
      type: record.type,
      at: record.at,
      actor: "runner",
      dataText: record.dataText,
      record: placeOf(record),
    });
  }
  for (const line of asked) addControl(story, attempt, line);
  addEnding(story, folder, { isLast });
}

function addControl({ run, appendNew }: Story, attempt: number, line: ControlLine): void {
  if (line.type !== "cancel" && line.type !== "pause") return;
  const command =
    line.type === "cancel" ? ({ type: "cancel", graceMs: line.graceMs } as const) : ({ type: "pause" } as const);
  const decision = decide(run, command, Date.parse(line.at));
  if (decision.isAccepted) appendNew(decision.events, { attempt, at: line.at, actor: importer });
}

function addEnding({ run, appendNew }: Story, folder: AttemptFolder, { isLast }: { isLast: boolean }): void {
  const at = folder.finish?.record.at ?? folder.records.at(-1)?.at ?? folder.changedAt;
  const seen = endingOf(run, folder);
  const ending = isLast ? settled(run, seen) : seen;
  // Import starts nothing: what the policy would have tried again is for a person to retry.
  const judged = isLast ? { ...run, retryPolicy: { ...run.retryPolicy, retries: 0 } } : run;
  const events = concludeAttempt(judged, ending, Date.parse(at));
  appendNew(events, { attempt: folder.spec.attempt, at, actor: importer, record: folder.finish?.record ?? null });
}

function endingOf(run: Run, folder: AttemptFolder): Ending {
  if (!isActive(run.status)) throw new Error(`run ${run.id} is ${run.status} in the middle of an attempt`);
  const limit = folder.control.find((line) => line.type === "limit");
  return weighEvidence({
    status: run.status,
    by: "import",
    // An empty journal was made by whoever concluded the attempt, so that no runner could begin it any more.
    hasJournal: (folder.journal?.bytes ?? 0) > 0,
    finish: folder.finish === null ? null : { says: folder.finish.says, at: folder.finish.record.at },
    fault: folder.journal?.broken ?? null,
    killedFor: limit === undefined ? null : { reason: "limit", error: limitError(limit.limit, limit.message) },
    // A watchdog begins after the first line; without that line in the journal its word has nothing to be about.
    watchdog: run.status === "starting" ? null : folder.watchdog,
    exit: null,
    containment: null,
    memory: null,
    journal: folder.journal,
    lastStderr: folder.lastStderr,
    note: "read from the attempt folder; this ledger saw none of it",
  });
}

/** The ending of the newest attempt must leave the run at rest: what is queued would be claimed and run again. */
function settled(run: Run, ending: Ending): Ending {
  const isQueued = ending.fact === "neverBegan" || (ending.fact === "orC" && run.status === "running");
  if (!isQueued || run.status === "cancelling") return ending;
  const fact = ending.fact === "orC" ? "orN" : "gone";
  const message =
    ending.fact === "orC"
      ? "nobody supervised the runner, so it ended itself at a checkpoint"
      : "the attempt was claimed, and its folder holds no journal";
  const code = ending.fact === "orC" ? "limit.orphan_s" : "runner.gone";
  return { ...ending, fact, error: { code, origin: "runner", message }, evidence: { ...ending.evidence, fact } };
}

function limitError(limit: string, message: string): RunError {
  return { code: limitCode(limit), origin: "agent", message, limit };
}

function imported(
  event: NewEvent,
  of: { attempt: number | null; at: string; actor: string; record?: KeptRecord | null },
): ImportedEvent {
  const { at, actor, record = null } = of;
  // As in a ledger: what happens to the run as a whole belongs to no attempt.
  const attempt = event.type.startsWith("attempt.") ? of.attempt : null;
  const dataText = JSON.stringify(event.data);
  return {
    attempt,
    v: versionOf(event.type),
    type: event.type,
    at,
    actor,
    dataText,
    record: record && placeOf(record),
  };
}

function enveloped(runId: string, seq: number, event: ImportedEvent): LedgerEvent {
  const { attempt, v, type, at, actor, dataText } = event;
  return currentEvent({
    position: seq,
    runId,
    seq,
    attempt,
    v,
    type,
    at,
    recordedAt: at,
    actor,
    data: JSON.parse(dataText),
  });
}

function versionOf(type: string): number {
  return isEventType(type) ? eventCatalogue[type].v : 1;
}

function placeOf({ n, end, crc }: KeptRecord): { n: number; end: number; crc: string } {
  return { n, end, crc };
}
