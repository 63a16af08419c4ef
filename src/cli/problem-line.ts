// An error as people see it.

import type { Problem } from "../core/errors.ts";

const lineWidth = 140;

/** Code, what happened, what to do: in one line if it fits, `ledger.not-found: no .runledger/ here; run something first`. */
export function problemLine({ code, detail, fix }: Problem): string {
  const head = `${code}: ${detail}`;
  const joined = `${head}; ${fix.charAt(0).toLowerCase()}${fix.slice(1).replace(/\.$/, "")}`;
  return /[?.]$|\n/.test(detail) || joined.length > lineWidth ? `${head}\n  ${fix}` : joined;
}
