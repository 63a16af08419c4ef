// Where this program lies, which build of it runs, and what starts its runner. Sources and the bundled build are laid
// out differently, so everything is found from the package's own folder.

import { existsSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

export type Installation = {
  /** Which build, in words: `dist (auto)`. */
  build: string;
  runnerUrl: URL;
  /** Absolute path of the program that starts this build. */
  launcher: string;
};

/** The build that runs here. The launcher names it; without a launcher the place of this file shows it. */
export function findInstallation(env: Readonly<Record<string, string | undefined>>): Installation {
  const root = packageFolder();
  const isBundled = fileURLToPath(import.meta.url).startsWith(`${root}/dist/`);
  const runner = isBundled ? "dist/runner.cjs" : "src/runner/main.ts";
  return {
    build: env.RUNLEDGER_BUILD ?? (isBundled ? "dist" : "source"),
    runnerUrl: pathToFileURL(`${root}/${runner}`),
    launcher: `${root}/bin/runledger.mjs`,
  };
}

/** The version in package.json. */
export function readVersion(): string {
  const { version } = JSON.parse(readFileSync(`${packageFolder()}/package.json`, "utf8")) as { version: string };
  return version;
}

/** The folder of this package, without a slash at its end. */
export function packageFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(`${folder}/package.json`)) {
    const above = dirname(folder);
    if (above === folder) throw new Error(`no package.json above ${import.meta.url}`);
    folder = above;
  }
  return folder;
}
