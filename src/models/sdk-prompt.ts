// A request in the words of the AI SDK's provider interface.

import type { JSONValue, LanguageModel } from "ai";
import { unreachable } from "../core/errors.ts";
import type { ModelMessage, ModelRequest } from "./model.ts";
import { parseModelParams } from "./model-params.ts";
import { parseOpaque, type SaidPart } from "./opaque-parts.ts";

/** A model as a provider's package gives it: version 4 of the AI SDK's interface. */
export type SdkModel = Extract<LanguageModel, { specificationVersion: "v4" }>;
export type SdkOptions = Parameters<SdkModel["doStream"]>[0];
type SdkMessage = SdkOptions["prompt"][number];
type SdkSaid = Extract<SdkMessage, { role: "assistant" }>["content"][number];
type AssistantMessage = Extract<ModelMessage, { role: "assistant" }>;
type ToolMessage = Extract<ModelMessage, { role: "tool" }>;
export type SdkMetadata = NonNullable<SdkSaid["providerOptions"]>;

export type PromptRules = {
  provider: string;
  returnsReasoning: boolean;
  /** Set for every call, below what the request's parameters say. */
  providerOptions?: NonNullable<SdkOptions["providerOptions"]>;
};

/** @throws `model.bad-parameter`. */
export function sdkOptions(request: ModelRequest, signal: AbortSignal, rules: PromptRules): SdkOptions {
  const { providerOptions, ...params } = parseModelParams(request.params);
  const options: SdkOptions = {
    prompt: promptOf(request.messages, rules),
    abortSignal: signal,
    providerOptions: mergedOptions(rules.providerOptions ?? {}, (providerOptions ?? {}) as SdkMetadata),
    ...Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined)),
  };
  if (request.tools.length === 0) return options;
  const tools = request.tools.map(({ name, description, parameters }) => ({
    type: "function" as const,
    name,
    description,
    inputSchema: parameters as Record<string, never>,
  }));
  return { ...options, tools, toolChoice: { type: "auto" } };
}

function mergedOptions(fixed: SdkMetadata, given: SdkMetadata): SdkMetadata {
  const names = [...new Set([...Object.keys(fixed), ...Object.keys(given)])];
  return Object.fromEntries(names.map((name) => [name, { ...fixed[name], ...given[name] }]));
}

function promptOf(messages: readonly ModelMessage[], rules: PromptRules): SdkMessage[] {
  const prompt: SdkMessage[] = [];
  for (const message of messages) addMessage(prompt, message, rules);
  return prompt;
}

function addMessage(prompt: SdkMessage[], message: ModelMessage, rules: PromptRules): void {
  switch (message.role) {
    case "system":
      prompt.push({ role: "system", content: message.text });
      return;
    case "user":
      prompt.push({ role: "user", content: [{ type: "text", text: message.text }] });
      return;
    case "assistant": {
      const content = saidContent(message, rules);
      // A model may say nothing at all; no provider takes a message without content.
      if (content.length > 0) prompt.push({ role: "assistant", content });
      return;
    }
    case "tool":
      addResult(prompt, message);
      return;
    default:
      unreachable(message);
  }
}

/** Results of one turn's calls stand in one message, as every provider's conversion expects. */
function addResult(prompt: SdkMessage[], { callId, tool, result, isError }: ToolMessage): void {
  const output = isError
    ? ({ type: "error-json", value: result as JSONValue } as const)
    : typeof result === "string"
      ? ({ type: "text", value: result } as const)
      : ({ type: "json", value: result as JSONValue } as const);
  const part = { type: "tool-result" as const, toolCallId: callId, toolName: tool, output };
  const last = prompt.at(-1);
  if (last?.role === "tool") last.content.push(part);
  else prompt.push({ role: "tool", content: [part] });
}

function saidContent(message: AssistantMessage, { provider, returnsReasoning }: PromptRules): SdkSaid[] {
  const parts = parseOpaque(message.opaque, provider) ?? plainParts(message, returnsReasoning);
  return parts.flatMap((part): SdkSaid[] => {
    const options = part.meta === undefined ? {} : { providerOptions: part.meta as SdkMetadata };
    if (part.type !== "call") return [{ type: part.type, text: part.text, ...options }];
    const call = message.calls.find(({ callId }) => callId === part.callId);
    if (call === undefined) return [];
    // What could not be read as an object goes back as none: providers take nothing else. The result of the call
    // shows the model what it had written.
    const input = call.args ?? {};
    return [{ type: "tool-call", toolCallId: call.callId, toolName: call.tool, input, ...options }];
  });
}

function plainParts({ text, reasoning, calls }: AssistantMessage, returnsReasoning: boolean): SaidPart[] {
  const parts: SaidPart[] = [];
  if (returnsReasoning && reasoning !== null && reasoning !== "") parts.push({ type: "reasoning", text: reasoning });
  if (text !== null && text !== "") parts.push({ type: "text", text });
  return [...parts, ...calls.map(({ callId }) => ({ type: "call" as const, callId }))];
}
