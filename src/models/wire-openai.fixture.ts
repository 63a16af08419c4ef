// OpenAI's chat completions as a server speaks them, GLM's dialect included. Each rule names where it is published.

import { z } from "zod";
import { argsTextOf, firstIssue, type Refusal, sse, tokensOf, type Wire, type WireAnswer } from "./wire.fixture.ts";

// https://platform.openai.com/docs/api-reference/chat/create#chat-create-messages: the members of a message by role.
const textContent = z.union([
  z.string(),
  z.array(z.strictObject({ type: z.literal("text"), text: z.string() })).min(1),
]);
const toolCall = z.strictObject({
  id: z.string().min(1),
  type: z.literal("function"),
  function: z.strictObject({ name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/), arguments: z.string() }),
});
const name = z.string().optional();
const assistant = {
  role: z.literal("assistant"),
  content: textContent.nullish(),
  tool_calls: z.array(toolCall).min(1).optional(),
  refusal: z.string().nullish(),
  name,
};
const messageOf = (assistantMessage: z.ZodObject) =>
  z.discriminatedUnion("role", [
    z.strictObject({ role: z.literal("system"), content: textContent, name }),
    z.strictObject({ role: z.literal("developer"), content: textContent, name }),
    z.strictObject({ role: z.literal("user"), content: textContent, name }),
    z.strictObject({ role: z.literal("tool"), content: textContent, tool_call_id: z.string().min(1) }),
    assistantMessage as typeof plainAssistant,
  ]);
const plainAssistant = z.strictObject(assistant);
// https://docs.z.ai/guides/capabilities/thinking-mode: what GLM thought comes back as `reasoning_content`. OpenAI has
// no such member.
const thinkingAssistant = z.strictObject({ ...assistant, reasoning_content: z.string().optional() });

// https://platform.openai.com/docs/api-reference/chat/create: the members of a request; any other is an "Unrecognized
// request argument".
const shared = {
  model: z.string().min(1),
  stream: z.literal(true, "this server only streams"),
  stream_options: z
    .strictObject({ include_usage: z.boolean().optional(), include_obfuscation: z.boolean().optional() })
    .optional(),
  temperature: z.number().min(0).max(2).optional(),
  top_p: z.number().min(0).max(1).optional(),
  max_tokens: z.number().int().min(1).optional(),
  stop: z.union([z.string(), z.array(z.string()).max(4)]).optional(),
  tools: z
    .array(
      z.strictObject({
        type: z.literal("function"),
        function: z.strictObject({
          name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
          description: z.string().optional(),
          parameters: z.looseObject({ type: z.literal("object") }).optional(),
          strict: z.boolean().nullish(),
        }),
      }),
    )
    .min(1)
    .max(128)
    .optional(),
  tool_choice: z.union([z.enum(["none", "auto", "required"]), z.looseObject({ type: z.string() })]).optional(),
  response_format: z.looseObject({ type: z.enum(["text", "json_object", "json_schema"]) }).optional(),
};
const openAiRequest = z.strictObject({
  ...shared,
  messages: z.array(messageOf(plainAssistant)).min(1),
  max_completion_tokens: z.number().int().min(1).optional(),
  frequency_penalty: z.number().min(-2).max(2).optional(),
  presence_penalty: z.number().min(-2).max(2).optional(),
  seed: z.number().int().optional(),
  parallel_tool_calls: z.boolean().optional(),
  reasoning_effort: z.enum(["none", "minimal", "low", "medium", "high", "xhigh"]).optional(),
  verbosity: z.enum(["low", "medium", "high"]).optional(),
  store: z.boolean().nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  user: z.string().optional(),
  service_tier: z.string().nullish(),
  prompt_cache_key: z.string().optional(),
  safety_identifier: z.string().optional(),
});
// https://docs.z.ai/api-reference/llm/chat-completion
const glmRequest = z.strictObject({
  ...shared,
  messages: z.array(messageOf(thinkingAssistant as unknown as typeof plainAssistant)).min(1),
  temperature: z.number().min(0).max(1).optional(),
  thinking: z.looseObject({ type: z.enum(["enabled", "disabled"]) }).optional(),
  do_sample: z.boolean().optional(),
  tool_stream: z.boolean().optional(),
  request_id: z.string().optional(),
  user_id: z.string().optional(),
});
type Request = z.infer<typeof openAiRequest>;

export const openAiWire: Wire = {
  contentType: "text/event-stream",
  keyIn: ({ authorization }) => authorization?.match(/^Bearer (.+)$/)?.[1] ?? null,
  refusal(body, { provider }) {
    const parsed = (provider.startsWith("zai") ? glmRequest : openAiRequest).safeParse(body);
    if (parsed.success) return endpointRefusal(parsed.data.model) ?? orderRefusal(parsed.data.messages);
    return firstIssue(parsed.error, {
      unknown: (path) => `Unrecognized request argument supplied: ${path}`,
      wrong: (path, message) => `Invalid value for '${path}': ${message}`,
    });
  },
  conversation(body) {
    const { model, messages, tools = [] } = body as Request;
    return {
      model,
      turn: messages.filter(({ role }) => role === "assistant").length,
      messages: messages.map(({ role, content }) => ({
        role: role === "developer" ? "system" : role,
        text: Array.isArray(content) ? content.map(({ text }) => text).join("") : (content ?? ""),
      })),
      tools: tools.map((tool) => tool.function.name),
    };
  },
  frames: (answer, { model }) => chunksOf(answer, answer.model ?? model),
  errorBody: ({ message, status }) =>
    JSON.stringify({ error: { message, type: "invalid_request_error", param: null, code: String(status) } }),
  errorFrame: (message) => sse({ error: { message, type: "server_error", param: null, code: null } }),
  garbledFrame: 'data: {"id":"chatcmpl-1","choices":[{"delta":\n\n',
};

/** The words are OpenAI's own: https://github.com/alvinunreal/tmuxai/issues/82. */
function endpointRefusal(model: string): Refusal | null {
  if (!/codex|-pro$/.test(model)) return null;
  return {
    status: 404,
    message: "This model is only supported in v1/responses and not in v1/chat/completions.",
  };
}

/**
 * A result answers a call of the turn before it, and each call is answered before anything else is said. The words are
 * OpenAI's own: https://github.com/openai/openai-go/issues/43 and
 * https://github.com/microsoft/promptflow/pull/3130.
 */
function orderRefusal(messages: Request["messages"]): Refusal | null {
  let open: string[] = [];
  let isAnswering = false;
  for (const [index, message] of messages.entries()) {
    if (message.role === "tool") {
      if (!isAnswering || !open.includes(message.tool_call_id)) {
        const rule = "messages with role 'tool' must be a response to a preceeding message with 'tool_calls'";
        return { status: 400, message: `Invalid parameter: ${rule} (messages.[${index}].role)` };
      }
      open = open.filter((id) => id !== message.tool_call_id);
      continue;
    }
    if (open.length > 0) return unanswered(open);
    isAnswering = message.role === "assistant" && message.tool_calls !== undefined;
    open = message.role === "assistant" ? (message.tool_calls ?? []).map(({ id }) => id) : [];
    // "Required unless tool_calls is specified": the member `content` of an assistant's message.
    if (message.role === "assistant" && message.tool_calls === undefined && message.content == null) {
      return { status: 400, message: `Invalid value for 'messages.[${index}].content': expected a string, got null` };
    }
  }
  return open.length > 0 ? unanswered(open) : null;
}

function unanswered(ids: readonly string[]): Refusal {
  const rule =
    "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'";
  return {
    status: 400,
    message: `${rule}. The following tool_call_ids did not have response messages: ${ids.join(", ")}`,
  };
}

/** https://platform.openai.com/docs/api-reference/chat-streaming: usage comes last, in a chunk without choices. */
function chunksOf({ text = "", reasoning = "", calls = [], stop, usage }: WireAnswer, model: string): string[] {
  const chunk = (rest: { choices: object[]; usage?: object }) =>
    sse({ id: "chatcmpl-1", object: "chat.completion.chunk", created: 1_760_000_000, model, ...rest } as never);
  const delta = (members: object) => chunk({ choices: [{ index: 0, delta: members, finish_reason: null }] });
  const finish = stop ?? (calls.length > 0 ? "tool_calls" : "stop");
  return [
    delta({ role: "assistant", content: "" }),
    ...tokensOf(reasoning).map((token) => delta({ reasoning_content: token })),
    ...tokensOf(text).map((token) => delta({ content: token })),
    ...calls.flatMap((call, index) => {
      const id = call.callId ?? `call_${index}`;
      const [begin, end] = halves(argsTextOf(call));
      return [
        delta({ tool_calls: [{ index, id, type: "function", function: { name: call.tool, arguments: begin } }] }),
        delta({ tool_calls: [{ index, function: { arguments: end } }] }),
      ];
    }),
    chunk({ choices: [{ index: 0, delta: {}, finish_reason: finish }] }),
    ...(usage === null ? [] : [chunk({ choices: [], usage: usageOf(usage) })]),
    "data: [DONE]\n\n",
  ];
}

function halves(text: string): [string, string] {
  const middle = Math.ceil(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)];
}

function usageOf({ input, output, reasoning, cached }: NonNullable<WireAnswer["usage"]> = { input: 10, output: 5 }) {
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    ...(cached !== undefined && { prompt_tokens_details: { cached_tokens: cached } }),
    ...(reasoning !== undefined && { completion_tokens_details: { reasoning_tokens: reasoning } }),
  };
}
