// Loads the product with a bug planted in it: the suite has to find it, or its silence would mean nothing.

import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { pathToFileURL } from "node:url";
import type { Edit } from "../plants.ts";

/** Changes each source that the edits name as it is loaded. */
export function plantBug(edits: readonly Edit[]): void {
  const byUrl = Map.groupBy(edits, ({ path }) => pathToFileURL(path).href);
  registerHooks({
    load(url, context, nextLoad) {
      const own = byUrl.get(url);
      if (own === undefined) return nextLoad(url, context);
      let source = readFileSync(new URL(url), "utf8");
      for (const { from, to } of own) source = source.replace(from, () => to);
      return { format: "module-typescript", source, shortCircuit: true };
    },
  });
}
