// Decides which build of Runledger runs, says so in RUNLEDGER_BUILD, and starts it in this process.
import { existsSync, readFileSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

/** @typedef {{ build: "dist" | "source", label: string } | { refusal: string }} Choice */

const root = fileURLToPath(new URL("..", import.meta.url));

/** Starts the build that RUNLEDGER_RUNNER asks for; exit 2 and one line where that cannot be. */
export async function startBuild() {
  delete process.env.RUNLEDGER_RELAUNCHED;
  const choice = await chooseBuild(root, process.env.RUNLEDGER_RUNNER || "auto");
  if ("refusal" in choice) {
    console.error(choice.refusal);
    process.exitCode = 2;
    return;
  }
  process.env.RUNLEDGER_BUILD = choice.label;
  // Code out of the compile cache has imprecise coverage.
  if (choice.build === "dist" && !process.env.NODE_V8_COVERAGE) enableCompileCache(`${root}dist/.compile-cache`);
  await import(pathToFileURL(`${root}${entryOf[choice.build]}`).href);
}

const entryOf = { dist: "dist/cli.mjs", source: "src/cli/main.ts" };

/**
 * The build to run from `folder` (ends in a slash). `auto` takes dist/ only when it was built from the sources beside it.
 * @param {string} folder
 * @param {string} wanted
 * @returns {Promise<Choice>}
 */
async function chooseBuild(folder, wanted) {
  const has = { dist: existsSync(`${folder}${entryOf.dist}`), source: existsSync(`${folder}${entryOf.source}`) };
  if (wanted === "dist" || wanted === "source") {
    if (has[wanted]) return { build: wanted, label: wanted };
    const mend = wanted === "dist" ? "npm run build" : "RUNLEDGER_RUNNER=auto";
    return {
      refusal: `build.not-found: RUNLEDGER_RUNNER is ${wanted}, but ${folder}${entryOf[wanted]} does not exist; use ${mend}`,
    };
  }
  if (wanted !== "auto") {
    return {
      refusal: `build.unknown-runner: RUNLEDGER_RUNNER is ${JSON.stringify(wanted)}; it can be dist, source or auto`,
    };
  }
  if (!has.dist && !has.source)
    return { refusal: `build.not-found: ${folder} holds neither dist/ nor src/; install runledger again` };
  const build = has.dist && (!has.source || (await isBuiltFromSources(folder))) ? "dist" : "source";
  return { build, label: `${build} (auto)` };
}

/**
 * Whether dist/ records the digest that the sources have now.
 * @param {string} folder
 */
async function isBuiltFromSources(folder) {
  const recorded = `${folder}dist/build.json`;
  if (!existsSync(recorded)) return false;
  const { sourceDigest } = await import("./source-digest.mjs");
  return JSON.parse(readFileSync(recorded, "utf8")).digest === sourceDigest(folder);
}
