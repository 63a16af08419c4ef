// Writes the published JSON Schemas anew. Run it after a change of a file format.
import { mkdirSync, writeFileSync } from "node:fs";
import { jsonSchemas } from "../src/benchmarks/json-schemas.ts";

const folder = new URL("../schemas/", import.meta.url);
mkdirSync(folder, { recursive: true });
for (const [name, make] of Object.entries(jsonSchemas)) {
  writeFileSync(new URL(`${name}.schema.json`, folder), `${JSON.stringify(make(), null, 2)}\n`);
  console.log(`schemas/${name}.schema.json written`);
}
