// The keys by which runs are limited over all workers: `agent:NAME`, `provider:NAME` and `label:KEY=VALUE`.

import { RunledgerError } from "./errors.ts";
import { type Lane, type Laned, lanePartsOf } from "./lane.ts";
import { nearestNames } from "./nearest.ts";
import type { LimitUse } from "./queue-view.ts";

const kinds = ["agent", "provider", "label"] as const;
const form = "agent:NAME, provider:NAME or label:KEY=VALUE";

/** The keys of all limits that would hold for a run, sorted: the order in which their slots are taken. */
export function limitKeysOf(run: Laned): string[] {
  return limitKeysOfLane(lanePartsOf(run));
}

/** The same for the runs of a lane. */
export function limitKeysOfLane({ agent, provider, labels }: Lane): string[] {
  const keys = labels.map(([key, value]) => `label:${key}=${value}`);
  if (agent !== null) keys.push(`agent:${agent}`);
  if (provider !== null) keys.push(`provider:${provider}`);
  return keys.sort();
}

/** How full a limit is, in words. */
export function limitWords({ key, max, used }: LimitUse): string {
  return `limit ${key}: ${used} of ${max} in use`;
}

/** The key of a limit as somebody typed it. @throws RunledgerError `usage.bad-value` with the nearest kinds */
export function parseLimitKey(text: string): string {
  const end = text.indexOf(":");
  const kind = end === -1 ? text : text.slice(0, end);
  const of = end === -1 ? "" : text.slice(end + 1);
  if (!(kinds as readonly string[]).includes(kind)) {
    const nearest = nearestNames(kind, kinds);
    const hint = nearest.length === 0 ? "" : `; did you mean ${nearest.map((name) => `${name}:`).join(", ")}?`;
    throw badKey(`${JSON.stringify(text)} is no key of a limit: it takes ${form}${hint}`, nearest);
  }
  if (of === "") throw badKey(`${JSON.stringify(text)} names no ${kind}: a key is ${form}`);
  // The first sign divides, as in --label; a key is never empty.
  if (kind === "label" && of.indexOf("=") < 1) {
    throw badKey(`${JSON.stringify(text)} names no label: label:KEY=VALUE, as in label:team=a`);
  }
  if (kind === "provider" && of.includes(":")) {
    const provider = of.slice(0, of.indexOf(":"));
    throw badKey(
      `${JSON.stringify(text)} names a model: a provider is the part before the colon, provider:${provider}`,
    );
  }
  return text;
}

function badKey(detail: string, nearest: string[] = []): RunledgerError {
  return new RunledgerError("usage.bad-value", detail, { data: { nearest } });
}
