// Bundles the sources into dist/: a file for each process and thread that starts by path, and shared chunks.
// Two builds of the same sources are the same to the byte.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { sourceDigest } from "../bin/source-digest.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * What is started by path, by the name that it gets in dist/: bundles that share nothing. A runner lives for one
 * attempt and pays for each file that it loads; shared with the rest it would be cut into three times as many.
 */
const runnerEntry = { runner: "src/runner/main.ts" };
/** What a runner loads when its work asks for it, and the thread that watches over it. */
const workEntries = {
  watchdog: "src/runner/watchdog.ts",
  rehearse: "src/runner/rehearse.ts",
  "benchmark-assignment": "src/runner/benchmark-assignment.ts",
  "event-file": "src/protocol/event-file.ts",
};
const otherEntries = {
  cli: "src/cli/main.ts",
  client: "src/client.ts",
  config: "src/config/define-config.ts",
  testing: "src/config/testing.ts",
  "read-config": "src/config/read-config.ts",
  "sqlite-thread": "src/ledger/sqlite/thread.ts",
};

/** Some bundled packages are CommonJS inside and ask for Node's own modules by require. */
const requireForCommonJs =
  'import { createRequire as makeRequire } from "node:module"; const require = makeRequire(import.meta.url);';

/**
 * Of zod only what is used: as one object `z` it comes whole, with its texts in all languages, and every process that
 * starts would load three quarters of a megabyte.
 * @type {import("esbuild").Plugin}
 */
const zodByParts = {
  name: "zod-by-parts",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      return { contents: text.replace('import { z } from "zod";', 'import * as z from "zod";'), loader: "ts" };
    });
  },
};

/**
 * Whoever takes zod whole gets a copy of its own, in the chunks that only it needs: packages, and what hands `z` on to
 * projects. Sharing ours with them would put all of it into what every process loads. Packages get it in one language,
 * since nobody here translates their messages; that is half of it, and each runner of a model loads it.
 * @type {import("esbuild").Plugin}
 */
const zodWhole = {
  name: "zod-whole",
  setup({ onLoad, onResolve, resolve: find }) {
    const copies = [
      { namespace: "zod-for-packages", importers: /[\\/]node_modules[\\/](?!zod[\\/])/ },
      { namespace: "zod-for-projects", importers: /[\\/]src[\\/]config[\\/]define-config\.ts$/ },
    ];
    onResolve({ filter: /^zod($|\/)/ }, async ({ path, importer, resolveDir, kind, pluginData }) => {
      const copy = pluginData?.isCopy ? undefined : copies.find(({ importers }) => importers.test(importer));
      if (copy === undefined) return undefined;
      const found = await find(path, { resolveDir, kind, pluginData: { isCopy: true } });
      return found.errors.length > 0 ? { errors: found.errors } : { path: found.path, namespace: copy.namespace };
    });
    onLoad({ filter: /[\\/]v4[\\/]locales[\\/]index\.js$/, namespace: "zod-for-packages" }, () => ({
      contents: 'export { default as en } from "./en.js";',
    }));
    for (const { namespace } of copies) {
      onResolve({ filter: /^\./, namespace }, ({ path, importer }) => ({
        path: join(dirname(importer), path),
        namespace,
      }));
      onLoad({ filter: /./, namespace }, ({ path }) => ({ contents: readFileSync(path, "utf8"), loader: "js" }));
    }
  },
};

/**
 * Entries of the other bundle are files beside the runner, which loads them as it comes to them.
 * @type {import("esbuild").Plugin}
 */
const workApart = {
  name: "work-apart",
  setup({ onResolve }) {
    onResolve({ filter: /\.ts$/ }, ({ path, resolveDir, kind }) => {
      if (kind !== "dynamic-import") return undefined;
      const source = relative(root, join(resolveDir, path));
      const entry = Object.entries(workEntries).find(([, file]) => file === source);
      return entry === undefined ? undefined : { path: `./${entry[0]}.mjs`, external: true };
    });
  },
};

/** @satisfies {import("esbuild").BuildOptions} */
const shared = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  target: "node24.15",
  sourcemap: "linked",
  sourcesContent: false,
  logLevel: "warning",
};

const digest = sourceDigest(root);
const fresh = `${root}dist-new-${process.pid}`;
mkdirSync(fresh);
try {
  await bundle(otherEntries);
  await bundle(workEntries);
  await bundleRunner();
  const { version } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
  writeFileSync(`${fresh}/build.json`, `${JSON.stringify({ version, digest }, null, 2)}\n`);
  replaceDist(fresh);
} catch (error) {
  rmSync(fresh, { recursive: true, force: true });
  throw error;
}

/**
 * Bundles into the fresh folder: a file for each entry, and chunks that they share.
 * @param {Record<string, string>} entryPoints Source by name in dist/.
 */
async function bundle(entryPoints) {
  await build({
    ...shared,
    entryPoints,
    outdir: fresh,
    format: "esm",
    splitting: true,
    outExtension: { ".js": ".mjs" },
    // Beside the entries, since what finds a neighbour by its own address may end up in a chunk.
    chunkNames: "[name]-[hash]",
    banner: { js: requireForCommonJs },
    external: ["litesvm"],
    plugins: [zodByParts, zodWhole],
  });
}

/**
 * The runner, with all that a user's program needs, is one file and CommonJS: as modules the same code takes a third
 * of a bare start of Node longer to load, most of it for the names of Node's own modules.
 */
async function bundleRunner() {
  await build({
    ...shared,
    entryPoints: runnerEntry,
    outdir: fresh,
    format: "cjs",
    outExtension: { ".js": ".cjs" },
    supported: { "dynamic-import": true },
    define: { "import.meta.url": "selfUrl" },
    banner: { js: 'const selfUrl = require("node:url").pathToFileURL(__filename).href;' },
    plugins: [workApart],
  });
}

/**
 * Puts the finished folder in the place of dist/: whoever starts meanwhile finds the old one, none, or the new one whole.
 * @param {string} fresh
 */
function replaceDist(fresh) {
  const old = `${root}dist-old-${process.pid}`;
  try {
    renameSync(`${root}dist`, old);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== "ENOENT") throw error;
  }
  // What is built by others goes along: the pages by scripts/build-pages.mjs, declarations for the package by tsc.
  for (const name of ["pages", "types"]) {
    if (existsSync(`${old}/${name}`)) renameSync(`${old}/${name}`, `${fresh}/${name}`);
  }
  renameSync(fresh, `${root}dist`);
  rmSync(old, { recursive: true, force: true });
}
