// Calls of models as the record has them: every one is an event before and after, with each try that failed in between.
// The agent's calls and a judge's go through here alike; whose they are is their purpose.

import type { Json } from "../core/document-value.ts";
import { RunledgerError } from "../core/errors.ts";
import type { EventData, RunError } from "../core/events.ts";
import { type Asked, type AskOptions, askModel, triesMaxDefault } from "../models/ask-model.ts";
import type { Model, ModelReply, ModelRequest, ModelUsage } from "../models/model.ts";
import { costOf, type PriceTable } from "../models/prices.ts";
import type { Emit } from "./attempt-ports.ts";
import { Blamed, blame, runErrorOf } from "./blame.ts";

/** A model with what its calls cost, and how it is asked here. */
export type AskedModel = {
  model: Model;
  /** Prices of the config, over those that this build knows. */
  prices: PriceTable | undefined;
  /** Its answers come from a recording: nobody is asked, and nothing is used. */
  isReplayed: boolean;
  /** Keeps an answer; absent where none are kept. */
  record?: (request: ModelRequest, reply: ModelReply) => void;
  /** Told of a request that an earlier attempt was answered, so that a recording goes on behind it. */
  skip?: (request: ModelRequest) => void;
  /** How long one try may take, seconds; null for no limit of the run's. */
  callSeconds: number | null;
};

/** What names a call in the record; `digest` is that of the request. */
export type CallOf = {
  callId: string;
  purpose: EventData<"model.requested">["purpose"];
  turn?: number;
  step?: string;
};

export type Answer = { reply: ModelReply; costUsd: number | null };

/**
 * Asks, and records the asking, each further try and what came of it.
 * @param of.wait Between two tries; a clock where it is left out.
 * @throws Blamed on the provider for what it or the network did; the signal's reason once that fires.
 */
export async function askRecorded(
  asked: AskedModel,
  request: ModelRequest,
  of: CallOf & { digest: string; emit: Emit; signal: AbortSignal; wait?: AskOptions["wait"] },
): Promise<Answer> {
  const { model, callSeconds, isReplayed } = asked;
  const { callId, purpose, turn, step, digest, emit, signal, wait } = of;
  const where = { ...(turn === undefined ? {} : { turn }), ...(step === undefined ? {} : { step }) };
  await emit("model.requested", { ...requestFacts(asked, request), request: digest, callId, purpose, ...where });
  const beganMs = performance.now();
  let tries = 1;
  let answer: Asked;
  try {
    answer = await askModel(model, request, {
      callSeconds,
      signal,
      ...(wait && { wait }),
      onRetry: (retry) => {
        tries = retry.try;
        return emit("model.retried", { callId, ...retry });
      },
    });
  } catch (error) {
    if (error instanceof Blamed) throw error;
    const ms = tidyMs(performance.now() - beganMs);
    const failed = signal.aborted ? stoppedError(model.name) : providerError(error);
    await emit("model.failed", { callId, purpose, error: failed, status: statusOf(error), tries, ms });
    throw signal.aborted ? error : new Blamed("provider", error);
  }
  const { reply, ms } = answer;
  const costUsd = isReplayed ? null : priceOfReply(asked, reply);
  const facts = { callId, purpose, costUsd, ms: tidyMs(ms), tries: answer.tries, replayed: isReplayed };
  await emit("model.answered", { ...replyFacts(reply), ...facts });
  // After the journal has it: it was paid for, also if it cannot be kept a second time.
  await blame("operator", () => asked.record?.(request, reply));
  return { reply, costUsd };
}

/** An answer that an earlier attempt was given, told again where it counts as nothing. */
export function replyFacts(reply: ModelReply) {
  const { model, text, reasoning, calls, finish, usage, firstTokenMs, warnings } = reply;
  return {
    ...{ model, text, reasoning, finish, usage, firstTokenMs: firstTokenMs === null ? null : tidyMs(firstTokenMs) },
    calls: calls.map(({ callId, tool, args, argsText }) => ({
      ...{ callId, tool, args },
      ...(args === null ? { argsText } : {}),
    })),
    ...(warnings === undefined ? {} : { warnings }),
  };
}

/** US dollars of an answer where it is paid; null where no price is known. */
export function priceOfReply({ model, prices }: AskedModel, { usage }: ModelReply): number | null {
  return costOf(model.name, usage, prices);
}

/** Tokens of an answer, as limits and totals count them. */
export function tokensOf({ inputTokens, outputTokens }: ModelUsage): number {
  return (inputTokens ?? 0) + (outputTokens ?? 0);
}

function requestFacts({ model, isReplayed }: AskedModel, request: ModelRequest) {
  return {
    model: model.name,
    provider: model.provider,
    messages: request.messages.length,
    tools: request.tools.length,
    params: request.params as Record<string, Json>,
    triesMax: isReplayed ? 1 : triesMaxDefault,
  };
}

function stoppedError(name: string): RunError {
  return {
    code: "model.stopped",
    origin: "agent",
    message: `nobody waits for ${name} any more: the agent was stopped`,
  };
}

function providerError(error: unknown): RunError {
  return runErrorOf(new Blamed("provider", error));
}

function statusOf(error: unknown): number | null {
  const status = error instanceof RunledgerError ? error.data.status : null;
  return typeof status === "number" ? status : null;
}

/** Milliseconds without digits that no clock measured. */
function tidyMs(ms: number): number {
  return Math.round(Math.max(0, ms) * 1000) / 1000;
}
