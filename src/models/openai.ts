// OpenAI, over chat completions: the conversation is ours and nothing of it is kept at OpenAI. Models that answer only
// over its responses interface (`gpt-5-codex`, the `-pro` ones) cannot be had this way.

import { createOpenAI } from "@ai-sdk/openai";
import { guardedFetch } from "./guarded-fetch.ts";
import type { Model } from "./model.ts";
import type { ModelPlace } from "./model-place.ts";
import { sdkModel } from "./sdk-model.ts";

/** Opens a model of OpenAI. */
export function openOpenAi(place: ModelPlace): Model {
  const server = createOpenAI({ baseURL: place.baseUrl, apiKey: place.key ?? "", fetch: guardedFetch(place) });
  const model = server.chat(place.model);
  return sdkModel(place, { open: () => model, providerOptions: { openai: { store: false } } });
}
