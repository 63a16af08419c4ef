// One event of a run as one line of the live view, or no line. `run` and `watch` both print through this function and
// from the ledger's events alone, so a second terminal shows what the first one does.

import {
  type EventData,
  type EventType,
  isKnown,
  type KnownEvent,
  type LedgerEvent,
  type RunError,
} from "../core/events.ts";
import type { Run } from "../core/run.ts";
import { argumentWords, errorWords } from "./call-words.ts";
import { middleCut, oneLine, padEnd } from "./columns.ts";
import { clockTime, counted, duration, grouped, plain, score, type TimeStyle } from "./number-words.ts";
import { type Tone, tone } from "./tone.ts";

const labelWidth = 12;
const textWidth = 300;

/**
 * The line of an event; null for one that is not shown.
 * @param run The run after the event.
 */
export function eventLine(event: LedgerEvent, run: Run, style: TimeStyle): string | null {
  if (!isKnown(event)) return null;
  const say = lines[event.type] as (data: unknown, run: Run, event: KnownEvent) => Said;
  const said = say(event.data, run, event);
  if (said === null) return null;
  const [label, text, mood] = said;
  const shown = text === "" ? oneLine(label, 40) : padEnd(oneLine(label, 40), labelWidth);
  const time = tone("dim", clockTime(event.at, style));
  return `  ${time}  ${mood === undefined ? shown : tone(mood, shown)} ${oneLine(text, textWidth)}`.trimEnd();
}

/** Label, text, and the tone of the label. */
type Said = [label: string, text: string, mood?: Tone] | null;

const silent = (): Said => null;

const lines: { [T in EventType]: (data: EventData<T>, run: Run, event: KnownEvent) => Said } = {
  "run.queued": (data) => ["queued", data.againOf === null ? "" : `again, as ${data.againOf.slice(-8)}`],
  "run.pause_requested": (_data, _run, event) => ["pausing", `asked by ${event.actor}`],
  "run.paused": (data) => ["paused", data.held ? "held before it began" : "at a checkpoint", "warn"],
  "run.resumed": () => ["queued", "resumed"],
  "run.cancel_requested": (data, _run, event) => [
    "cancelling",
    `asked by ${event.actor}, ${graceWords(data.graceMs)}`,
    "warn",
  ],
  "run.cancelled": (data, run) => ["cancelled", data.noProcess ? "there was no process" : goneWords(run), "warn"],
  "run.completed": (data) => ["completed", completedWords(data), data.passed === false ? "bad" : "strong"],
  "run.failed": (data) => ["failed", reason(data.error), "bad"],
  "run.timed_out": (data) => ["timed_out", reason(data.error), "bad"],
  "run.lost": (data) => ["lost", reason(data.error), "bad"],
  "run.retry_scheduled": (data, run) => ["queued", retryWords(data, run), "warn"],
  "run.retried": () => ["queued", "retried by hand"],
  "run.delete_requested": () => ["deletion", "asked for; follows the end", "warn"],
  "run.deleted": () => ["deleted", "", "warn"],
  "attempt.claimed": silent,
  "attempt.started": (data, _run, event) => [
    "started",
    [`pid ${data.pid}`, data.build, ...(data.spare ? ["spare runner"] : []), ...attemptWords(event)].join(", "),
  ],
  "attempt.orphaned": (data) => ["unsupervised", evidenceWords(data.evidence), "warn"],
  "attempt.adopted": (data) => ["adopted", evidenceWords(data.evidence), "warn"],
  "attempt.ended": silent,
  "attempt.late": (data) => [
    "late",
    `${counted(data.records, "record")} came after the end and changed nothing`,
    "warn",
  ],
  "run.progressed": progressed,
  "step.started": (data) => ["step", `${data.step}${data.description === undefined ? "" : `: ${data.description}`}`],
  "step.completed": (data) => ["step done", data.step],
  "step.failed": (data) => [
    "step failed",
    `${data.step}${data.error === undefined ? "" : `: ${data.error.message}`}`,
    "bad",
  ],
  // What a model said last stands in its answer.
  "agent.finished": (data) =>
    data.how === "finished" ? null : [data.how.replace("_", " "), data.limit ?? data.text ?? ""],
  // The prompt is in the file; what models say stands in the answer.
  "agent.messaged": silent,
  "model.requested": silent,
  "model.retried": ({ try: next, triesMax, cause, waitMs }) => [
    "model retry",
    `try ${next} of ${triesMax} in ${duration(waitMs)}: ${cause}`,
    "warn",
  ],
  "model.answered": modelAnswered,
  "model.failed": (data) => ["model failed", reason(data.error), "bad"],
  "tool.called": (data) => (data.tool === "submit" ? null : [data.tool, argumentWords(data.args)]),
  "tool.returned": (data) => (data.ok ? null : [data.tool, `refused: ${errorWords(data.error)}`, "warn"]),
  "transaction.executed": submitted,
  "score.recorded": (data) => ["scored", data.score === null ? "no score" : score(data.score), "strong"],
  "log.written": (data) => [
    "log",
    data.level === "info" ? data.message : `${data.level}: ${data.message}`,
    ...logTone(data.level),
  ],
  "artifact.written": (data) => ["kept", `${data.name} (${counted(data.bytes, "byte")})`],
  "experiment.planned": silent,
  "limit.set": silent,
  "span.received": silent,
  "catalog.changed": silent,
  "token.created": silent,
  "token.revoked": silent,
  "worker.started": silent,
  "worker.drained": silent,
  "worker.gone": silent,
};

/** Without a namespace a program that hides itself cannot be ruled out. */
function goneWords({ attempt }: Run): string {
  return attempt?.containment === "sweep" ? "all that can be seen is gone" : "everything was seen gone";
}

function submitted(data: EventData<"transaction.executed">): Said {
  const { status, landed, error, computeUnits, feeLamports, signature } = data;
  const cost = `${grouped(computeUnits)} CU   fee ${feeLamports} lamports   ${middleCut(signature, 8, 4)}`;
  if (status === "success") return ["submit", `ok   ${cost}`];
  return [
    "submit",
    `failed${landed ? "" : " in simulation, not sent"}: ${error ?? "no reason given"}   ${cost}`,
    "bad",
  ];
}

/** `glm-4.6   calls sol_transfer, submit   1,204 tokens   3.1 s`, or what it said. */
function modelAnswered(data: EventData<"model.answered">): Said {
  const { model, calls, text, usage, costUsd, ms, replayed, purpose } = data;
  const tools = calls.map(({ tool }) => tool).join(", ");
  const said = tools === "" ? `says: ${text ?? ""}` : `calls ${tools}`;
  const tokens = (usage.inputTokens ?? 0) + (usage.outputTokens ?? 0);
  const cost = costUsd === null ? [] : [`$${costUsd.toFixed(costUsd < 0.001 ? 6 : 4)}`];
  const took = replayed ? "replayed" : duration(ms);
  return [
    purpose === "agent" ? "model" : purpose,
    [model, said, `${grouped(tokens)} tokens`, ...cost, took].join("   "),
  ];
}

/** The world that a benchmark begins in is reported as the message of a phase. */
function progressed(data: EventData<"run.progressed">, run: Run): Said {
  const { done, total, message, phase } = data;
  if (done === undefined && message === undefined) return null;
  if (done === undefined && phase !== undefined && run.kind === "benchmark") return ["world", message ?? ""];
  const amount = done === undefined ? [] : [total === undefined ? plain(done) : `${plain(done)} of ${plain(total)}`];
  return ["progress", [...amount, ...(message === undefined ? [] : [message])].join("  ")];
}

function completedWords({ score: value, passed, endedBy }: EventData<"run.completed">): string {
  const verdict = passed === null ? [] : [passed ? "passed" : "below"];
  const number = value === null ? [] : [`score ${score(value)}`];
  const by = endedBy === "agent" ? [] : [`ended by ${endedBy}`];
  return [...verdict, ...number, ...by].join(", ");
}

function reason(error: RunError): string {
  return `${error.message} (${error.code})`;
}

function retryWords({ why, notBefore, error }: EventData<"run.retry_scheduled">, run: Run): string {
  const cause = error === null ? "" : `: ${error.message}`;
  if (why === "given_back") return "given back: its runner was gone before the first line";
  if (why === "orphaned") return `from its checkpoint${cause}`;
  const wait = notBefore === null ? "" : ` in ${duration(Date.parse(notBefore) - Date.parse(run.lastEventAt))}`;
  return `retry ${run.failuresInRow} of ${run.retryPolicy.retries}${wait}${cause}`;
}

/** `the lock of worker 7d20ee53 is free`: the end of a worker's id tells it from others, as with runs. */
function evidenceWords(evidence: string): string {
  return evidence.replace(/\bworker worker-([0-9a-z-]+)/g, (_all, id: string) => `worker ${id.slice(-8)}`);
}

function graceWords(graceMs: number): string {
  return graceMs === 0 ? "without grace" : `${duration(graceMs)} to end by itself`;
}

function attemptWords({ attempt }: KnownEvent): string[] {
  return attempt === null || attempt === 1 ? [] : [`attempt ${attempt}`];
}

function logTone(level: EventData<"log.written">["level"]): [] | [Tone] {
  if (level === "error") return ["bad"];
  return level === "warn" ? ["warn"] : [];
}
