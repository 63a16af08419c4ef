// What a run did, call by call, in a form in which two runs can be compared: addresses by the names that its
// transactions gave them, each call with what came of it, and without what differs from run to run by itself.

import { canonicalJson } from "../core/document-value.ts";
import type { StepBody } from "../protocol/http-view-routes.ts";
import { errorWords } from "./call-words.ts";

export type Deed = {
  /** The step of a flow that it belongs to; null outside of any. */
  step: string | null;
  /** From 1, over the whole run. */
  call: number;
  tool: string;
  args: Record<string, unknown>;
  /** `open`: no answer came, or none yet. */
  outcome: "ok" | "failed" | "open";
  /** Why it failed, in the tool's words. */
  error: string | null;
  result: unknown;
  /** Transactions that it sent, each as it ended. */
  transactions: { status: string; error: string | null }[];
};

/** Fields of results that are new in each run, whatever was done. */
const fresh = ["signature", "blockhash"];

/** The calls of these steps, in the order in which they were made. */
export function deedsOf(steps: readonly StepBody[]): Deed[] {
  const names = namesOf(steps);
  let call = 0;
  return steps.flatMap(({ name, actions, observations }) => {
    const answers = answersOf(observations);
    return actions.map(({ callId, tool, args }) => {
      call += 1;
      const answer = answers.get(callId);
      return {
        ...{ step: name, call, tool },
        args: named(args, names) as Record<string, unknown>,
        outcome: answer === undefined ? ("open" as const) : answer.ok === true ? ("ok" as const) : ("failed" as const),
        error: answer === undefined || answer.ok === true ? null : errorWords(answer.error),
        result: named(answer?.result ?? null, names, fresh),
        transactions: answer?.transactions ?? [],
      };
    });
  });
}

/** Whether two values say the same; the order of keys is no matter. */
export function isSameValue(a: unknown, b: unknown): boolean {
  return a === b || canonicalJson(a) === canonicalJson(b);
}

type Observation = StepBody["observations"][number];
type Answer = { ok: unknown; result: unknown; error: unknown; transactions: Deed["transactions"] };

/** Answers by their call. A transaction comes before the answer of the call that sent it. */
function answersOf(observations: readonly Observation[]): Map<string, Answer> {
  const answers = new Map<string, Answer>();
  let sent: Deed["transactions"] = [];
  for (const one of observations) {
    if (one.type === "transaction") {
      sent.push({ status: String(one.status), error: one.error == null ? null : errorWords(one.error) });
      continue;
    }
    answers.set(String(one.callId), { ok: one.ok, result: one.result, error: one.error, transactions: sent });
    sent = [];
  }
  return answers;
}

/** Names of addresses, as the run's transactions tell them. */
function namesOf(steps: readonly StepBody[]): Map<string, string> {
  const names = new Map<string, string>();
  const take = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(take);
    if (value === null || typeof value !== "object") return;
    const { name, address, accounts } = value as Record<string, unknown>;
    if (typeof name === "string" && typeof address === "string") names.set(address, name);
    if (accounts !== undefined) take(accounts);
  };
  for (const { observations } of steps) {
    for (const one of observations) {
      if (one.type !== "transaction") continue;
      take(one.instructions);
      take(one.balances);
    }
  }
  return names;
}

/** The value with names for addresses, and without the keys in `left`. */
function named(value: unknown, names: ReadonlyMap<string, string>, left: readonly string[] = []): unknown {
  if (typeof value === "string") return names.get(value) ?? value;
  if (Array.isArray(value)) return value.map((one) => named(one, names, left));
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).filter(([key]) => !left.includes(key));
  return Object.fromEntries(entries.map(([key, one]) => [key, named(one, names, left)]));
}
