// Anthropic's messages interface as a server speaks it. Each rule names where it is published.

import { z } from "zod";
import type { Json } from "../core/document-value.ts";
import { argsTextOf, firstIssue, type Refusal, sse, tokensOf, type Wire, type WireAnswer } from "./wire.fixture.ts";

// https://platform.claude.com/docs/en/api/messages: the members of a request and of its content blocks.
const cacheControl = z.looseObject({ type: z.literal("ephemeral") }).nullish();
const textBlock = z.strictObject({
  type: z.literal("text"),
  text: z.string().min(1, "text content blocks must be non-empty"),
  cache_control: cacheControl,
});
const toolUse = z.strictObject({
  type: z.literal("tool_use"),
  id: z.string().regex(/^[a-zA-Z0-9_-]+$/),
  name: z.string().min(1).max(200),
  input: z.record(z.string(), z.unknown()),
  cache_control: cacheControl,
});
const toolResult = z.strictObject({
  type: z.literal("tool_result"),
  tool_use_id: z.string().regex(/^[a-zA-Z0-9_-]+$/),
  content: z.union([z.string(), z.array(textBlock)]).optional(),
  is_error: z.boolean().optional(),
  cache_control: cacheControl,
});
// https://platform.claude.com/docs/en/build-with-claude/extended-thinking: a thought goes back with its signature.
const thinking = z.strictObject({ type: z.literal("thinking"), thinking: z.string(), signature: z.string().min(1) });
const request = z.strictObject({
  model: z.string().min(1),
  max_tokens: z.number("max_tokens: Field required").int().min(1),
  messages: z
    .array(
      z.discriminatedUnion("role", [
        z.strictObject({
          role: z.literal("user"),
          content: z.union([z.string().min(1), z.array(z.discriminatedUnion("type", [textBlock, toolResult])).min(1)]),
        }),
        z.strictObject({
          role: z.literal("assistant"),
          content: z.union([z.string(), z.array(z.discriminatedUnion("type", [textBlock, toolUse, thinking])).min(1)]),
        }),
      ]),
    )
    .min(1),
  system: z.union([z.string(), z.array(textBlock)]).optional(),
  stream: z.literal(true, "this server only streams"),
  temperature: z.number().min(0).max(1).optional(),
  top_p: z.number().min(0).max(1).optional(),
  top_k: z.number().int().min(0).optional(),
  stop_sequences: z.array(z.string()).optional(),
  tools: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[a-zA-Z0-9_-]{1,128}$/),
        description: z.string().optional(),
        input_schema: z.looseObject({ type: z.literal("object") }),
        type: z.literal("custom").nullish(),
        strict: z.boolean().optional(),
        cache_control: cacheControl,
      }),
    )
    .optional(),
  tool_choice: z.looseObject({ type: z.enum(["auto", "any", "tool", "none"]) }).optional(),
  metadata: z.strictObject({ user_id: z.string().nullish() }).optional(),
  thinking: z.looseObject({ type: z.enum(["enabled", "disabled", "adaptive"]) }).optional(),
  service_tier: z.enum(["auto", "standard_only"]).optional(),
});
type Message = z.infer<typeof request>["messages"][number];

export const anthropicWire: Wire = {
  contentType: "text/event-stream",
  keyIn: (headers) => headers["x-api-key"] ?? null,
  refusal(body, { headers }) {
    // https://platform.claude.com/docs/en/api/versioning: the header is required.
    if (headers["anthropic-version"] === undefined) {
      return { status: 400, message: "anthropic-version: header is required" };
    }
    const parsed = request.safeParse(body);
    if (parsed.success) return orderRefusal(parsed.data.messages);
    return firstIssue(parsed.error, {
      unknown: (path) => `${path}: Extra inputs are not permitted`,
      wrong: (path, message) => (message.startsWith(path) ? message : `${path}: ${message}`),
    });
  },
  conversation(body) {
    const { model, messages, system, tools = [] } = body as z.infer<typeof request>;
    const systemText = typeof system === "string" ? system : (system ?? []).map(({ text }) => text).join("");
    return {
      model,
      turn: messages.filter(({ role }) => role === "assistant").length,
      messages: [
        ...(systemText === "" ? [] : [{ role: "system" as const, text: systemText }]),
        ...messages.flatMap(saidIn),
      ],
      tools: tools.map(({ name }) => name),
    };
  },
  frames: (answer, { model }) => eventsOf(answer, answer.model ?? model),
  errorBody: ({ status, message }) => JSON.stringify({ type: "error", error: { type: errorType(status), message } }),
  errorFrame: (message) => sse({ type: "error", error: { type: "overloaded_error", message } }, "error"),
  garbledFrame: 'event: content_block_delta\ndata: {"type":"content_block_delta","index":\n\n',
};

/** https://platform.claude.com/docs/en/api/errors */
function errorType(status: number): string {
  const types: Record<number, string> = {
    401: "authentication_error",
    404: "not_found_error",
    429: "rate_limit_error",
    500: "api_error",
    529: "overloaded_error",
  };
  return types[status] ?? "invalid_request_error";
}

/**
 * https://platform.claude.com/docs/en/agents-and-tools/tool-use/handle-tool-calls: results follow at once upon their
 * calls, in one message, each under the id of its call, and before any text in it.
 */
function orderRefusal(messages: readonly Message[]): Refusal | null {
  if (messages[0]?.role !== "user") return { status: 400, message: 'messages: first message must use the "user" role' };
  for (const [index, message] of messages.entries()) {
    const calls = idsIn(messages[index - 1], "tool_use");
    const results = idsIn(message, "tool_result");
    const stray = results.find((id) => !calls.includes(id));
    if (stray !== undefined) {
      const rule = "unexpected `tool_use_id` found in `tool_result` blocks";
      return { status: 400, message: `messages.${index}: ${rule}: ${stray}` };
    }
    const missing = calls.find((id) => !results.includes(id));
    if (missing !== undefined) return unanswered(index - 1, missing);
    const kinds = Array.isArray(message.content) ? message.content.map(({ type }) => type) : [];
    if (kinds.lastIndexOf("tool_result") > kinds.indexOf("text") && kinds.includes("text") && results.length > 0) {
      return { status: 400, message: `messages.${index}: tool_result blocks must come first in the content array` };
    }
  }
  const [open] = idsIn(messages.at(-1), "tool_use");
  return open === undefined ? null : unanswered(messages.length - 1, open);
}

function unanswered(index: number, id: string): Refusal {
  const rule = "`tool_use` ids were found without `tool_result` blocks immediately after";
  return { status: 400, message: `messages.${index}: ${rule}: ${id}` };
}

function idsIn(message: Message | undefined, type: "tool_use" | "tool_result"): string[] {
  const ids: string[] = [];
  for (const block of message === undefined || typeof message.content === "string" ? [] : message.content) {
    if (block.type === "tool_use" && type === "tool_use") ids.push(block.id);
    if (block.type === "tool_result" && type === "tool_result") ids.push(block.tool_use_id);
  }
  return ids;
}

function saidIn({ role, content }: Message): { role: "user" | "assistant" | "tool"; text: string }[] {
  if (typeof content === "string") return [{ role, text: content }];
  const said: ReturnType<typeof saidIn> = [];
  for (const block of content) {
    if (block.type === "text") said.push({ role, text: block.text });
    if (block.type !== "tool_result") continue;
    const parts = typeof block.content === "string" ? [{ text: block.content }] : (block.content ?? []);
    said.push({ role: "tool", text: parts.map(({ text }) => text).join("") });
  }
  return said;
}

/** https://platform.claude.com/docs/en/build-with-claude/streaming: the events and their order. */
function eventsOf({ text = "", reasoning = "", calls = [], stop, usage }: WireAnswer, model: string): string[] {
  const count = usage ?? { input: 10, output: 5 };
  const event = (data: { type: string } & Record<string, Json>) => sse(data, data.type);
  const blocks: { start: Json; deltas: Json[] }[] = [];
  if (reasoning !== "") {
    const deltas = tokensOf(reasoning).map((token) => ({ type: "thinking_delta", thinking: token }));
    const signature = { type: "signature_delta", signature: `signed:${reasoning.length}` };
    blocks.push({ start: { type: "thinking", thinking: "", signature: "" }, deltas: [...deltas, signature] });
  }
  if (text !== "") {
    const deltas = tokensOf(text).map((token) => ({ type: "text_delta", text: token }));
    blocks.push({ start: { type: "text", text: "" }, deltas });
  }
  for (const [index, call] of calls.entries()) {
    const id = call.callId ?? `toolu_${index}`;
    const delta = { type: "input_json_delta", partial_json: argsTextOf(call) };
    blocks.push({ start: { type: "tool_use", id, name: call.tool, input: {} }, deltas: [delta] });
  }
  const message = {
    id: "msg_1",
    type: "message",
    role: "assistant",
    content: [],
    model,
    stop_reason: null,
    stop_sequence: null,
  };
  const cached = count.cached ?? 0;
  const inputUsage = { input_tokens: count.input - cached, output_tokens: 1, cache_read_input_tokens: cached };
  const reason = stop ?? (calls.length > 0 ? "tool_use" : "end_turn");
  return [
    event({ type: "message_start", message: { ...message, usage: inputUsage } }),
    event({ type: "ping" }),
    ...blocks.flatMap(({ start, deltas }, index) => [
      event({ type: "content_block_start", index, content_block: start }),
      ...deltas.map((delta) => event({ type: "content_block_delta", index, delta })),
      event({ type: "content_block_stop", index }),
    ]),
    event({
      type: "message_delta",
      delta: { stop_reason: reason, stop_sequence: null },
      usage: { output_tokens: count.output },
    }),
    event({ type: "message_stop" }),
  ];
}
