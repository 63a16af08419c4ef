// A stream of the AI SDK's provider interface as one reply of the port.

import type { Json } from "../core/document-value.ts";
import type { ModelCall, ModelReply, ModelUsage } from "./model.ts";
import { ModelCallError } from "./model.ts";
import { opaqueOf, type SaidPart } from "./opaque-parts.ts";
import type { SdkModel } from "./sdk-prompt.ts";

type SdkStream = Awaited<ReturnType<SdkModel["doStream"]>>["stream"];
type SdkPart = SdkStream extends ReadableStream<infer Part> ? Part : never;
type Finish = Extract<SdkPart, { type: "finish" }>;
type Warning = Extract<SdkPart, { type: "stream-start" }>["warnings"][number];
type Meta = SaidPart["meta"];

/** What has come of a stream so far. */
type Said = {
  parts: (SaidPart & { id?: string })[];
  calls: ModelCall[];
  finish: Finish | null;
  model: string | null;
  warnings: string[];
  firstTokenMs: number | null;
};

export type ReplyRules = {
  provider: string;
  /** The model that was asked, for wires that do not say which one answers. */
  model: string;
  /** Milliseconds since the request began. */
  elapsedMs: () => number;
  /** The model that a chunk as it came says it is of, where the package does not say it. */
  modelIn?: (chunk: unknown) => string | null;
};

/**
 * Reads a stream to its end.
 * @throws what the stream carries as an error, and `ModelCallError` where it ends before its finish.
 */
export async function readReply(stream: SdkStream, rules: ReplyRules): Promise<ModelReply> {
  const said: Said = { parts: [], calls: [], finish: null, model: null, warnings: [], firstTokenMs: null };
  for await (const part of stream as unknown as AsyncIterable<SdkPart>) takePart(said, part, rules);
  const { finish } = said;
  if (finish === null || finish.finishReason.unified === "interrupted") {
    throw new ModelCallError("the answer broke off before its end", {
      status: null,
      isRetryable: true,
      fault: "malformed",
    });
  }
  return replyOf(said, finish, rules);
}

function takePart(said: Said, part: SdkPart, { elapsedMs, modelIn }: ReplyRules): void {
  switch (part.type) {
    case "stream-start":
      said.warnings.push(...part.warnings.map(warningText));
      return;
    case "response-metadata":
      said.model = part.modelId ?? said.model;
      return;
    case "text-start":
    case "reasoning-start":
      said.parts.push({ type: part.type === "text-start" ? "text" : "reasoning", id: part.id, text: "" });
      attach(said, part);
      return;
    case "text-delta":
    case "reasoning-delta":
      addText(said, part);
      attach(said, part);
      if (part.delta !== "") said.firstTokenMs ??= elapsedMs();
      return;
    case "text-end":
    case "reasoning-end":
      attach(said, part);
      return;
    case "tool-input-start":
      said.firstTokenMs ??= elapsedMs();
      return;
    case "tool-call":
      said.firstTokenMs ??= elapsedMs();
      takeCall(said, part);
      return;
    case "raw":
      said.model = modelIn?.(part.rawValue) ?? said.model;
      return;
    case "finish":
      said.finish = part;
      return;
    case "error":
      throw part.error;
    default:
    // Files, sources and the like, which no request of ours asks for.
  }
}

function takeCall(said: Said, part: Extract<SdkPart, { type: "tool-call" }>): void {
  said.calls.push({
    callId: part.toolCallId,
    tool: part.toolName,
    args: objectIn(part.input),
    argsText: part.input,
  });
  const meta = metaOf(part.providerMetadata);
  said.parts.push({ type: "call", callId: part.toolCallId, ...(meta && { meta }) });
}

function addText(said: Said, part: { id: string; delta: string }): void {
  const open = openPart(said, part.id);
  if (open !== undefined) open.text += part.delta;
}

/** What the provider attaches to a block may come with its begin, a delta or its end. */
function attach(said: Said, part: { id: string; providerMetadata?: unknown }): void {
  const open = openPart(said, part.id);
  const meta = metaOf(part.providerMetadata);
  if (open === undefined || meta === undefined) return;
  const names = [...new Set([...Object.keys(open.meta ?? {}), ...Object.keys(meta)])];
  open.meta = Object.fromEntries(names.map((name) => [name, { ...open.meta?.[name], ...meta[name] }]));
}

/** The last block of an id: some providers use ids again. */
function openPart(said: Said, id: string): Extract<Said["parts"][number], { text: string }> | undefined {
  const part = said.parts.findLast((candidate) => candidate.id === id);
  return part !== undefined && "text" in part ? part : undefined;
}

/** Metadata that says anything; null members count as nothing. */
function metaOf(metadata: unknown): Meta {
  const plain = metadata === undefined ? {} : (JSON.parse(JSON.stringify(metadata)) as Record<string, object | null>);
  const entries = Object.entries(plain).flatMap(([name, members]) => {
    const told = Object.entries(members ?? {}).filter(([, value]) => value !== null);
    return told.length === 0 ? [] : [[name, Object.fromEntries(told)] as const];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function objectIn(text: string): Record<string, Json> | null {
  // Some providers send nothing at all for a tool without arguments.
  if (text.trim() === "") return {};
  try {
    const value = JSON.parse(text) as Json;
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

function replyOf(said: Said, finish: Finish, { provider, model }: ReplyRules): ModelReply {
  const parts = said.parts.map(({ id: _, ...part }) => part);
  const opaque = opaqueOf(provider, parts);
  const ofWire = finish.providerMetadata?.[provider]?.model;
  return {
    text: textOf(parts, "text"),
    reasoning: textOf(parts, "reasoning"),
    calls: said.calls,
    finish: finish.finishReason.unified,
    model: said.model ?? (typeof ofWire === "string" ? ofWire : model),
    usage: usageOf(finish.usage),
    firstTokenMs: said.firstTokenMs,
    ...(opaque !== undefined && { opaque }),
    ...(said.warnings.length > 0 && { warnings: said.warnings }),
  };
}

function textOf(parts: readonly SaidPart[], type: "text" | "reasoning"): string | null {
  const text = parts.flatMap((part) => (part.type === type ? [part.text] : [])).join(type === "text" ? "" : "\n\n");
  return text === "" ? null : text;
}

/** The SDK makes a 0 of what a provider left out; only what its own usage names is a count. */
function usageOf({ inputTokens, outputTokens, raw }: Finish["usage"]): ModelUsage {
  const text = JSON.stringify(raw ?? {});
  const told = (count: number | undefined, names: RegExp) =>
    count === undefined || (count === 0 && !names.test(text)) ? null : count;
  return {
    inputTokens: inputTokens.total ?? null,
    outputTokens: outputTokens.total ?? null,
    reasoningTokens: told(outputTokens.reasoning, /"(reasoning_tokens|thinking_tokens|thoughtsTokenCount)"/),
    cachedInputTokens: told(inputTokens.cacheRead, /"(cached_tokens|cache_read_input_tokens|cachedContentTokenCount)"/),
  };
}

function warningText(warning: Warning): string {
  if (warning.type === "other") return warning.message;
  if (warning.type === "deprecated") return `${warning.setting}: ${warning.message}`;
  return `${warning.feature}: ${warning.details ?? "not supported by this model"}`;
}
