// Ollama's chat interface as a server speaks it: one JSON object a line. Each rule names where it is published.

import { z } from "zod";
import { firstIssue, type Refusal, tokensOf, type Wire, type WireAnswer } from "./wire.fixture.ts";

// https://github.com/ollama/ollama/blob/main/docs/api.md#generate-a-chat-completion. Its server is written in Go, whose
// decoder passes over members that it does not know and refuses those of a wrong type:
// https://github.com/ollama/ollama/blob/main/api/types.go (ChatRequest, Message, ToolCall).
const request = z.looseObject({
  model: z.string().min(1, "model is required"),
  messages: z.array(
    z.looseObject({
      role: z.enum(["system", "user", "assistant", "tool"]),
      content: z.string().optional(),
      thinking: z.string().optional(),
      tool_name: z.string().optional(),
      tool_call_id: z.string().optional(),
      tool_calls: z
        .array(
          z.looseObject({
            function: z.looseObject({ name: z.string(), arguments: z.record(z.string(), z.unknown()) }),
          }),
        )
        .optional(),
    }),
  ),
  tools: z
    .array(
      z.looseObject({
        type: z.literal("function"),
        function: z.looseObject({ name: z.string(), parameters: z.looseObject({ type: z.string() }) }),
      }),
    )
    .optional(),
  stream: z.literal(true, "this server only streams").optional(),
  options: z.record(z.string(), z.unknown()).optional(),
  think: z.union([z.boolean(), z.enum(["high", "medium", "low"])]).optional(),
});

export const ollamaWire: Wire = {
  contentType: "application/x-ndjson",
  keyIn: () => null,
  refusal(body) {
    const parsed = request.safeParse(body);
    if (parsed.success) return strayResult(parsed.data.messages);
    return firstIssue(parsed.error, {
      unknown: (path) => path,
      wrong: (path, message) => `json: cannot unmarshal ${path}: ${message}`,
    });
  },
  conversation(body) {
    const { model, messages, tools = [] } = body as z.infer<typeof request>;
    return {
      model,
      turn: messages.filter(({ role }) => role === "assistant").length,
      messages: messages.map(({ role, content = "" }) => ({ role, text: content })),
      tools: tools.map((tool) => tool.function.name),
    };
  },
  frames: (answer, { model }) => linesOf(answer, answer.model ?? model),
  errorBody: ({ message }) => JSON.stringify({ error: message }),
  errorFrame: (message) => line({ error: message }),
  garbledFrame: '{"model":"m","message":{"role":"assistant","content":\n',
};

/**
 * https://docs.ollama.com/capabilities/tool-calling: a result names its tool and follows upon the turn that called it.
 * The server itself leaves this to the model's template, which has no place for a result without a call.
 */
function strayResult(messages: z.infer<typeof request>["messages"]): Refusal | null {
  for (const [index, { role, tool_name: tool }] of messages.entries()) {
    if (role !== "tool") continue;
    const turn = messages.slice(0, index).findLast((message) => message.role !== "tool");
    const names = (turn?.tool_calls ?? []).map((call) => call.function.name);
    if (tool === undefined || !names.includes(tool)) {
      return {
        status: 400,
        message: `messages.${index}: a result of ${tool ?? "an unnamed tool"}, which was not called`,
      };
    }
  }
  return null;
}

function linesOf({ text = "", reasoning = "", calls = [], stop, usage }: WireAnswer, model: string): string[] {
  const said = (message: object) =>
    line({
      model,
      created_at: "2026-01-01T00:00:00Z",
      message: { role: "assistant", content: "", ...message },
      done: false,
    });
  const count = usage === null ? {} : { prompt_eval_count: usage?.input ?? 10, eval_count: usage?.output ?? 5 };
  return [
    ...tokensOf(reasoning).map((token) => said({ thinking: token })),
    ...tokensOf(text).map((token) => said({ content: token })),
    ...calls.map(({ tool, args = {} }) => said({ tool_calls: [{ function: { name: tool, arguments: args } }] })),
    line({
      model,
      created_at: "2026-01-01T00:00:00Z",
      message: { role: "assistant", content: "" },
      done: true,
      done_reason: stop ?? "stop",
      total_duration: 5_000_000,
      ...count,
    }),
  ];
}

function line(value: object): string {
  return `${JSON.stringify(value)}\n`;
}
