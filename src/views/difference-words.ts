// What differs between two calls, or between two last words, as the end of a sentence.

import type { AlignedRow } from "./align-deeds.ts";
import { valueWords } from "./call-words.ts";
import { counted } from "./number-words.ts";
import { type Deed, isSameValue } from "./run-deeds.ts";

/** Arguments that are told one by one. */
const toldMax = 2;
const valueWidth = 60;
/** Characters before the first difference of two long values. */
const leadMax = 10;

/** `A called sol_transfer with lamports 100000000, B with lamports 10000000`; a run that is not over may still call. */
export function rowWords({ a, b, difference }: AlignedRow, of: { isOverA: boolean; isOverB: boolean }): string {
  if (a !== null && b !== null) {
    if (difference === "arguments") return argumentWords(a, b);
    if (difference === "outcome") return `${a.tool} ${outcomeWords(a)} for A and ${outcomeWords(b)} for B`;
    return `${a.tool} gave A ${apart(a.result, b.result)} and B ${apart(b.result, a.result)}`;
  }
  if (a !== null) return `A called ${callWords(a)}, B ${of.isOverB ? "did not" : "has not done so yet"}`;
  return b === null ? "" : `B called ${callWords(b)}, A ${of.isOverA ? "did not" : "has not done so yet"}`;
}

/** How an agent ended: `declined “only 10 USDC”`. */
export function answerWords(answer: Record<string, unknown> | null, other: Record<string, unknown> | null): string {
  if (answer === null) return "said no last word";
  const words: Record<string, string> = { gave_up: "gave up", limit: `met the limit ${answer.limit ?? "of its run"}` };
  const how = words[String(answer.how)] ?? String(answer.how);
  return typeof answer.text === "string" ? `${how} “${apart(answer.text, other?.text)}”` : how;
}

function argumentWords(a: Deed, b: Deed): string {
  const keys = [...new Set([...Object.keys(a.args), ...Object.keys(b.args)])];
  const differing = keys.filter((key) => !isSameValue(a.args[key], b.args[key]));
  const told = differing.slice(0, toldMax);
  const words = (of: Deed, other: Deed): string => {
    const given = told.filter((key) => key in of.args).map((key) => `${key} ${apart(of.args[key], other.args[key])}`);
    const missing = told.filter((key) => !(key in of.args));
    const parts = [
      ...(given.length === 0 ? [] : [`with ${given.join(" and ")}`]),
      ...(missing.length === 0 ? [] : [`without ${missing.join(" and ")}`]),
    ];
    return parts.join(" and ");
  };
  const rest = differing.length - told.length;
  const more = rest === 0 ? "" : `; ${counted(rest, "more argument")} differ${rest === 1 ? "s" : ""}`;
  return `A called ${a.tool} ${words(a, b)}, B ${words(b, a)}${more}`;
}

function callWords({ tool, args }: Deed): string {
  const told = Object.entries(args).slice(0, toldMax);
  const words = told.map(([key, value]) => `${key} ${valueWords(value, valueWidth)}`);
  return words.length === 0 ? tool : `${tool} with ${words.join(" and ")}`;
}

function outcomeWords({ outcome, error, transactions }: Deed): string {
  if (outcome === "open") return "had no answer";
  if (outcome === "failed") return `failed (${valueWords(error ?? "no reason given", valueWidth)})`;
  const failed = transactions.find(({ status }) => status !== "success");
  if (failed === undefined) return "succeeded";
  return `sent a transaction that failed (${valueWords(failed.error ?? "no reason given", valueWidth)})`;
}

/** A value, cut so that what differs from the other one is in sight. */
function apart(value: unknown, other: unknown): string {
  const [words, otherWords] = [valueWords(value, valueWidth), valueWords(other, valueWidth)];
  if (words !== otherWords) return words;
  const whole = (one: unknown) => valueWords(one, Number.MAX_SAFE_INTEGER);
  const [text, otherText] = [whole(value), whole(other)];
  let at = 0;
  while (at < text.length && text[at] === otherText[at]) at += 1;
  return `…${valueWords(text.slice(Math.max(0, at - leadMax)), valueWidth)}`;
}
