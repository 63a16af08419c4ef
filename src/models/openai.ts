// OpenAI, over chat completions or its responses interface: the conversation is ours, comes whole with each request, and
// nothing of it is kept at OpenAI.

import { createOpenAI } from "@ai-sdk/openai";
import { guardedFetch } from "./guarded-fetch.ts";
import type { Model } from "./model.ts";
import type { ModelPlace } from "./model-place.ts";
import type { OpenAiApi } from "./openai-api.ts";
import { sdkModel } from "./sdk-model.ts";

/** Opens a model of OpenAI, or of a server that speaks as OpenAI's does. */
export function openOpenAi(place: ModelPlace, api: OpenAiApi): Model {
  const server = createOpenAI({ baseURL: place.baseUrl, apiKey: place.key ?? "", fetch: guardedFetch(place) });
  const model = api === "chat" ? server.chat(place.model) : server.responses(place.model);
  return sdkModel(place, { open: () => model, providerOptions: { openai: { store: false } } });
}
