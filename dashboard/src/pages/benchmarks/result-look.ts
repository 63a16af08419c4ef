// How a result is drawn and said: a sign, a colour and words for each.

import { isTerminal } from "../../../../src/core/moves.ts";
import type { BenchmarkResult } from "../../../../src/protocol/http-page-routes.ts";
import { statusWords } from "../../design/status.tsx";

export type ResultLook = "passed" | "below" | "none" | "broken" | "busy" | "waiting";

export const signs: Record<ResultLook, string> = {
  ...{ passed: "✓", below: "–", none: "·", broken: "!", busy: "»", waiting: "…" },
};

export function lookOf({ status, passed }: Pick<BenchmarkResult, "status" | "passed">): ResultLook {
  if (status === "completed") return passed === null ? "none" : passed ? "passed" : "below";
  if (isTerminal(status)) return "broken";
  return status === "queued" || status === "paused" ? "waiting" : "busy";
}

/** `completed, passed, score 1.000000` */
export function resultWords({ status, passed, score }: BenchmarkResult): string {
  const verdict = status !== "completed" ? [] : [passed === null ? "no verdict" : passed ? "passed" : "below"];
  return [statusWords(status), ...verdict, ...(score === null ? [] : [`score ${score.toFixed(6)}`])].join(", ");
}
