// Which ended runs are meant by `failed` and `unscored`: for `run --filter`, `resume --only` and `retry --only` alike.

import { RunledgerError, unreachable } from "../core/errors.ts";
import { standingOf } from "../core/experiment.ts";
import type { Run } from "../core/run.ts";

const choices = ["failed", "unscored"] as const;

/** `failed`: ended without passing, and not because somebody cancelled it. `unscored`: ended without its agent's doing. */
export type EndedChoice = (typeof choices)[number];

/** The value of the option, or null without one. @throws RunledgerError `usage.bad-value` */
export function readEndedChoice(option: string, text: string | null): EndedChoice | null {
  const choice = choices.find((name) => name === text);
  if (text === null || choice !== undefined) return choice ?? null;
  throw new RunledgerError("usage.bad-value", `${option} takes ${choices.join(" or ")}, not ${JSON.stringify(text)}`);
}

/** Whether an ended run is among them. */
export function isAmong(choice: EndedChoice, run: Pick<Run, "status" | "passed" | "score" | "error">): boolean {
  switch (choice) {
    case "failed":
      return run.status === "completed" ? run.passed === false : run.status !== "cancelled";
    case "unscored":
      return standingOf(run).standing === "unscored";
    default:
      return unreachable(choice);
  }
}
