// OpenAI's responses interface as a server speaks it that keeps nothing: the whole conversation comes with each request.
// Each rule names where it is published.

import { z } from "zod";
import {
  argsTextOf,
  type Conversation,
  firstIssue,
  type Refusal,
  sse,
  tokensOf,
  type Wire,
  type WireAnswer,
} from "./wire.fixture.ts";

// https://platform.openai.com/docs/api-reference/responses/create#responses-create-input: the items of an input.
const toolName = z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/);
const inputText = z.strictObject({ type: z.literal("input_text"), text: z.string() });
const outputText = z.strictObject({
  type: z.literal("output_text"),
  text: z.string(),
  annotations: z.array(z.json()).optional(),
});
const asked = z.strictObject({
  type: z.literal("message").optional(),
  role: z.enum(["system", "developer", "user"]),
  content: z.union([z.string(), z.array(inputText).min(1)]),
});
const said = z.strictObject({
  type: z.literal("message").optional(),
  id: z.string().startsWith("msg_").optional(),
  role: z.literal("assistant"),
  content: z.union([z.string(), z.array(outputText).min(1)]),
  status: z.string().optional(),
  phase: z.enum(["commentary", "final_answer"]).nullish(),
});
const thought = z.strictObject({
  type: z.literal("reasoning"),
  id: z.string().startsWith("rs_").optional(),
  summary: z.array(z.strictObject({ type: z.literal("summary_text"), text: z.string() })),
  encrypted_content: z.string().nullish(),
  status: z.string().optional(),
});
const call = z.strictObject({
  type: z.literal("function_call"),
  id: z.string().startsWith("fc_").optional(),
  call_id: z.string().min(1),
  name: toolName,
  arguments: z.string(),
  status: z.string().optional(),
});
const result = z.strictObject({
  type: z.literal("function_call_output"),
  call_id: z.string().min(1),
  output: z.union([z.string(), z.array(inputText)]),
});
const reference = z.strictObject({ type: z.literal("item_reference"), id: z.string() });
const item = z.union([asked, said, thought, call, result, reference]);

// https://platform.openai.com/docs/api-reference/responses/create: the members of a request; any other is an "Unknown
// parameter".
const request = z.strictObject({
  model: z.string().min(1),
  input: z.union([z.string(), z.array(item).min(1)]),
  stream: z.literal(true, "this server only streams"),
  stream_options: z.strictObject({ include_obfuscation: z.boolean().optional() }).optional(),
  store: z.literal(false, "this server keeps nothing"),
  include: z.array(z.enum(["reasoning.encrypted_content", "message.output_text.logprobs"])).optional(),
  instructions: z.string().nullish(),
  max_output_tokens: z.number().int().min(16).optional(),
  max_tool_calls: z.number().int().optional(),
  metadata: z.record(z.string(), z.string()).nullish(),
  parallel_tool_calls: z.boolean().optional(),
  prompt_cache_key: z.string().optional(),
  reasoning: z
    .strictObject({
      effort: z.enum(["none", "minimal", "low", "medium", "high", "xhigh"]).nullish(),
      summary: z.enum(["auto", "concise", "detailed"]).nullish(),
    })
    .optional(),
  safety_identifier: z.string().optional(),
  service_tier: z.string().nullish(),
  temperature: z.number().min(0).max(2).optional(),
  top_p: z.number().min(0).max(1).optional(),
  text: z.looseObject({ verbosity: z.enum(["low", "medium", "high"]).optional() }).optional(),
  tool_choice: z.union([z.enum(["none", "auto", "required"]), z.looseObject({ type: z.string() })]).optional(),
  tools: z
    .array(
      z.strictObject({
        type: z.literal("function"),
        name: toolName,
        description: z.string().nullish(),
        parameters: z.looseObject({ type: z.literal("object") }).nullable(),
        // https://platform.openai.com/docs/guides/migrate-to-responses: functions are strict unless they say otherwise,
        // and a strict one has no optional arguments.
        strict: z.literal(false, "this server's tools have optional arguments"),
      }),
    )
    .optional(),
  top_logprobs: z.number().int().optional(),
  truncation: z.enum(["auto", "disabled"]).nullish(),
  user: z.string().optional(),
});
type Item = z.infer<typeof item>;

export const responsesWire: Wire = {
  contentType: "text/event-stream",
  keyIn: ({ authorization }) => authorization?.match(/^Bearer (.+)$/)?.[1] ?? null,
  refusal(body) {
    const parsed = request.safeParse(body);
    if (parsed.success) return orderRefusal(itemsOf(parsed.data.input));
    return firstIssue(parsed.error, {
      unknown: (path) => `Unknown parameter: '${path}'.`,
      wrong: (path, message) => `Invalid value for '${path}': ${message}`,
    });
  },
  conversation(body) {
    const { model, input, tools = [] } = body as z.infer<typeof request>;
    const items = itemsOf(input);
    return {
      model,
      turn: items.filter((one, index) => isModels(one) && !isModels(items[index - 1])).length,
      messages: items.flatMap(messageOf),
      tools: tools.map(({ name }) => name),
    };
  },
  frames: (answer, { model, turn }) => eventsOf(answer, { model: answer.model ?? model, turn }),
  errorBody: ({ message, status }) =>
    JSON.stringify({ error: { message, type: "invalid_request_error", param: null, code: String(status) } }),
  // https://platform.openai.com/docs/api-reference/responses-streaming/error
  errorFrame: (message) => sse({ type: "error", code: "server_error", message, param: null }, "error"),
  garbledFrame: 'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","delta":\n\n',
};

function itemsOf(input: z.infer<typeof request>["input"]): Item[] {
  return typeof input === "string" ? [{ role: "user", content: input }] : input;
}

/** What a model said, thought or called; several in a row are one turn of it. */
function isModels(one: Item | undefined): boolean {
  if (one === undefined) return false;
  if ("role" in one) return one.role === "assistant";
  return one.type === "reasoning" || one.type === "function_call";
}

function messageOf(one: Item): Conversation["messages"][number][] {
  const textOf = (content: string | readonly { text: string }[]) =>
    typeof content === "string" ? content : content.map(({ text }) => text).join("");
  if ("role" in one) {
    return [{ role: one.role === "developer" ? "system" : one.role, text: textOf(one.content) }];
  }
  return one.type === "function_call_output" ? [{ role: "tool", text: textOf(one.output) }] : [];
}

/**
 * What belongs together stands together, and nothing is referred to that was not kept. The words are OpenAI's own:
 * https://github.com/can1357/oh-my-pi/issues/41 (what was not kept), https://github.com/vercel/ai/issues/7099 (thoughts),
 * https://github.com/continuedev/continue/issues/10092 and https://github.com/symgraph/GhidrAssist/issues/78 (calls).
 */
function orderRefusal(items: readonly Item[]): Refusal | null {
  const refuse = (message: string): Refusal => ({ status: 400, message });
  const open = new Set<string>();
  for (const [index, one] of items.entries()) {
    const { type } = one;
    if (type === "item_reference" || (type === "reasoning" && one.encrypted_content == null)) {
      const message = `Item with id '${one.id}' not found. Items are not persisted when \`store\` is set to false.`;
      return { status: 404, message };
    }
    if (type === "reasoning" && !isModels(items[index + 1])) {
      return refuse(`Item '${one.id}' of type 'reasoning' was provided without its required following item.`);
    }
    if (type === "function_call") open.add(one.call_id);
    if (type === "function_call_output" && !open.delete(one.call_id)) {
      return refuse(`No tool call found for function call output with call_id ${one.call_id}.`);
    }
  }
  const [unanswered] = open;
  return unanswered === undefined ? null : refuse(`No tool output found for function call ${unanswered}.`);
}

/** https://platform.openai.com/docs/api-reference/responses-streaming: each item is added, filled and done. */
function eventsOf(
  { text = "", reasoning = "", calls = [], stop, usage }: WireAnswer,
  of: { model: string; turn: number },
) {
  let number = 0;
  const event = (type: string, rest: object) => sse({ type, sequence_number: number++, ...rest } as never, type);
  const response = { id: `resp_${of.turn}`, object: "response", created_at: 1_760_000_000, model: of.model };
  const begun = { response: { ...response, status: "in_progress", output: [] } };
  const frames = [event("response.created", begun), event("response.in_progress", begun)];
  let place = 0;
  if (reasoning !== "") frames.push(...thoughtEvents(reasoning, `rs_${of.turn}`, place++, event));
  if (text !== "") frames.push(...textEvents(text, `msg_${of.turn}`, place++, event));
  for (const [index, one] of calls.entries()) {
    const callId = one.callId ?? `call_${of.turn}_${index}`;
    const made = { type: "function_call", id: `fc_${of.turn}_${index}`, call_id: callId, name: one.tool };
    frames.push(...callEvents({ ...made, arguments: argsTextOf(one) }, place++, event));
  }
  const end = { ...response, output: [], usage: usage === null ? null : usageOf(usage) };
  return stop === undefined
    ? [...frames, event("response.completed", { response: { ...end, status: "completed" } })]
    : [
        ...frames,
        event("response.incomplete", {
          response: { ...end, status: "incomplete", incomplete_details: { reason: stop } },
        }),
      ];
}

type Event = (type: string, rest: object) => string;

function thoughtEvents(text: string, id: string, output_index: number, event: Event): string[] {
  const at = { item_id: id, output_index, summary_index: 0 };
  const empty = { type: "reasoning", id, summary: [], encrypted_content: `sealed:${id}:begun` };
  const part = { type: "summary_text", text };
  return [
    event("response.output_item.added", { output_index, item: empty }),
    event("response.reasoning_summary_part.added", { ...at, part: { ...part, text: "" } }),
    ...tokensOf(text).map((delta) => event("response.reasoning_summary_text.delta", { ...at, delta })),
    event("response.reasoning_summary_text.done", { ...at, text }),
    event("response.reasoning_summary_part.done", { ...at, part }),
    event("response.output_item.done", {
      output_index,
      item: { ...empty, summary: [part], encrypted_content: `sealed:${id}` },
    }),
  ];
}

function textEvents(text: string, id: string, output_index: number, event: Event): string[] {
  const at = { item_id: id, output_index, content_index: 0 };
  const message = { type: "message", id, role: "assistant" };
  const part = { type: "output_text", text, annotations: [] };
  return [
    event("response.output_item.added", { output_index, item: { ...message, status: "in_progress", content: [] } }),
    event("response.content_part.added", { ...at, part: { ...part, text: "" } }),
    ...tokensOf(text).map((delta) => event("response.output_text.delta", { ...at, delta, logprobs: [] })),
    event("response.output_text.done", { ...at, text, logprobs: [] }),
    event("response.content_part.done", { ...at, part }),
    event("response.output_item.done", { output_index, item: { ...message, status: "completed", content: [part] } }),
  ];
}

function callEvents(made: { id: string; arguments: string }, output_index: number, event: Event): string[] {
  const at = { item_id: made.id, output_index };
  const middle = Math.ceil(made.arguments.length / 2);
  const halves = [made.arguments.slice(0, middle), made.arguments.slice(middle)];
  return [
    event("response.output_item.added", { output_index, item: { ...made, arguments: "", status: "in_progress" } }),
    ...halves.map((delta) => event("response.function_call_arguments.delta", { ...at, delta })),
    event("response.function_call_arguments.done", { ...at, arguments: made.arguments }),
    event("response.output_item.done", { output_index, item: { ...made, status: "completed" } }),
  ];
}

function usageOf({ input, output, reasoning, cached }: NonNullable<WireAnswer["usage"]> = { input: 10, output: 5 }) {
  return {
    input_tokens: input,
    output_tokens: output,
    total_tokens: input + output,
    ...(cached !== undefined && { input_tokens_details: { cached_tokens: cached } }),
    ...(reasoning !== undefined && { output_tokens_details: { reasoning_tokens: reasoning } }),
  };
}
