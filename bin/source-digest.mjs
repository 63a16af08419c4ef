// One digest over everything that dist/ is built from; the build records it, the launcher compares it.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";

/**
 * Digest of the version and dependencies in package.json and of every source file but the tests, in `folder` (ends in a
 * slash). It is part of each start of a checkout, so it may cost milliseconds only.
 * @param {string} folder
 */
export function sourceDigest(folder) {
  const { version, dependencies } = JSON.parse(readFileSync(`${folder}package.json`, "utf8"));
  const hash = createHash("sha256").update(JSON.stringify([version, dependencies]));
  const names = readdirSync(`${folder}src`, { recursive: true, encoding: "utf8" });
  for (const name of names.filter((name) => isSource(name)).sort()) {
    const text = readFileSync(`${folder}src/${name}`);
    hash.update(`\n${name} ${text.length}\n`).update(text);
  }
  return `sha256:${hash.digest("hex")}`;
}

/** @param {string} name */
function isSource(name) {
  return /\.(ts|sql)$/.test(name) && !/\.(test|contract)\.ts$/.test(name);
}
