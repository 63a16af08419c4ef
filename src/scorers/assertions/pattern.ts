// Regular expressions of files: RE2, so that no text of an agent can make matching slow.

import { RE2JS } from "re2js";
import { z } from "zod";
import { text } from "../../core/document-value.ts";

/** A regular expression in the syntax of RE2: no look-around, no back references. */
export const patternText = text(z.string().min(1).max(1000)).superRefine((source, context) => {
  try {
    RE2JS.compile(source);
  } catch (error) {
    context.addIssue({ code: "custom", message: `is no RE2 regular expression: ${(error as Error).message}` });
  }
});

/** Flags of a pattern: `i` for any case, `m` for ^ and $ at lines, `s` for a dot that takes newlines. */
export const patternFlags = z.string().regex(/^[ims]{0,3}$/, "must be made of i, m and s");

/** A compiled pattern of a file; what came through `patternText` compiles. */
export function compiled(source: string, flags: string): RE2JS {
  let bits = 0;
  if (flags.includes("i")) bits |= RE2JS.CASE_INSENSITIVE;
  if (flags.includes("m")) bits |= RE2JS.MULTILINE;
  if (flags.includes("s")) bits |= RE2JS.DOTALL;
  return RE2JS.compile(source, bits);
}
