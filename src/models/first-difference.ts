// Where two requests to a model begin to differ, for a person who looks for the reason.

import { canonicalJson } from "../core/document-value.ts";
import type { ModelMessage, ModelRequest } from "./model.ts";

export type AskedRequest = { model: string; request: ModelRequest };

/** A member that differs; the values are JSON text cut short, `nothing` where a side has none. */
export type Difference = { path: string; recorded: string; asked: string };

const shownCharsMax = 80;

/** The first member that differs, in the order of reading: model, messages, tools, parameters; null if none does. */
export function firstDifference(recorded: AskedRequest, asked: AskedRequest): Difference | null {
  return (
    differenceAt("model", recorded.model, asked.model) ??
    differenceAt("messages", recorded.request.messages, asked.request.messages) ??
    differenceAt("tools", recorded.request.tools, asked.request.tools) ??
    differenceAt("params", recorded.request.params, asked.request.params)
  );
}

/** How many messages two conversations have in common from their begin. */
export function commonMessages(a: readonly ModelMessage[], b: readonly ModelMessage[]): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    if (canonicalJson(a[index]) !== canonicalJson(b[index])) return index;
  }
  return length;
}

function differenceAt(path: string, recorded: unknown, asked: unknown): Difference | null {
  if (canonicalJson(recorded) === canonicalJson(asked)) return null;
  if (Array.isArray(recorded) && Array.isArray(asked)) {
    const length = Math.max(recorded.length, asked.length);
    return firstOf(length, (index) => differenceAt(`${path}[${index}]`, recorded[index], asked[index]));
  }
  if (isObject(recorded) && isObject(asked)) {
    const names = [...new Set([...Object.keys(recorded), ...Object.keys(asked)])];
    return firstOf(names.length, (index) => {
      const name = names[index] as string;
      return differenceAt(`${path}.${name}`, recorded[name], asked[name]);
    });
  }
  return { path, ...shown(recorded, asked) };
}

function firstOf(count: number, look: (index: number) => Difference | null): Difference | null {
  for (let index = 0; index < count; index += 1) {
    const found = look(index);
    if (found !== null) return found;
  }
  return null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Both values cut short around the place where their texts part. */
function shown(recorded: unknown, asked: unknown): { recorded: string; asked: string } {
  const [left, right] = [textOf(recorded), textOf(asked)];
  let same = 0;
  while (same < left.length && left[same] === right[same]) same += 1;
  const from = same <= shownCharsMax / 2 ? 0 : same - shownCharsMax / 4;
  return { recorded: cut(left, from), asked: cut(right, from) };
}

function textOf(value: unknown): string {
  return value === undefined ? "nothing" : canonicalJson(value);
}

function cut(text: string, from: number): string {
  const end = from + shownCharsMax;
  return `${from > 0 ? "…" : ""}${text.slice(from, end).toWellFormed()}${end < text.length ? "…" : ""}`;
}
