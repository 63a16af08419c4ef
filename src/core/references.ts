// References in a solution's arguments: `{$ref: "calls.mint.result.address"}` stands for a value that an earlier call
// or an earlier step of a flow has left. Plain paths, no arithmetic; what is not there is an error, never a blank.

import type { Json } from "./document-value.ts";
import { RunledgerError } from "./errors.ts";
import { didYouMean } from "./nearest.ts";

/** What paths lead into, by their first word: `calls`, `steps`. */
export type ReferenceScope = { readonly [root: string]: Json };

/** The value with every reference in it replaced by what it leads to. @throws `agent.failed` naming what is missing. */
export function resolveReferences(value: Json, scope: ReferenceScope): Json {
  const path = referenceIn(value);
  if (path !== null) return valueAt(path, scope);
  if (Array.isArray(value)) return value.map((member) => resolveReferences(member, scope));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, resolveReferences(member, scope)]));
}

/** The paths of all references in a value, in order. */
export function referencesIn(value: Json): string[] {
  const path = referenceIn(value);
  if (path !== null) return [path];
  return value === null || typeof value !== "object" ? [] : Object.values(value).flatMap(referencesIn);
}

/** The path if the value is a reference: an object with the one key `$ref`. */
function referenceIn(value: Json): string | null {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return null;
  const { $ref: path, ...others } = value;
  return typeof path === "string" && Object.keys(others).length === 0 ? path : null;
}

function valueAt(path: string, scope: ReferenceScope): Json {
  let words = path.split(".");
  let inside: Json = scope as Json;
  while (words.length > 0) {
    if (inside === null || typeof inside !== "object") throw missing(path, words.join("."), []);
    const members = inside as Record<string, Json>;
    // Names may hold dots themselves (`stake.amount`): the longest that is there is the one that is meant.
    const length = words.findLastIndex((_, index) => Object.hasOwn(members, words.slice(0, index + 1).join("."))) + 1;
    if (length === 0) throw missing(path, words.join("."), Object.keys(members));
    inside = members[words.slice(0, length).join(".")] ?? null;
    words = words.slice(length);
  }
  return inside;
}

function missing(path: string, rest: string, there: readonly string[]): RunledgerError {
  const near = didYouMean(rest.split(".")[0] ?? rest, there);
  return new RunledgerError("agent.failed", `the reference ${path} leads nowhere: there is no ${rest}${near}`);
}
