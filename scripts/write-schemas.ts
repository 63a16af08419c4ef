// Writes the published JSON Schemas and the types of the client anew. Run it after a change of a file format or a route.
import { mkdirSync, writeFileSync } from "node:fs";
import { jsonSchemas } from "../src/benchmarks/json-schemas.ts";
import { clientDeclarations } from "./client-declarations.ts";

const folder = new URL("../schemas/", import.meta.url);
mkdirSync(folder, { recursive: true });
for (const [name, make] of Object.entries(jsonSchemas)) {
  writeFileSync(new URL(`${name}.schema.json`, folder), `${JSON.stringify(make(), null, 2)}\n`);
  console.log(`schemas/${name}.schema.json written`);
}

writeFileSync(new URL("../types/client.d.ts", import.meta.url), clientDeclarations());
console.log("types/client.d.ts written");
