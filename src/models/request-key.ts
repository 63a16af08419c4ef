// What makes two requests to a model the same request.

import { createHash } from "node:crypto";
import { canonicalJson } from "../core/document-value.ts";
import type { ModelRequest } from "./model.ts";

/** `sha256:` and the digest of all that a model is asked, and of which model it is. */
export function requestDigest({ messages, tools, params }: ModelRequest, model: string): string {
  const text = canonicalJson({ model, messages, tools, params });
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}
