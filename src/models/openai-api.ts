// OpenAI's two interfaces, and which of its models are asked by which.

/** `chat` (completions) or `responses`. */
export type OpenAiApi = "chat" | "responses";

/**
 * Models that OpenAI offers over its responses interface alone: those for code, the `pro` ones, those for research and
 * for computers. https://platform.openai.com/docs/models says of each which it has; where a model has both, either will do.
 */
const responsesOnly = /(^|-)(codex|pro|deep-research|computer-use)(-|$)/;

/** The interface by which a model of OpenAI is asked. @param model As OpenAI knows it. */
export function openAiApiOf(model: string): OpenAiApi {
  return responsesOnly.test(model) ? "responses" : "chat";
}
