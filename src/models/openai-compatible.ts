// Servers that speak OpenAI's chat completions, GLM's among them.

import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { guardedFetch } from "./guarded-fetch.ts";
import type { Model } from "./model.ts";
import type { ModelPlace } from "./model-place.ts";
import { sdkModel } from "./sdk-model.ts";

/** Opens a model of such a server. */
export function openOpenAiCompatible(place: ModelPlace): Model {
  const server = createOpenAICompatible({
    name: place.provider,
    baseURL: place.baseUrl,
    includeUsage: true,
    fetch: guardedFetch(place),
    ...(place.key !== null && { apiKey: place.key }),
  });
  const model = server.chatModel(place.model);
  return sdkModel(place, { open: () => model });
}
