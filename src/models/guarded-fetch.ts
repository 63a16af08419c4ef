// The way of every request to a provider: to the place that its key was configured for and nowhere else. What is no
// good answer is turned into the port's error here, where status, headers and body are still at hand, in the same
// words for all providers.

import { systemLimits } from "../core/system-limits.ts";
import { httpExchange } from "./http-exchange.ts";
import { ModelCallError } from "./model.ts";
import type { ModelPlace } from "./model-place.ts";
import { retryAfterMs } from "./retry-after.ts";

/** How much of an error's body is read, bytes, and how much of its message is kept, characters. */
const errorBytesMax = 64 * 1024;
const messageCharsMax = 500;

/** `fetch` for one model. */
export function guardedFetch({ baseUrl, key }: Pick<ModelPlace, "baseUrl" | "key">): typeof fetch {
  const home = new URL(baseUrl);
  const { modelReplyBytesMax: bytesMax } = systemLimits;
  const exchange = httpExchange({ bytesMax, error: (status) => tooLong(home.host, status) });
  return async (input, init = {}) => {
    const target = new URL(input instanceof Request ? input.url : input);
    if (target.origin !== home.origin) {
      throw refused(null, `a request to ${target.origin} was held back: the key is for ${home.origin}`);
    }
    // Its method, headers and body would be left out.
    if (input instanceof Request) throw new TypeError("a request to a model is given as an address and its options");
    const response = await reached(home.host, exchange(target, init), init.signal ?? null);
    if (response.status >= 300 && response.status < 400) {
      await response.body?.cancel();
      throw redirected(home, response);
    }
    if (!response.ok) throw await failed(home.host, response, key);
    if (response.headers.get("content-type")?.startsWith("text/html") === true) {
      await response.body?.cancel();
      const message = `${home.host} answered with a web page; is ${baseUrl} the URL of the API?`;
      throw new ModelCallError(message, { status: null, isRetryable: false, fault: "malformed" });
    }
    return response;
  };
}

/** The response, or the error of one that never came. */
async function reached(host: string, response: Promise<Response>, signal: AbortSignal | null): Promise<Response> {
  try {
    return await response;
  } catch (error) {
    signal?.throwIfAborted();
    const code = codeOf(error);
    // A certificate that does not fit will not fit in a second either.
    const isRetryable = !/CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO/.test(code);
    throw new ModelCallError(`${whatBroke(host, code)} (${code})`, { status: null, isRetryable, cause: error });
  }
}

function whatBroke(host: string, code: string): string {
  const isBroken = code === "ECONNRESET" || code === "EPIPE";
  return isBroken ? `the connection to ${host} broke before an answer` : `no connection to ${host}`;
}

/** The system's code of a failure to connect; of several addresses that were tried, the first one's. */
function codeOf(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ("code" in at && typeof at.code === "string") return at.code;
    if (at instanceof AggregateError) return codeOf(at.errors[0]);
  }
  return error instanceof Error ? error.message : String(error);
}

function redirected(home: URL, response: Response): ModelCallError {
  const location = response.headers.get("location");
  const target = location === null ? null : URL.parse(location, home);
  const where = target === null ? "" : ` to ${target.origin}`;
  return refused(
    response.status,
    `${home.host} answered ${response.status}, a redirect${where}, which is not followed: the key is for ${home.origin}`,
  );
}

function refused(status: number | null, message: string): ModelCallError {
  return new ModelCallError(message, { status, isRetryable: false, fault: "refused" });
}

async function failed(host: string, response: Response, key: string | null): Promise<ModelCallError> {
  const { status } = response;
  const said = messageIn(await beginOf(response));
  // Some providers quote the key that they refuse.
  const safe = key === null || key === "" ? said : said.replaceAll(key, "[key]");
  return new ModelCallError(`${host} answered ${status}${safe === "" ? "" : `: ${safe}`}`, {
    status,
    isRetryable: status === 408 || status === 409 || status === 429 || status >= 500,
    retryAfterMs: retryAfterMs(response.headers, Date.now()),
  });
}

/** The beginning of a body; what cannot be read of it is left out. */
async function beginOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response.body ?? []) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= errorBytesMax) break;
    }
  } catch {
    // The status says enough.
  }
  return Buffer.concat(chunks).subarray(0, errorBytesMax).toString();
}

/** What an error's body says: `{error: {message}}`, `{error}`, `{message}` or a text; nothing of a web page. */
function messageIn(body: string): string {
  const text = textIn(body).replace(/\s+/g, " ").trim();
  return text.length <= messageCharsMax ? text : `${text.slice(0, messageCharsMax).toWellFormed()}…`;
}

function textIn(body: string): string {
  try {
    const value: unknown = JSON.parse(body);
    const error = memberOf(value, "error");
    for (const found of [memberOf(error, "message"), error, memberOf(value, "message")]) {
      if (typeof found === "string") return found;
    }
    return body;
  } catch {
    return body.trimStart().startsWith("<") ? "" : body;
  }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function tooLong(host: string, status: number): ModelCallError {
  const message = `${host} sent more than ${systemLimits.modelReplyBytesMax / 1024 / 1024} MiB in one answer`;
  return new ModelCallError(message, { status, isRetryable: false, fault: "malformed" });
}
