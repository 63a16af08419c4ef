// A run's subject, agent, status and verdict in words; every view uses these, so a run is called the same everywhere.

import { shortId } from "../core/ids.ts";
import type { RunStatus } from "../core/moves.ts";
import type { Run } from "../core/run.ts";
import { oneLine } from "./columns.ts";
import { plain, score } from "./number-words.ts";
import { type Tone, tone } from "./tone.ts";

/** The name that people gave it, else its subject's. */
export function subjectWords(run: Run): string {
  return run.name ?? run.subject.id;
}

/** The agent's name, with what a reader must know to judge it; a dash if there is none. */
export function agentWords(run: Run): string {
  return run.agent?.name ?? "–";
}

/** The verdict alone; empty where there is nothing to pass. */
export function verdictWord(run: Pick<Run, "status" | "passed">): "passed" | "below" | "" {
  if (run.status !== "completed" || run.passed === null) return "";
  return run.passed ? "passed" : "below";
}

/** Two lines: which run this is, and of which agent. Nothing in them is from anywhere but the fold. */
export function runHeader(run: Run): string {
  const parts = [shortId(run.id), oneLine(subjectWords(run))];
  if (run.agent !== null) parts.push(`${run.agent.name}${agentNote(run)}`);
  if (run.experimentId !== null) parts.push(`experiment ${shortId(run.experimentId)}`);
  if (run.seed !== null) parts.push(`seed ${run.seed}`);
  return `run     ${parts.map((part, index) => (index === 0 ? tone("strong", part) : part)).join("   ")}`;
}

/** `completed · passed · score 1.000000 (needs 1)`, `failed · no score` */
export function statusLine(run: Run): string {
  const verdict = verdictWord(run);
  const words = [statusWord(run), ...(verdict === "" ? [] : [tone(verdict === "passed" ? "good" : "bad", verdict)])];
  if (run.score === null) words.push("no score");
  else words.push(`score ${score(run.score)}${run.minScore === null ? "" : ` (needs ${plain(run.minScore)})`}`);
  if (run.endedBy?.startsWith("limit:") && run.status === "completed") words.push(`ended by ${run.endedBy}`);
  return words.join(" · ");
}

/** The status with its tone. Completed is no success by itself, so it has none: the verdict has. */
export function statusWord({ status }: Pick<Run, "status">): string {
  const tones: Partial<Record<RunStatus, Tone>> = {
    failed: "bad",
    timed_out: "bad",
    lost: "bad",
    cancelled: "warn",
    cancelling: "warn",
  };
  const mood = tones[status];
  return mood === undefined ? status : tone(mood, status);
}

function agentNote({ agent, params }: Run): string {
  const notes = [
    ...(params.agentChosenBy === "default" ? ["default"] : []),
    ...(agent?.kind === "deterministic" ? ["plays the file's own solution"] : []),
  ];
  return notes.length === 0 ? "" : ` (${notes.join(": ")})`;
}
