// Asks a model until it answers or no further try can help: a time limit on each try, waiting with jitter between two,
// as long as the provider asks for, and one error at the end that a person understands.

import { setTimeout as sleep } from "node:timers/promises";
import type { ErrorCode } from "../core/errors.ts";
import { RunledgerError, unreachable } from "../core/errors.ts";
import { systemLimits } from "../core/system-limits.ts";
import { type Model, ModelCallError, type ModelReply, type ModelRequest } from "./model.ts";

/** A try that did not succeed, and the one that comes after it. */
export type ModelRetry = {
  /** The number of the try that comes, from 2. */
  try: number;
  triesMax: number;
  /** Why the one before did not succeed, short: its HTTP status, or `timeout`, `failed`, `unreachable`, `malformed`. */
  cause: string;
  /** The HTTP status of the one before; null where none came. */
  status: number | null;
  waitMs: number;
};

export type AskOptions = {
  /** How long one try may take, seconds (`limits.model_call_s`); null for the longest that any call may take. */
  callSeconds: number | null;
  /** Ends the call at once, also while it waits between two tries. */
  signal: AbortSignal;
  triesMax?: number;
  /** From 0 up to 1; spreads the waits. */
  random?: () => number;
  /** Called before the wait for the next try. */
  onRetry?: (retry: ModelRetry) => void | Promise<void>;
  /** A clock that never goes back, milliseconds. */
  now?: () => number;
  /** Resolves after the time, rejects once the signal fires. */
  wait?: (ms: number, signal: AbortSignal) => Promise<void>;
};

export type Asked = {
  reply: ModelReply;
  /** How many tries it took, from 1. */
  tries: number;
  /** From the first try's begin to the answer, waits included, milliseconds. */
  ms: number;
};

/** How many tries a call gets where nobody says. */
export const triesMaxDefault = 4;

/**
 * Asks until there is an answer, an error that no further try can mend, or `triesMax` tries were made.
 * @throws RunledgerError `provider.…` with `data {origin: "provider", status, tries, ms, model, provider}`; the
 * signal's reason once that fires; whatever else the model threw, such as `replay.miss`.
 */
export async function askModel(model: Model, request: ModelRequest, options: AskOptions): Promise<Asked> {
  const { signal, triesMax = triesMaxDefault, random = Math.random, wait = waitFor } = options;
  const now = options.now ?? (() => performance.now());
  const callMs = options.callSeconds === null ? systemLimits.modelCallMsMax : options.callSeconds * 1000;
  const startedAt = now();
  for (let tries = 1; ; tries += 1) {
    const outcome = await tryOnce(model, request, callMs, signal);
    const ms = now() - startedAt;
    if ("reply" in outcome) return { reply: outcome.reply, tries, ms };
    const { failure } = outcome;
    if (!failure.isRetryable || tries >= triesMax) throw finalError(model, failure, { tries, ms });
    const waitMs = waitBefore(tries, failure, random);
    const { cause, status } = failure;
    await options.onRetry?.({ try: tries + 1, triesMax, cause, status, waitMs });
    await wait(waitMs, signal).catch((error) => {
      signal.throwIfAborted();
      throw error;
    });
  }
}

/** Why a try gave no reply. */
type Failure = {
  fault: ModelCallError["fault"] | "timeout";
  message: string;
  cause: string;
  status: number | null;
  isRetryable: boolean;
  retryAfterMs: number | null;
  error: unknown;
};

async function tryOnce(
  model: Model,
  request: ModelRequest,
  callMs: number,
  signal: AbortSignal,
): Promise<{ reply: ModelReply } | { failure: Failure }> {
  signal.throwIfAborted();
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(new DOMException("the call took too long", "TimeoutError")), callMs);
  const ending = AbortSignal.any([signal, timeout.signal]);
  try {
    return { reply: await settledOrAborted(model.answer(request, ending), ending) };
  } catch (error) {
    signal.throwIfAborted();
    if (timeout.signal.aborted) return { failure: timedOut(callMs, error) };
    if (!(error instanceof ModelCallError)) throw error;
    const { fault, message, status, isRetryable, retryAfterMs } = error;
    return {
      failure: { fault, message, status, isRetryable, retryAfterMs, error, cause: status?.toString() ?? fault },
    };
  } finally {
    clearTimeout(timer);
  }
}

/** The work's result, or the signal's reason once it fires: an adapter that ignores its signal is left behind. */
async function settledOrAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

function timedOut(callMs: number, error: unknown): Failure {
  const message = `no whole answer within ${callMs / 1000} s (limits.model_call_s)`;
  return { fault: "timeout", message, cause: "timeout", status: null, isRetryable: true, retryAfterMs: null, error };
}

/**
 * Milliseconds before the next try. What the provider asks for is waited for, and a little more, so that many callers
 * who were told the same do not come back in the same moment; else a random part of a time that doubles.
 */
function waitBefore(tries: number, { retryAfterMs }: Failure, random: () => number): number {
  const { modelBackoffMs, modelBackoffMsMax, retryAfterMsMax } = systemLimits;
  if (retryAfterMs !== null) return Math.round(Math.min(retryAfterMs, retryAfterMsMax) + random() * modelBackoffMs);
  return Math.round(random() * Math.min(modelBackoffMs * 2 ** (tries - 1), modelBackoffMsMax));
}

async function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal });
}

function finalError(model: Model, failure: Failure, { tries, ms }: { tries: number; ms: number }): RunledgerError {
  const { status, error: cause } = failure;
  const effort = tries === 1 ? "" : `; ${tries} tries in ${(ms / 1000).toFixed(1)} s`;
  return new RunledgerError(codeOf(failure), `${model.name}: ${failure.message}${effort}`, {
    data: { origin: "provider", status, tries, ms: Math.round(ms), model: model.name, provider: model.provider },
    cause,
  });
}

function codeOf({ fault, status }: Failure): ErrorCode {
  switch (fault) {
    case "refused":
      return status === 429 ? "provider.rate-limited" : "provider.refused";
    case "failed":
      return "provider.failed";
    case "unreachable":
      return "provider.unreachable";
    case "malformed":
      return "provider.malformed";
    case "timeout":
      return "provider.timeout";
    default:
      return unreachable(fault);
  }
}
