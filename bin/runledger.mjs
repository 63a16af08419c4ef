#!/usr/bin/env node
// Starts Runledger. An old Node comes this far too, so nothing is imported before the running one is known to be fit.
const NODE_NEEDED = "24.15.0"; // the first with an SQLite that cannot corrupt a ledger; as in package.json, engines

if (isOlder(process.versions.node, NODE_NEEDED)) {
  const { relaunch } = await import("./relaunch.mjs");
  relaunch(NODE_NEEDED);
} else {
  const { startBuild } = await import("./start-build.mjs");
  await startBuild();
}

/**
 * Whether the version `found` comes before `needed`; both are three numbers with dots.
 * @param {string} found
 * @param {string} needed
 */
function isOlder(found, needed) {
  const have = found.split(".").map(Number);
  const want = needed.split(".").map(Number);
  const differing = want.findIndex((part, index) => have[index] !== part);
  return differing !== -1 && (have[differing] ?? 0) < (want[differing] ?? 0);
}
