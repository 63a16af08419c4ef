// The published JSON Schemas are those of the code.

import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { jsonSchemas } from "../src/benchmarks/json-schemas.ts";

const folder = new URL("../schemas/", import.meta.url);

for (const [name, make] of Object.entries(jsonSchemas)) {
  test(`schemas/${name}.schema.json is what the code checks by (else: node scripts/write-schemas.ts)`, () => {
    const published: unknown = JSON.parse(readFileSync(new URL(`${name}.schema.json`, folder), "utf8"));
    expect(published).toEqual(make());
  });
}

test("every published schema is of a format that there is", () => {
  expect(readdirSync(folder).sort()).toEqual(
    Object.keys(jsonSchemas)
      .map((name) => `${name}.schema.json`)
      .sort(),
  );
});
