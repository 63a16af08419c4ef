// Names of models: `glm-4.6`, or `provider:model` split at the first colon, or `openai-compatible:NAME:MODEL` for a
// server that the configuration names.

import { RunledgerError } from "../core/errors.ts";
import { didYouMean, nearestNames } from "../core/nearest.ts";
import { type KnownProvider, namedModels, providerCatalogue } from "./provider-catalogue.ts";

export type ModelName =
  | { kind: "known"; provider: KnownProvider; model: string }
  /** A server of one's own; `server` is its name in the configuration. */
  | { kind: "configured"; server: string; model: string };

const ownServer = "openai-compatible";

/**
 * What a name means.
 * @throws `model.unknown` with the nearest names where it means nothing.
 */
export function parseModelName(name: string): ModelName {
  if (Object.hasOwn(namedModels, name)) return { kind: "known", ...namedModels[name as keyof typeof namedModels] };
  const colon = name.indexOf(":");
  if (colon === -1) throw unknownModel(name, "is neither a model's name nor of the form provider:model");
  const provider = name.slice(0, colon);
  const model = name.slice(colon + 1);
  if (model === "") throw unknownModel(name, `names no model of ${provider}`);
  if (provider === ownServer) return configured(name, model);
  if (!Object.hasOwn(providerCatalogue, provider)) {
    const providers = [...Object.keys(providerCatalogue), ownServer];
    const detail = `there is no provider ${JSON.stringify(provider)}${didYouMean(provider, providers)}`;
    throw new RunledgerError("model.unknown", `${name}: ${detail}`, {
      data: { nearest: nearestNames(provider, providers) },
    });
  }
  return { kind: "known", provider: provider as KnownProvider, model };
}

/** The name in full, `provider:model`: the same for all names of one model. */
export function fullModelName(name: ModelName): string {
  return name.kind === "known" ? `${name.provider}:${name.model}` : `${ownServer}:${name.server}:${name.model}`;
}

function configured(name: string, rest: string): ModelName {
  const colon = rest.indexOf(":");
  if (colon < 1 || colon === rest.length - 1) {
    throw unknownModel(name, `is not of the form ${ownServer}:NAME:MODEL, NAME being a provider of the configuration`);
  }
  return { kind: "configured", server: rest.slice(0, colon), model: rest.slice(colon + 1) };
}

function unknownModel(name: string, cause: string): RunledgerError {
  const names = [...Object.keys(namedModels), ...Object.keys(providerCatalogue).map((provider) => `${provider}:`)];
  return new RunledgerError("model.unknown", `${JSON.stringify(name)} ${cause}${didYouMean(name, names)}`, {
    data: { nearest: nearestNames(name, names) },
  });
}
