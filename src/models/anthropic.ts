// Anthropic, over its messages interface.

import { createAnthropic } from "@ai-sdk/anthropic";
import { guardedFetch } from "./guarded-fetch.ts";
import type { Model } from "./model.ts";
import type { ModelPlace } from "./model-place.ts";
import { sdkModel } from "./sdk-model.ts";

/** Opens a model of Anthropic. */
export function openAnthropic(place: ModelPlace): Model {
  const server = createAnthropic({ baseURL: place.baseUrl, apiKey: place.key ?? "", fetch: guardedFetch(place) });
  const model = server(place.model);
  // Arguments that come whole are checked by Anthropic; those that come as they are written may end in the middle.
  return sdkModel(place, { open: () => model, providerOptions: { anthropic: { toolStreaming: false } } });
}
