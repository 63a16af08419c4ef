// Google, over the Gemini API.

import { createGoogle } from "@ai-sdk/google";
import { guardedFetch } from "./guarded-fetch.ts";
import type { Model } from "./model.ts";
import type { ModelPlace } from "./model-place.ts";
import { sdkModel } from "./sdk-model.ts";

/** Opens a model of Google. */
export function openGoogle(place: ModelPlace): Model {
  const server = createGoogle({ baseURL: place.baseUrl, apiKey: place.key ?? "", fetch: guardedFetch(place) });
  const model = server(place.model);
  return sdkModel(place, { open: () => model, modelIn });
}

/** The package passes over which model answered; each chunk says it. */
function modelIn(chunk: unknown): string | null {
  const { modelVersion } = (chunk ?? {}) as { modelVersion?: unknown };
  return typeof modelVersion === "string" ? modelVersion : null;
}
