// Runs a configuration: it is code, and runs only in a process of its own that answers with data, and in the runner,
// which needs the code itself.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { RunledgerError } from "../core/errors.ts";
import { checkConfig } from "./config-schema.ts";
import type { Config } from "./define-config.ts";

const isSource = import.meta.url.endsWith(".ts");

/** `digest` covers the file and all that it imports, but for what lies in node_modules. */
export type ImportedConfig = { config: Config; digest: string };

/** What a configuration may import of this package, whether or not it is installed beside it: this very build. */
const ownEntries: Readonly<Record<string, string>> = {
  "runledger/config": "define-config",
  "runledger/testing": "testing",
};

/**
 * Imports the configuration and checks it.
 * @param path Absolute.
 * @throws RunledgerError `config.failed` if it cannot be run, `config.invalid` if it says what it may not.
 */
export async function importConfig(path: string): Promise<ImportedConfig> {
  const seen = new Map<string, string>();
  using _ = followImports(seen);
  let module: { default?: unknown };
  try {
    module = await import(pathToFileURL(path).href);
  } catch (error) {
    throw new RunledgerError("config.failed", `${path} could not be run: ${wordsOf(error)}`, { cause: error });
  }
  if (module.default === undefined) {
    throw new RunledgerError(
      "config.invalid",
      `${path}: it has no default export; write export default defineConfig({…})`,
    );
  }
  return { config: checkConfig(module.default, path), digest: digestOf(seen, path) };
}

/** Leads `runledger/config` to this build, and notes what is loaded. */
function followImports(seen: Map<string, string>): Disposable {
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      const own = Object.hasOwn(ownEntries, specifier) ? ownEntries[specifier] : undefined;
      if (own === undefined) return next(specifier, context);
      return { url: ownUrl(own).href, format: isSource ? "module-typescript" : "module", shortCircuit: true };
    },
    load(url, context, next) {
      const loaded = next(url, context);
      const isTheirs = url.startsWith("file:") && !url.includes("/node_modules/") && !isOwn(url);
      if (isTheirs) seen.set(fileURLToPath(url), hashOf(fileURLToPath(url)));
      return loaded;
    },
  });
  return { [Symbol.dispose]: () => hooks.deregister() };
}

/** Beside this file; under the entries' names once it is bundled. */
function ownUrl(name: string): URL {
  const bundled = name === "define-config" ? "config" : name;
  return new URL(isSource ? `./${name}.ts` : `./${bundled}.mjs`, import.meta.url);
}

function isOwn(url: string): boolean {
  return url.startsWith(new URL(isSource ? ".." : ".", import.meta.url).href);
}

/** Of what lies on the disk: what the loader has of it may be stripped of its types already. */
function hashOf(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

/** The same for the same files, wherever the project lies. */
function digestOf(seen: ReadonlyMap<string, string>, path: string): string {
  const files = [...seen].map(([file, hash]) => `${relative(path, file)} ${hash}`).sort();
  return `sha256:${createHash("sha256").update(files.join("\n"), "utf8").digest("hex")}`;
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Where in the file it went wrong is in the first line of the stack that names it.
  const place = error.stack?.split("\n").find((line) => /\.config\.[mc]?[jt]s:\d+/.test(line) && line.includes("at "));
  return `${error.name}: ${error.message}${place === undefined ? "" : ` (${place.trim()})`}`;
}
