// A model of the AI SDK behind the port: one try, by the provider's own streaming interface, which neither retries nor
// hides what came.

import { type Model, ModelCallError } from "./model.ts";
import type { ModelPlace } from "./model-place.ts";
import { type PromptRules, type SdkModel, sdkOptions } from "./sdk-prompt.ts";
import { type ReplyRules, readReply } from "./sdk-reply.ts";

export type SdkRules = Pick<PromptRules, "providerOptions"> &
  Pick<ReplyRules, "modelIn"> & {
    /** Opens the provider's model for one call; the signal is that call's. */
    open: (signal: AbortSignal) => SdkModel;
  };

/** The port over a provider's package. */
export function sdkModel({ name, provider, model, returnsReasoning }: ModelPlace, rules: SdkRules): Model {
  return {
    name,
    provider,
    async answer(request, signal) {
      signal.throwIfAborted();
      const { open, providerOptions, modelIn } = rules;
      const options = sdkOptions(request, signal, {
        provider,
        returnsReasoning,
        ...(providerOptions && { providerOptions }),
      });
      const startedAt = performance.now();
      const elapsedMs = () => performance.now() - startedAt;
      try {
        const { stream } = await open(signal).doStream({ ...options, includeRawChunks: modelIn !== undefined });
        return await readReply(stream, { provider, model, elapsedMs, ...(modelIn && { modelIn }) });
      } catch (error) {
        signal.throwIfAborted();
        throw callError(error);
      }
    },
  };
}

/**
 * The port's error of anything that a provider's package throws. What came of the request itself was found by
 * `guarded-fetch.ts` and lies in the causes; what is left came within a stream.
 */
function callError(error: unknown): ModelCallError {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof ModelCallError) return at;
  }
  const found = streamError(error);
  if (found !== null) return found;
  const message = error instanceof Error ? error.message : JSON.stringify(error);
  return new ModelCallError(`the answer broke off or could not be read (${message})`, {
    status: null,
    isRetryable: true,
    fault: "malformed",
    cause: error,
  });
}

/**
 * An error that the provider wrote into a stream that had begun well. The packages give it as it came, or as an error
 * of theirs with a status.
 */
function streamError(error: unknown): ModelCallError | null {
  if (typeof error !== "object" || error === null) return null;
  const { name, message, statusCode, isRetryable } = error as Record<string, unknown>;
  const isTheirs = typeof isRetryable === "boolean" || !(error instanceof Error);
  if (!isTheirs || typeof message !== "string") return null;
  // Not the provider's words but the package's: about a connection that broke under an answer of status 200.
  if (name === "AI_APICallError" && !(typeof statusCode === "number" && statusCode >= 400)) return null;
  return new ModelCallError(`the provider broke its answer off: ${message}`, {
    status: typeof statusCode === "number" ? statusCode : null,
    isRetryable: typeof isRetryable === "boolean" ? isRetryable : true,
    fault: "failed",
    cause: error,
  });
}
