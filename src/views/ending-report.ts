// Why a run ended as it did, for every ending that is not a result: what happened, what was seen of it, what was going
// on, what the runner said last, how its journal stands, what it cost, and what to do next.

import type { Evidence } from "../core/events.ts";
import { shortId } from "../core/ids.ts";
import { isTerminal } from "../core/moves.ts";
import { type Run, usageOf } from "../core/run.ts";
import { oneLine } from "./columns.ts";
import { clockTime, counted, dollars, grouped, plain, type TimeStyle } from "./number-words.ts";
import { lastEvidence, type RunStory } from "./run-story.ts";

const stderrLinesMax = 12;

/** The block of a run that has no result; empty for one that completed or has not ended. */
export function endingReport(story: RunStory, style: TimeStyle): string[] {
  const { run } = story;
  const lines = endingFacts(story, style).flatMap(([label, words]) =>
    words.map((text, index) => `  ${(index === 0 ? label : "").padEnd(8)} ${text}`),
  );
  if (lines.length === 0) return [];
  return [...lines, "", `  ${"Next".padEnd(8)} ${nextCommands(run).join("        ")}`];
}

/** The same as labels with their lines; none for a run that completed or has not ended. */
export function endingFacts(story: RunStory, style: TimeStyle): [string, string[]][] {
  const { run } = story;
  if (!isTerminal(run.status) || run.status === "completed") return [];
  const evidence = lastEvidence(story);
  return [
    ["Why", whyWords(run)],
    ["Seen", evidence === null ? ["no attempt was ever made"] : seenWords(evidence, run)],
    ["Doing", story.ending === null ? [] : doingWords(story.ending.before, style)],
    ["Said", saidWords(evidence)],
    ["Journal", journalWords(evidence)],
    ["Paid", paidWords(run)],
    ["Late", lateWords(run)],
  ];
}

function whyWords({ status, error, cancel }: Run): string[] {
  const fault = error === null ? null : `${oneLine(error.message, 240)}   (${error.code}, origin ${error.origin})`;
  if (status === "cancelled" && cancel !== null) {
    // Cancelled while it waited for one more try: the fault of the last one is no reason of this end.
    return [`cancelled; asked by ${cancel.by}`, ...(fault === null ? [] : [`the last attempt: ${fault}`])];
  }
  return [fault ?? "no reason was recorded"];
}

/** What was seen of an end, line by line. `of` is the run, or an attempt with its own error. */
export function seenWords(evidence: Evidence, of: Pick<Run, "kind" | "error">): string[] {
  const { exit, containment, memory, note, finish, killedFor } = evidence;
  const first = [
    ...(finish === null ? [] : [`the runner itself finished: ${oneLine(finish.outcome)}`]),
    ...(exit === null ? [] : [[`runner ${exitWords(exit)}`, ...programWords(of)].join("; ")]),
    ...(finish === null && exit === null ? ["nobody saw the end"] : []),
    ...(killedFor === null ? [] : [`killed by us for ${oneLine(killedFor)}`]),
    ...(containment === null ? [] : [containmentWords(containment)]),
  ];
  return [
    first.join(" · "),
    ...(memory === null || memory.peakMib === null ? [] : [memoryWords(memory)]),
    ...(note === null ? [] : [oneLine(note, 240)]),
  ];
}

/** The program's own end, which the runner reports: the runner itself has exited well then. */
function programWords({ kind, error }: Pick<Run, "kind" | "error">): string[] {
  const exit = error?.exit as { code?: number | null; signal?: string | null } | undefined;
  if (kind !== "command" || exit === undefined || exit === null) return [];
  return [`program ${exit.signal ? exitWords({ code: null, signal: exit.signal }) : `exited with code ${exit.code}`}`];
}

function exitWords({ code, signal }: { code: number | null; signal: string | null }): string {
  return signal === null ? `exited ${code}` : `killed by signal ${signal}`;
}

function containmentWords({ kind, confirmed, looks, leftAlive }: NonNullable<Evidence["containment"]>): string {
  const left =
    leftAlive.length === 0 ? "nothing left alive" : `still alive: ${leftAlive.map(({ pid }) => pid).join(", ")}`;
  return `containment ${kind} · ${left} (${counted(looks, "look")}${confirmed ? "" : ", not confirmed"})`;
}

function memoryWords({ peakMib, limitMib, oomKills }: NonNullable<Evidence["memory"]>): string {
  const of = limitMib === null ? "" : ` of ${plain(Math.round(limitMib))}`;
  const peak = `memory: peak ${plain(Math.round(peakMib ?? 0))}${of} MiB`;
  if (oomKills === null) return `${peak}, kernel OOM kills not known`;
  return `${peak}, kernel OOM kills ${oomKills} → ${oomKills > 0 ? "out of memory" : "not out of memory"}`;
}

function doingWords(before: Run, style: TimeStyle): string[] {
  const step =
    before.step === null ? [] : [`step ${oneLine(before.step.name)} since ${clockTime(before.step.since, style)}`];
  const calls = before.openCalls.map(
    ({ what, since }) => `${oneLine(what)} called ${clockTime(since, style)}, no answer`,
  );
  const phase = before.phase === null ? [] : [before.phase];
  const doing = [...step, ...calls, ...(step.length + calls.length === 0 ? phase : [])];
  return doing.length === 0 ? [] : [doing.join(" · ")];
}

function saidWords(evidence: Evidence | null): string[] {
  const all = (evidence?.lastStderr ?? "").split("\n").filter((line) => line.trim() !== "");
  if (all.length === 0) return [];
  const shown = all.slice(-stderrLinesMax);
  return [`last stderr (${shown.length} of ${all.length} kept lines):`, ...shown.map((line) => `  ${oneLine(line)}`)];
}

function journalWords(evidence: Evidence | null): string[] {
  const journal = evidence?.journal;
  if (journal == null) return [];
  const state = journal.broken === null ? "whole" : `broken: ${oneLine(journal.broken)}`;
  return [`${counted(journal.lines, "line")}, ${state}; torn tail ${counted(journal.tornBytes, "byte")}`];
}

function paidWords(run: Run): string[] {
  const { tokens, costUsd, modelCalls } = usageOf(run);
  if (modelCalls === 0 && tokens === 0) return [];
  const cost = costUsd === null ? "no price known" : dollars(costUsd);
  return [`${grouped(tokens)} tokens, ${cost} (${counted(modelCalls, "model call")})`];
}

function lateWords({ late }: Run): string[] {
  if (late === null) return [];
  const claim =
    late.claims === null ? "" : `: ${late.claims}${late.score === null ? "" : `, ${late.score.toFixed(2)}`}`;
  return [`came too late${claim} (${counted(late.records, "record")})`];
}

function nextCommands(run: Run): string[] {
  const id = shortId(run.id);
  return ["retry", "logs", "why"].map((command) => `npx runledger ${command} ${id}`);
}
