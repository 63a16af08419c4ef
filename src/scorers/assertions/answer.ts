// What the agent answered, for the assertions about answers.

import { z } from "zod";
import type { AgentEnding } from "../../core/tool.ts";
import type { Verdict } from "../assertion.ts";

/**
 * The agent's answer: its last word, unless that was a refusal. Null if it gave none: who declined, gave up, was
 * stopped or said nothing has not answered, whatever it wrote on the way.
 */
export function answerOf(ending: AgentEnding | null): string | null {
  return ending?.how === "answered" || ending?.how === "finished" ? ending.text : null;
}

/** What was said instead of an answer. */
export function noAnswer(expected: string, ending: AgentEnding | null): Verdict {
  return { held: false, expected, actual: ending === null ? "not yet" : `no answer (${ending.how})` };
}

/** A text to compare with: numbers and booleans of the file stand for their own text. */
export const comparedText = z.preprocess(
  (value) =>
    typeof value === "bigint" || typeof value === "number" || typeof value === "boolean" ? `${value}` : value,
  z.string().max(100_000),
);

/** As much of a text as a score's breakdown shows. */
export function shown(text: string): string {
  return text.length <= 300 ? text : `${text.slice(0, 300).toWellFormed()}… (${text.length} characters)`;
}

/** Both texts in one case, where case does not count. */
export function sameCase(text: string, ignoresCase: boolean): string {
  return ignoresCase ? text.toLowerCase() : text;
}
