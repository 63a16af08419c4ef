// docs/exports.md says what the code does: formats, columns, variables, and the pinned conventions.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { exportFormats } from "../src/views/export-runs.ts";
import { csvHeader } from "../src/views/run-csv.ts";
import { semconvVersion } from "../src/views/trace-conventions.ts";

const page = readFileSync(new URL("../docs/exports.md", import.meta.url), "utf8");

test("it has a row for every format and none more", () => {
  const table = page.slice(page.indexOf("| format |")).split("\n\n")[0] ?? "";
  expect([...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name)).toEqual([...exportFormats]);
});

test("it lists the columns of the CSV in their order", () => {
  const list = page.slice(page.indexOf("The columns:")).split("\n\n")[0] ?? "";
  expect([...list.matchAll(/`(\w+)`/g)].map(([, name]) => name).join(",")).toBe(csvHeader.trim());
});

test("it names the version of the conventions that the trace speaks", () => {
  expect(page).toContain(`semantic conventions ${semconvVersion} `);
});
