// docs/models.md says of providers and prices what the code does.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { knownPrices } from "../src/models/prices.ts";
import { providerCatalogue } from "../src/models/provider-catalogue.ts";

const page = readFileSync(fileURLToPath(new URL("../docs/models.md", import.meta.url)), "utf8");

/** The cells of the rows of the table under a header. */
function rowsUnder(header: string): string[][] {
  const [, after = ""] = page.split(`${header}\n`);
  const rows = after.split("\n\n", 1)[0]?.split("\n").slice(1) ?? [];
  return rows.map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll("`", "")),
  );
}

test("each provider stands there with its variables and its place", () => {
  const said = rowsUnder("| provider | key | base URL | if the variable is not set |").filter(
    ([, , , url]) => url !== "–",
  );
  const known = Object.entries(providerCatalogue).map(([name, { keyVariable, urlVariable, baseUrl }]) => {
    return [name, keyVariable ?? "none", urlVariable, baseUrl];
  });
  expect(said).toEqual(known);
});

test("each price stands there, and has a page that it was read from", () => {
  const known = Object.entries(knownPrices).map(([name, { input, output, cachedInput }]) => {
    return [name, `${input}`, `${cachedInput ?? ""}`, `${output}`];
  });
  expect(rowsUnder("| model | input | cached | output |")).toEqual(known);
  for (const { source } of Object.values(knownPrices)) expect(source).toMatch(/^https:\/\//);
});
