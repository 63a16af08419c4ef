// A project's own kinds of assertions where only their description is known: enough to read benchmarks, not to judge.

import { z } from "zod";
import { jsonOf } from "../core/document-value.ts";
import { RunledgerError } from "../core/errors.ts";
import type { AssertionKind } from "../scorers/assertion.ts";
import type { ConfigData } from "./config-data.ts";

/** The kinds by name; their fields are checked by the JSON Schema of what the configuration declares. */
export function describedKinds({ scorers, path }: ConfigData): Record<string, AssertionKind> {
  const kinds = scorers.map(({ type, list, environments, schema }) => {
    // In a document whole numbers are big; JSON Schema knows one kind of number.
    const fields = z
      .preprocess(jsonOf, z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]))
      .transform((given) => ({ weight: 1, invariant: false, ...(given as object) }));
    const kind: AssertionKind = {
      ...{ list, environments, schema: fields as unknown as z.ZodObject },
      subjects: () => [],
      claim: () => type,
      judge() {
        throw new RunledgerError("internal.bug", `${type} of ${path} is judged by a runner, which has its code`);
      },
    };
    return [type, kind] as const;
  });
  return Object.fromEntries(kinds);
}
