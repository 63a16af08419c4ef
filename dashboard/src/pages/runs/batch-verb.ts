// What a verb would do to each of several runs, by the table that also decides it: which it would move, and which it
// leaves out and why.

import { commandMoves, isTerminal, type RunCommandName, type RunStatus } from "../../../../src/core/moves.ts";
import { statusWords } from "../../design/status.tsx";

export const batchVerbs = ["cancel", "retry", "delete"] as const;
export type BatchVerb = (typeof batchVerbs)[number];

type Chosen = { id: string; status: RunStatus };
export type BatchPlan = { moves: string[]; leaves: { why: string; ids: string[] }[] };

/** Ids that one request may name. */
export const batchMax = 500;

export function planBatch(verb: BatchVerb, runs: readonly Chosen[]): BatchPlan {
  const plan: BatchPlan = { moves: [], leaves: [] };
  for (const { id, status } of runs) {
    const why = whyNot(verb, status);
    const known = plan.leaves.find((left) => left.why === why);
    if (why === null) plan.moves.push(id);
    else if (known === undefined) plan.leaves.push({ why, ids: [id] });
    else known.ids.push(id);
  }
  return plan;
}

/** Why the command is not for a run of this status; null if it is. */
function whyNot(command: RunCommandName, status: RunStatus): string | null {
  const move = commandMoves[status][command];
  if (move === "same") return `${statusWords(status)} already`;
  if (move !== "refused") return null;
  if (command === "delete") return `${statusWords(status)}: it has to end first`;
  if (command === "retry" && status === "completed") return "completed: a new try is a new run, by Again";
  if (command === "retry" && status === "paused") return "paused: resume it";
  if (isTerminal(status)) return `${statusWords(status)}: it has ended`;
  return `not while it is ${statusWords(status)}`;
}
