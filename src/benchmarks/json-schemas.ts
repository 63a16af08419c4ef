// The published JSON Schemas of the file formats, for editors: made from the schemas by which files are checked.

import { z } from "zod";
import type { Json } from "../core/document-value.ts";
import { environmentFormats } from "../environments/formats.ts";
import { assertionKinds } from "../scorers/assertion-kinds.ts";
import { groundTruthSchema } from "../scorers/ground-truth.ts";
import { experimentSchema } from "./experiment-format.ts";
import { benchmarkSchema, caseSchema } from "./schema.ts";

type JsonSchema = { [key: string]: Json };
type Properties = Record<string, JsonSchema>;

/** The formats that have a schema, by the name that `runledger schema` takes. */
export const jsonSchemas: Readonly<Record<string, () => JsonSchema>> = {
  benchmark: benchmarkJsonSchema,
  experiment: () => ({ ...dialect("experiment", "An experiment of Runledger."), ...inputSchema(experimentSchema) }),
};

function benchmarkJsonSchema(): JsonSchema {
  const base = inputSchema(benchmarkSchema);
  const properties = base.properties as Properties;
  const step = ((properties.flow as JsonSchema).items as JsonSchema).properties as Properties;
  const groundTruth: JsonSchema = { $ref: "#/$defs/ground_truth" };
  step.ground_truth = groundTruth;
  const caseProperties = inputSchema(caseSchema);
  (caseProperties.properties as Properties).ground_truth = groundTruth;
  return {
    ...dialect("benchmark", "A benchmark of Runledger."),
    ...base,
    required: ["description", "ground_truth"],
    anyOf: [{ required: ["prompt"] }, { required: ["flow"] }, { required: ["cases"] }],
    properties: {
      ...properties,
      environment: { ...(properties.environment as JsonSchema), enum: Object.keys(environmentFormats) },
      ground_truth: groundTruth,
      cases: { ...(properties.cases as JsonSchema), items: caseProperties },
    },
    allOf: Object.entries(environmentFormats).map(([name, format]) => ({
      if: { required: ["environment"], properties: { environment: { const: name } } },
      // biome-ignore lint/suspicious/noThenProperty: it is the keyword of JSON Schema
      then: {
        properties: {
          initial_state: { items: inputSchema(format.stateEntry) },
          environment_options: inputSchema(format.options),
        },
      },
    })),
    $defs: { ground_truth: groundTruthJsonSchema() },
  };
}

function groundTruthJsonSchema(): JsonSchema {
  const base = inputSchema(groundTruthSchema);
  const assertions = (list: string): JsonSchema => ({
    type: "array",
    items: {
      anyOf: Object.values(assertionKinds)
        .filter((kind) => kind.list === list)
        .map((kind) => inputSchema(kind.schema)),
    },
  });
  const properties = {
    ...(base.properties as Properties),
    final_state_assertions: assertions("final_state_assertions"),
    answer_assertions: assertions("answer_assertions"),
  };
  return { ...base, properties };
}

/** What a file may hold in the place of the schema: cases fill in `{{name}}`, and amounts may be written as numbers. */
function inputSchema(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...made } = z.toJSONSchema(schema, {
    io: "input",
    unrepresentable: "any",
    override: ({ jsonSchema }) => {
      const { type, pattern } = jsonSchema;
      if (type === "string" && pattern?.startsWith("^(0|"))
        replace(jsonSchema, [{ type, pattern }, { type: "integer" }]);
      else if (type === "number" || type === "integer" || type === "boolean") replace(jsonSchema, [{ ...jsonSchema }]);
    },
  });
  return made as JsonSchema;
}

const variable = { type: "string", pattern: "\\{\\{.*\\}\\}" } as const;

function replace(jsonSchema: z.core.JSONSchema.BaseSchema, choices: z.core.JSONSchema.BaseSchema[]): void {
  const { default: usual, description } = jsonSchema;
  for (const key of Object.keys(jsonSchema)) delete jsonSchema[key];
  if (description !== undefined) jsonSchema.description = description;
  if (usual !== undefined) jsonSchema.default = usual;
  jsonSchema.anyOf = [...choices, variable];
}

function dialect(name: string, title: string): JsonSchema {
  return { $schema: "https://json-schema.org/draft/2020-12/schema", $id: `runledger:${name}.schema.json`, title };
}
