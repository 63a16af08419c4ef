// What may stand behind the "?" of pages that have no file of their own for it.

import { oneOf, textOf } from "./search-fields.ts";

type Search = Record<string, unknown>;

export type ExperimentsSearch = { id?: string };
/** `of` without a value: runs. */
export type CompareSearch = { a?: string; b?: string; of?: "experiments" };
export type NewRunSearch = { benchmark?: string; agent?: string };

/** Without a digest all agents of the name. */
export type AgentSearch = { digest?: string };

export function agentSearch(search: Search): AgentSearch {
  return textOf(search, "digest");
}

export function experimentsSearch(search: Search): ExperimentsSearch {
  return { ...textOf(search, "id") };
}

export function compareSearch(search: Search): CompareSearch {
  return { ...textOf(search, "a"), ...textOf(search, "b"), ...oneOf(search, "of", ["experiments"]) };
}

export function newRunSearch(search: Search): NewRunSearch {
  return { ...textOf(search, "benchmark"), ...textOf(search, "agent") };
}
