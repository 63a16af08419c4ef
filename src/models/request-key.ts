// What makes two requests to a model the same request.

import { createHash } from "node:crypto";
import { canonicalJson, type Json } from "../core/document-value.ts";
import type { ModelRequest } from "./model.ts";

/**
 * `sha256:` and the digest of all that a model is asked, and of which model it is: that of the request's canonical JSON.
 * Messages and tools are never changed once they were asked, so the text of each is made once, however long the
 * conversation that repeats it becomes.
 */
export function requestDigest({ messages, tools, params }: ModelRequest, model: string): string {
  const text = [
    `{"messages":[${messages.map(textOf).join(",")}]`,
    `"model":${canonicalJson(model)}`,
    `"params":${canonicalJson(params as Json)}`,
    `"tools":${textOf(tools)}}`,
  ].join(",");
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

const texts = new WeakMap<object, string>();

function textOf(value: object): string {
  const known = texts.get(value) ?? canonicalJson(value as Json);
  texts.set(value, known);
  return known;
}
