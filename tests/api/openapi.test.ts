// The document of the API is valid, whole, and what the docs page shows.

import { readFileSync } from "node:fs";
import { createConfig, lintFromString } from "@redocly/openapi-core";
import { expect, test } from "vitest";
import { apiParts } from "../../scripts/api-docs.ts";
import { withPart } from "../../scripts/docs-tables.ts";
import { routeNames, routes } from "../../src/protocol/http.ts";
import { openapiDocument } from "../../src/server/openapi.ts";

test("the document passes the lint of OpenAPI 3.1", async () => {
  const config = await createConfig({
    extends: ["recommended"],
    rules: {
      // Relative: the document is served where the API is.
      "no-server-example.com": "off",
      "operation-4xx-response": "error",
      "operation-operationId-unique": "error",
    },
  });
  const problems = await lintFromString({ source: JSON.stringify(openapiDocument("1.0.0")), config });
  expect(problems.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer])).toEqual([]);
});

test("every route is in the document, with its answer", () => {
  const { paths } = openapiDocument("1.0.0") as { paths: Record<string, Record<string, { operationId: string }>> };
  for (const name of routeNames) {
    const { method, path } = routes[name];
    expect(paths[path]?.[method]?.operationId).toBe(name);
  }
});

test.each(apiParts())("docs/api.md shows the $name that the code has", (part) => {
  const page = readFileSync(new URL("../../docs/api.md", import.meta.url), "utf8");
  expect(page).toBe(withPart(page, part));
});
