// The port of models: one try at one request, in words that every provider can be told. Tries, limits and what the
// record says of a call are the business of `ask-model.ts`; a provider's adapter knows its wire and nothing else.

import type { Json } from "../core/document-value.ts";
import type { ToolDescription } from "../core/tool.ts";

/** A call that a model asks for. `args` is null where what came is no JSON object: `argsText` has it as it came. */
export type ModelCall = { callId: string; tool: string; args: Record<string, Json> | null; argsText: string };

export type ModelMessage =
  | { role: "system" | "user"; text: string }
  | {
      role: "assistant";
      text: string | null;
      reasoning: string | null;
      calls: readonly ModelCall[];
      /** What the provider wants back unchanged (signatures of its reasoning, say); never shown, never interpreted. */
      opaque?: Json;
    }
  | { role: "tool"; callId: string; tool: string; result: Json; isError: boolean };

export type ModelRequest = {
  messages: readonly ModelMessage[];
  tools: readonly ToolDescription[];
  /** Parameters of the call by the AI SDK's names: `temperature`, `maxOutputTokens`, `topP`, `seed`, … */
  params: Readonly<Record<string, Json>>;
};

/** Tokens of one answer; null where the provider does not say. */
export type ModelUsage = {
  inputTokens: number | null;
  outputTokens: number | null;
  reasoningTokens: number | null;
  cachedInputTokens: number | null;
};

export type ModelReply = {
  text: string | null;
  /** What the model thought aloud; kept apart from what it said. */
  reasoning: string | null;
  calls: readonly ModelCall[];
  /** Why it stopped, by the AI SDK's names: `stop`, `tool-calls`, `length`, `content-filter`, `error`, `other`. */
  finish: string;
  /** The model that answered, as the provider names it. */
  model: string;
  usage: ModelUsage;
  /** From the request to the first token, in milliseconds; null where that was not seen. */
  firstTokenMs: number | null;
  opaque?: Json;
  /** What the provider's adapter could not do as asked, such as a parameter that the model does not take. */
  warnings?: readonly string[];
};

/** A model that can be asked. */
export type Model = {
  /** As the agent's name has it: `glm-4.6`, `openai:gpt-5`. */
  readonly name: string;
  readonly provider: string;
  /**
   * One try, streamed; no retries, no time limit of its own.
   * @throws `ModelCallError` for what the provider or the network did; the signal's reason once it fires.
   */
  answer(request: ModelRequest, signal: AbortSignal): Promise<ModelReply>;
};

/**
 * What a try met: `refused`, an answer that says the request is wrong (4xx, a redirect); `failed`, one that says the
 * provider is (5xx, an error within the stream); `unreachable`, no answer; `malformed`, one that cannot be read or
 * broke off.
 */
export type ModelCallFault = "refused" | "failed" | "unreachable" | "malformed";

/** What went wrong with one try, as far as it matters for the next. */
export class ModelCallError extends Error {
  override readonly name = "ModelCallError";
  /** HTTP status of an answer that says what is wrong; null where none does. */
  readonly status: number | null;
  /** Whether another try may succeed: 408, 409, 429, 5xx, a broken connection or stream. */
  readonly isRetryable: boolean;
  /** What the provider asks to wait for, in milliseconds; null where it does not say. */
  readonly retryAfterMs: number | null;
  readonly fault: ModelCallFault;

  constructor(
    message: string,
    options: {
      status: number | null;
      isRetryable: boolean;
      retryAfterMs?: number | null;
      /** By the status where it is left out. */
      fault?: ModelCallFault;
      cause?: unknown;
    },
  ) {
    super(message, { cause: options.cause });
    this.status = options.status;
    this.isRetryable = options.isRetryable;
    this.retryAfterMs = options.retryAfterMs ?? null;
    this.fault = options.fault ?? faultOfStatus(options.status);
  }
}

function faultOfStatus(status: number | null): ModelCallFault {
  if (status === null) return "unreachable";
  return status >= 500 ? "failed" : "refused";
}
