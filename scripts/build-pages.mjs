// Builds the pages into dist/pages: the bundle, and beside each text a gzipped copy, so that the server compresses nothing.
// Whoever reads meanwhile finds the old folder, or the new one whole. With --if-changed only where the sources are not
// those of the folder; it then prints "building" before it begins.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { pagesDigest } from "./pages-digest.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const compressible = /\.(js|css|html|svg|json)$/;

// The digest is of what was there before the build began: a file that changes meanwhile is a reason to build again.
const digest = pagesDigest(root);
if (process.argv.includes("--if-changed")) {
  if (builtDigest() === digest) process.exit(0);
  console.log("building");
}
// Whatever the shell or a test has set: these are the pages that people get.
process.env.NODE_ENV = "production";
const { build } = await import("vite");
const { default: react } = await import("@vitejs/plugin-react");

/**
 * Of zod only what is used: as one object `z` it comes whole, with its texts in all languages.
 * @type {import("vite").Plugin}
 */
const zodByParts = {
  name: "zod-by-parts",
  enforce: "pre",
  transform: {
    filter: { id: /[\\/]src[\\/](core|protocol)[\\/].*\.ts$/, code: 'import { z } from "zod"' },
    handler: (code) => ({ code: code.replace('import { z } from "zod";', 'import * as z from "zod";'), map: null }),
  },
};

const fresh = `${root}dist-pages-new-${process.pid}`;
removeLeftovers();
mkdirSync(fresh);
// Whoever started it may leave before it is done; half a build stays nowhere.
process.once("SIGTERM", () => {
  rmSync(fresh, { recursive: true, force: true });
  process.exit(143);
});
try {
  await build({
    root: `${root}dashboard`,
    configFile: false,
    logLevel: "warn",
    plugins: [zodByParts, react()],
    build: {
      outDir: fresh,
      emptyOutDir: false,
      target: "es2023",
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      // The drawing program is one large file, which only the Flow tab reads.
      chunkSizeWarningLimit: 4_000,
      manifest: "manifest.json",
    },
  });
  for (const entry of readdirSync(fresh, { recursive: true, encoding: "utf8" })) {
    if (!compressible.test(entry)) continue;
    writeFileSync(`${fresh}/${entry}.gz`, gzipSync(readFileSync(`${fresh}/${entry}`), { level: 9 }));
  }
  writeFileSync(`${fresh}/build.json`, `${JSON.stringify({ digest }, null, 2)}\n`);
  replacePages();
} finally {
  rmSync(fresh, { recursive: true, force: true });
}

/** Removes what builds that were killed have left. */
function removeLeftovers() {
  for (const name of readdirSync(root)) {
    const pid = /^dist-pages-(?:new|old)-(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(`${root}${name}`, { recursive: true, force: true });
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === "EPERM";
  }
}

/** Puts the finished folder in the place of the old one. */
function replacePages() {
  mkdirSync(`${root}dist`, { recursive: true });
  const [pages, old] = [`${root}dist/pages`, `${root}dist-pages-old-${process.pid}`];
  try {
    renameSync(pages, old);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== "ENOENT") throw error;
  }
  try {
    renameSync(fresh, pages);
  } catch (error) {
    // Another process built at the same time and was faster.
    if (!["ENOTEMPTY", "EEXIST"].includes(/** @type {NodeJS.ErrnoException} */ (error).code ?? "")) throw error;
  }
  rmSync(old, { recursive: true, force: true });
}

/** @returns {string | null} the digest of the sources that dist/pages was built from */
function builtDigest() {
  try {
    return JSON.parse(readFileSync(`${root}dist/pages/build.json`, "utf8")).digest;
  } catch {
    return null;
  }
}
