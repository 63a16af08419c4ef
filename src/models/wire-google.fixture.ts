// Google's Gemini API as a server speaks it. Each rule names where it is published.

import { z } from "zod";
import { firstIssue, type Refusal, sse, tokensOf, type Wire, type WireAnswer } from "./wire.fixture.ts";

// https://ai.google.dev/api/caching#Content: contents and their parts.
const object = z.record(z.string(), z.unknown());
const attached = { thoughtSignature: z.string().optional(), thought: z.boolean().optional() };
const part = z.union([
  z.strictObject({ text: z.string(), ...attached }),
  z.strictObject({
    functionCall: z.strictObject({ id: z.string().optional(), name: z.string(), args: object.optional() }),
    ...attached,
  }),
  z.strictObject({
    functionResponse: z.strictObject({ id: z.string().optional(), name: z.string(), response: object }),
    ...attached,
  }),
]);
// https://ai.google.dev/api/generate-content: the members of a request; any other is an "Unknown name".
const request = z.strictObject({
  contents: z.array(z.strictObject({ role: z.enum(["user", "model"]), parts: z.array(part).min(1) })).min(1),
  systemInstruction: z.strictObject({ parts: z.array(z.strictObject({ text: z.string() })) }).optional(),
  tools: z
    .array(
      z.strictObject({
        functionDeclarations: z.array(
          z.strictObject({
            name: z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_.:-]{0,127}$/),
            description: z.string(),
            parameters: object.optional(),
            parametersJsonSchema: object.optional(),
          }),
        ),
      }),
    )
    .optional(),
  toolConfig: object.optional(),
  generationConfig: object.optional(),
  safetySettings: z.array(object).optional(),
});
type Request = z.infer<typeof request>;

export const googleWire: Wire = {
  contentType: "text/event-stream",
  keyIn: (headers) => headers["x-goog-api-key"] ?? null,
  refusal(body) {
    const parsed = request.safeParse(body);
    if (parsed.success) return orderRefusal(parsed.data.contents);
    return firstIssue(parsed.error, {
      unknown: (path) => `Invalid JSON payload received. Unknown name "${path}": Cannot find field.`,
      wrong: (path, message) => `Invalid value at '${path}': ${message}`,
    });
  },
  conversation(body, { path }) {
    const { contents, systemInstruction, tools = [] } = body as Request;
    const system = (systemInstruction?.parts ?? []).map(({ text }) => ({ role: "system" as const, text }));
    return {
      model: path.match(/models\/([^:]+):/)?.[1] ?? "",
      turn: contents.filter(({ role }) => role === "model").length,
      messages: [...system, ...contents.flatMap(saidIn)],
      tools: tools.flatMap((tool) => tool.functionDeclarations.map(({ name }) => name)),
    };
  },
  frames: (answer, { model }) => chunksOf(answer, answer.model ?? model),
  errorBody: ({ status, message }) => JSON.stringify({ error: { code: status, message, status: "INVALID_ARGUMENT" } }),
  errorFrame: (message) => sse({ error: { code: 503, message, status: "UNAVAILABLE" } }),
  garbledFrame: 'data: {"candidates":[{"content":\n\n',
};

/** https://ai.google.dev/gemini-api/docs/function-calling: as many responses as calls, in the turn right after them. */
function orderRefusal(contents: Request["contents"]): Refusal | null {
  for (const [index, { parts }] of contents.entries()) {
    const calls = contents[index - 1]?.parts.filter((said) => "functionCall" in said).length ?? 0;
    const responses = parts.filter((said) => "functionResponse" in said).length;
    if (calls !== responses) {
      const rule = "the number of function response parts is equal to the number of function call parts";
      return { status: 400, message: `Please ensure that ${rule} of the function call turn.` };
    }
  }
  return null;
}

function saidIn({ role, parts }: Request["contents"][number]) {
  return parts.map((said) => {
    if ("functionResponse" in said)
      return { role: "tool" as const, text: JSON.stringify(said.functionResponse.response) };
    const text = "text" in said ? said.text : "";
    return { role: role === "model" ? ("assistant" as const) : ("user" as const), text };
  });
}

function chunksOf({ text = "", reasoning = "", calls = [], stop, usage }: WireAnswer, model: string): string[] {
  const count = usage ?? { input: 10, output: 5 };
  const thoughts = count.reasoning ?? 0;
  const chunk = (parts: object[], rest: object = {}) =>
    sse({ candidates: [{ index: 0, content: { role: "model", parts }, ...rest }], modelVersion: model } as never);
  const usageMetadata = {
    promptTokenCount: count.input,
    candidatesTokenCount: count.output - thoughts,
    totalTokenCount: count.input + count.output,
    ...(count.reasoning !== undefined && { thoughtsTokenCount: thoughts }),
    ...(count.cached !== undefined && { cachedContentTokenCount: count.cached }),
  };
  return [
    ...tokensOf(reasoning).map((token) => chunk([{ text: token, thought: true }])),
    ...tokensOf(text).map((token) => chunk([{ text: token }])),
    ...calls.map(({ tool, args = {} }, index) =>
      // https://ai.google.dev/gemini-api/docs/thought-signatures: the first call of a turn carries the signature.
      chunk([{ functionCall: { name: tool, args }, ...(index === 0 && { thoughtSignature: "c2lnbmVk" }) }]),
    ),
    sse({
      candidates: [{ index: 0, content: { role: "model", parts: [{ text: "" }] }, finishReason: stop ?? "STOP" }],
      modelVersion: model,
      ...(usage !== null && { usageMetadata }),
    }),
  ];
}
