// Ollama, over its own chat interface: one JSON object a line.

import { createOllama } from "ai-sdk-ollama";
import { guardedFetch } from "./guarded-fetch.ts";
import { type Model, ModelCallError } from "./model.ts";
import type { ModelPlace } from "./model-place.ts";
import { sdkModel } from "./sdk-model.ts";

/** A line holds one token, or the call of a tool with all its arguments; characters. */
const lineCharsMax = 4 * 1024 * 1024;

/** Opens a model of an Ollama server. */
export function openOllama(place: ModelPlace): Model {
  const reach = guardedFetch(place);
  // Its client takes no signal for a request, so that each call gets a client whose requests carry the call's own.
  const open = (signal: AbortSignal) => {
    const fetchWhole: typeof fetch = async (input, init) => wholeLines(await reach(input, { ...init, signal }));
    return createOllama({ baseURL: place.baseUrl, fetch: fetchWhole })(place.model);
  };
  return sdkModel(place, { open });
}

/** The response, with an error where a line is no JSON: the client would drop such a line and go on without it. */
function wholeLines(response: Response): Response {
  if (response.body === null) return response;
  const decoder = new TextDecoder();
  let rest = "";
  const check = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      if (rest.length > lineCharsMax) controller.error(broken("has more than 4 MiB in one line", false));
      else if (lines.every(isJson)) controller.enqueue(chunk);
      else controller.error(broken("has a line that is no JSON", true));
    },
    flush(controller) {
      if (!isJson(rest)) controller.error(broken("has a line that is no JSON", true));
    },
  });
  return new Response(response.body.pipeThrough(check), response);
}

function isJson(line: string): boolean {
  if (line.trim() === "") return true;
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

function broken(what: string, isRetryable: boolean): ModelCallError {
  return new ModelCallError(`the answer ${what}`, { status: null, isRetryable, fault: "malformed" });
}
