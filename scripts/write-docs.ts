// Writes the generated tables of docs/ anew. Run it after a change of an event, an error, a limit or a move.
import { readFileSync, writeFileSync } from "node:fs";
import { generatedParts, withPart } from "./docs-tables.ts";

for (const part of generatedParts()) {
  const file = new URL(`../docs/${part.page}`, import.meta.url);
  const before = readFileSync(file, "utf8");
  const after = withPart(before, part);
  if (after === before) continue;
  writeFileSync(file, after);
  console.log(`docs/${part.page}: ${part.name} written`);
}
