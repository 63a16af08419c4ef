// A project's own environments where only their description is known: enough to read benchmarks, not to open a world.

import { z } from "zod";
import { jsonOf } from "../core/document-value.ts";
import type { EnvironmentFormat } from "../environments/environment-format.ts";
import type { ConfigData } from "./config-data.ts";

/** Their file formats by name; what files say is checked by the JSON Schemas of what the configuration declares. */
export function describedFormats({
  environments,
}: Pick<ConfigData, "environments">): Record<string, EnvironmentFormat> {
  return Object.fromEntries(
    environments.map(({ name, state, options, toolNames }) => {
      const format: EnvironmentFormat = {
        stateEntry: schemaOf(state),
        options: schemaOf(options),
        notYet: () => [],
        faults: () => [],
        names: () => [],
        isAddress: () => false,
        toolNames,
      };
      return [name, format] as const;
    }),
  );
}

/** In a document whole numbers are big; JSON Schema knows one kind of number. */
function schemaOf(schema: ConfigData["environments"][number]["state"]): z.ZodType {
  return z.preprocess(jsonOf, z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]));
}
