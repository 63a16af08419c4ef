// Models by name: which provider a name means, whether its key is there, and the model itself. Only opening one loads
// its provider's package, so that asking what is ready costs nothing.

import { RunledgerError, unreachable } from "../core/errors.ts";
import { didYouMean, nearestNames } from "../core/nearest.ts";
import type { Model } from "./model.ts";
import { parseModelName } from "./model-name.ts";
import type { ModelPlace } from "./model-place.ts";
import { type OpenAiApi, openAiApiOf } from "./openai-api.ts";
import type { PriceTable } from "./prices.ts";
import { type ProviderEntry, providerCatalogue } from "./provider-catalogue.ts";

/** A server of one's own that speaks as OpenAI's do, as the configuration names it. */
export type ProviderConfig = {
  /** The middle of `openai-compatible:NAME:MODEL`. */
  name: string;
  baseUrl: string;
  /** The environment variable with its key; null where it takes none. */
  keyVariable: string | null;
  /** The models that it has; any where this is left out. */
  models?: readonly string[];
  /** By which of OpenAI's two interfaces it is asked: `chat` (completions) where this is left out. */
  api?: OpenAiApi;
  /** Whether its models get back what they thought, as `reasoning_content`; false where this is left out. */
  returnsReasoning?: boolean;
};

/** What a project says about models: `providers` and `prices` of its configuration. */
export type ModelsConfig = { providers?: readonly ProviderConfig[]; prices?: PriceTable };

/** An environment, as `process.env` is one. */
export type Environment = Readonly<Record<string, string | undefined>>;

export type ModelReadiness = {
  isReady: boolean;
  /** The variables that are not set. */
  missing: string[];
};

/** Whether a model could be asked from this environment. @throws `model.unknown` for a name that means none. */
export function modelReadiness(name: string, env: Environment, config: ModelsConfig): ModelReadiness {
  const { keyVariable } = entryOf(name, config).entry;
  const missing = keyVariable === null || isSet(env[keyVariable]) ? [] : [keyVariable];
  return { isReady: missing.length === 0, missing };
}

/** How a provider of the configuration is asked otherwise than any other is: as much a part of an agent as its prompt. */
export type Manner = { api?: "responses"; returnsReasoning?: true };

/**
 * The manner in which a model is asked; empty for a provider that this build knows, whose manner is the build's.
 * @throws `model.unknown` for a name that means none.
 */
export function mannerOf(name: string, config: ModelsConfig): Manner {
  if (parseModelName(name).kind === "known") return {};
  const { wire, returnsReasoning } = entryOf(name, config).entry;
  return {
    ...(wire === "openai-responses" && { api: "responses" as const }),
    ...(returnsReasoning && { returnsReasoning: true as const }),
  };
}

/**
 * The variables that a runner needs to ask this model, and the only ones of models that it may see: the key's and the
 * base URL's. @throws `model.unknown` for a name that means none.
 */
export function keysFor(name: string, config: ModelsConfig): string[] {
  const { keyVariable, urlVariable } = entryOf(name, config).entry;
  return [keyVariable, urlVariable].filter((variable) => variable !== null);
}

/**
 * Opens a model; nothing is sent yet.
 * @throws `provider.missing-key` and `provider.bad-key` with the variable's name; `provider.bad-url`; `model.unknown`.
 */
export async function openModel(name: string, env: Environment, config: ModelsConfig): Promise<Model> {
  const { provider, model, entry } = entryOf(name, config);
  const key = keyOf(name, entry, env);
  const place = {
    name,
    provider,
    model,
    baseUrl: baseUrlOf(entry, env),
    key,
    returnsReasoning: entry.returnsReasoning,
  };
  return openPlace(entry.wire, place);
}

function keyOf(name: string, { keyVariable, title }: ProviderEntry, env: Environment): string | null {
  if (keyVariable === null) return null;
  const data = { variable: keyVariable, model: name };
  const value = env[keyVariable];
  if (!isSet(value)) {
    throw new RunledgerError("provider.missing-key", `${name} needs ${keyVariable}, the key of ${title}`, { data });
  }
  const key = value.trim();
  // Found here, since the error of a header that cannot be sent quotes the header.
  if (!/^[\x21-\x7e]+$/.test(key)) {
    const detail = `${keyVariable}, the key of ${title}, holds a space or another character that no key has`;
    throw new RunledgerError("provider.bad-key", detail, { data });
  }
  return key;
}

async function openPlace(wire: ProviderEntry["wire"], place: ModelPlace): Promise<Model> {
  switch (wire) {
    case "openai-compatible":
      return (await import("./openai-compatible.ts")).openOpenAiCompatible(place);
    case "openai":
      return (await import("./openai.ts")).openOpenAi(place, openAiApiOf(place.model));
    case "openai-responses":
      return (await import("./openai.ts")).openOpenAi(place, "responses");
    case "anthropic":
      return (await import("./anthropic.ts")).openAnthropic(place);
    case "google":
      return (await import("./google.ts")).openGoogle(place);
    case "ollama":
      return (await import("./ollama.ts")).openOllama(place);
    default:
      return unreachable(wire);
  }
}

function entryOf(name: string, config: ModelsConfig): { provider: string; model: string; entry: ProviderEntry } {
  const parsed = parseModelName(name);
  if (parsed.kind === "known") {
    return { provider: parsed.provider, model: parsed.model, entry: providerCatalogue[parsed.provider] };
  }
  const servers = config.providers ?? [];
  const server = servers.find((candidate) => candidate.name === parsed.server);
  const names = servers.map((candidate) => candidate.name);
  if (server === undefined) throw notConfigured(name, `the configuration names no provider`, parsed.server, names);
  if (server.models !== undefined && !server.models.includes(parsed.model)) {
    throw notConfigured(name, `${server.name} has no model`, parsed.model, server.models);
  }
  return { provider: server.name, model: parsed.model, entry: entryOfServer(server) };
}

function entryOfServer({ name, baseUrl, keyVariable, api, returnsReasoning = false }: ProviderConfig): ProviderEntry {
  const wire = api === "responses" ? "openai-responses" : "openai-compatible";
  return { title: name, wire, keyVariable, urlVariable: null, baseUrl, returnsReasoning };
}

function notConfigured(name: string, cause: string, given: string, known: readonly string[]): RunledgerError {
  const detail = `${name}: ${cause} ${JSON.stringify(given)}${didYouMean(given, known)}`;
  return new RunledgerError("model.unknown", detail, { data: { nearest: nearestNames(given, known) } });
}

function baseUrlOf({ title, urlVariable, baseUrl }: ProviderEntry, env: Environment): string {
  const given = urlVariable === null ? undefined : env[urlVariable];
  const text = isSet(given) ? given : baseUrl;
  const url = URL.parse(text);
  const source = isSet(given) ? urlVariable : `the base URL of ${title}`;
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) {
    throw new RunledgerError("provider.bad-url", `${source} is no http or https URL: ${JSON.stringify(text)}`);
  }
  if (url.username !== "" || url.password !== "") {
    throw new RunledgerError(
      "provider.bad-url",
      `${source} holds a user or password; the key has a variable of its own`,
    );
  }
  return text.replace(/\/+$/, "");
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value.trim() !== "";
}
