// One digest over everything that the pages are built from; the build records it, `serve` compares it.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";

/** Folders of files that reach a browser; views, core and protocol are what dashboard/ imports of src/. */
const folders = ["dashboard/src", "dashboard/public", "src/core", "src/protocol", "src/views"];
const files = ["dashboard/index.html", "dashboard/package.json", "scripts/build-pages.mjs"];

/**
 * Digest of the sources of the pages in `folder` (ends in a slash).
 * @param {string} folder
 */
export function pagesDigest(folder) {
  const hash = createHash("sha256");
  for (const path of [...files, ...folders.flatMap((name) => filesBelow(folder, name))].sort()) {
    const bytes = readFileSync(`${folder}${path}`);
    hash.update(`\n${path} ${bytes.length}\n`).update(bytes);
  }
  return `sha256:${hash.digest("hex")}`;
}

/**
 * @param {string} folder
 * @param {string} name
 */
function filesBelow(folder, name) {
  const entries = readdirSync(`${folder}${name}`, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !/\.(test|fixture|contract)\.tsx?$/.test(entry.name))
    .map((entry) => `${entry.parentPath.slice(folder.length)}/${entry.name}`);
}
