// The providers that this build knows, as data: where each is reached, and which environment variables it reads.

/** How requests and answers look on a provider's wire; one adapter each. */
export type Wire = "openai-compatible" | "openai" | "openai-responses" | "anthropic" | "google" | "ollama";

export type ProviderEntry = {
  /** For people. */
  title: string;
  wire: Wire;
  /** The variable with the key; null where none is needed. */
  keyVariable: string | null;
  /** The variable that replaces `baseUrl`; null where the configuration says it. */
  urlVariable: string | null;
  baseUrl: string;
  /**
   * Whether what the model thought goes back to it as plain text with the results of its calls. Servers that do not
   * expect it refuse it; thoughts that a provider signed go back in any case.
   */
  returnsReasoning: boolean;
};

/** By the part of a model's name before the colon. */
export const providerCatalogue = {
  // https://docs.z.ai/guides/overview/quick-start, and https://docs.z.ai/guides/capabilities/thinking-mode on what
  // GLM thought: it is to be returned together with the results of its calls.
  zai: {
    title: "Z.ai",
    wire: "openai-compatible",
    keyVariable: "ZAI_API_KEY",
    urlVariable: "ZAI_API_URL",
    baseUrl: "https://api.z.ai/api/paas/v4",
    returnsReasoning: true,
  },
  // The endpoint of the coding plan: https://docs.continue.dev/customize/model-providers/more/zai
  "zai-coding": {
    title: "Z.ai coding plan",
    wire: "openai-compatible",
    keyVariable: "GLM_CODING_API_KEY",
    urlVariable: "GLM_CODING_API_URL",
    baseUrl: "https://api.z.ai/api/coding/paas/v4",
    returnsReasoning: true,
  },
  openai: {
    title: "OpenAI",
    wire: "openai",
    keyVariable: "OPENAI_API_KEY",
    urlVariable: "OPENAI_BASE_URL",
    baseUrl: "https://api.openai.com/v1",
    returnsReasoning: false,
  },
  anthropic: {
    title: "Anthropic",
    wire: "anthropic",
    keyVariable: "ANTHROPIC_API_KEY",
    urlVariable: "ANTHROPIC_BASE_URL",
    baseUrl: "https://api.anthropic.com/v1",
    returnsReasoning: false,
  },
  google: {
    title: "Google",
    wire: "google",
    keyVariable: "GOOGLE_GENERATIVE_AI_API_KEY",
    urlVariable: "GOOGLE_GENERATIVE_AI_BASE_URL",
    baseUrl: "https://generativelanguage.googleapis.com/v1beta",
    returnsReasoning: false,
  },
  ollama: {
    title: "Ollama",
    wire: "ollama",
    keyVariable: null,
    urlVariable: "OLLAMA_BASE_URL",
    baseUrl: "http://127.0.0.1:11434",
    returnsReasoning: false,
  },
} as const satisfies Record<string, ProviderEntry>;

export type KnownProvider = keyof typeof providerCatalogue;

/** Models that have a name of their own. */
export const namedModels = {
  "glm-4.6": { provider: "zai", model: "glm-4.6" },
  "glm-4.6-coding": { provider: "zai-coding", model: "glm-4.6" },
} as const satisfies Record<string, { provider: KnownProvider; model: string }>;
