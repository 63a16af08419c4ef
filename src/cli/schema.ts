// `runledger schema`: the JSON Schema of a file format, for editors and other tools.

import { RunledgerError } from "../core/errors.ts";
import { didYouMean, nearestNames } from "../core/nearest.ts";
import type { Command, Context } from "./command.ts";
import { exitCodes } from "./exit-code.ts";

/** Formats that are planned, with the capability they come with. */
const laterFormats: Record<string, string> = { scenario: "simulations" };

export const schemaCommand: Command = {
  name: "schema",
  group: "Keep",
  summary: "the JSON Schema of benchmark or experiment files",
  usage: "schema benchmark|experiment",
  options: {},
  operands: { min: 1, max: 1 },
  run: runSchema,
};

async function runSchema({ operands, output }: Context): Promise<number> {
  const { jsonSchemas } = await import("../benchmarks/json-schemas.ts");
  const name = operands[0] ?? "";
  const names = Object.keys(jsonSchemas);
  const make = Object.hasOwn(jsonSchemas, name) ? jsonSchemas[name] : undefined;
  if (Object.hasOwn(laterFormats, name)) {
    const detail = `schema ${name} is not in this build yet; it comes with ${laterFormats[name]}`;
    throw new RunledgerError("usage.not-yet", detail, { data: { name } });
  }
  if (make === undefined) {
    const detail = `there is no format ${JSON.stringify(name)}; there are ${names.join(", ")}${didYouMean(name, names)}`;
    throw new RunledgerError("usage.bad-value", detail, { data: { name, nearest: nearestNames(name, names) } });
  }
  if (output.isJson) output.json(make());
  else output.result(JSON.stringify(make(), null, 2));
  return exitCodes.ok;
}
