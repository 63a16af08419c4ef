// Finds the nearest configuration upwards and has it read by a process of its own: a command never runs a project's code
// itself.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { errorOfProblem, type Problem, RunledgerError } from "../core/errors.ts";
import type { ConfigData } from "./config-data.ts";

/** Names of a configuration, the first one found in a folder counts. */
const configNames = ["runledger.config.ts", "runledger.config.mjs", "runledger.config.js"] as const;

/** Names another file, from the present folder; `none` is none. */
export const configVariable = "RUNLEDGER_CONFIG";

/** Beside the one above in what a runner is handed: the digest of the configuration that its run was started with. */
export const configDigestVariable = "RUNLEDGER_CONFIG_DIGEST";

/** How long a configuration may take to say what it says, milliseconds. */
const readMsMax = 30_000;

type Where = { cwd: string; env: Readonly<Record<string, string | undefined>> };

/** Absolute path of the configuration, or null. @throws `config.not-found` for one that was named and is not there. */
export function findConfig({ cwd, env }: Where): string | null {
  const named = env[configVariable];
  if (named === "none") return null;
  if (named) {
    const path = resolve(cwd, named);
    if (existsSync(path)) return path;
    throw new RunledgerError("config.not-found", `${configVariable} names ${path}, and there is no such file`);
  }
  for (let folder = cwd; ; folder = dirname(folder)) {
    const name = configNames.find((one) => existsSync(join(folder, one)));
    if (name !== undefined) return join(folder, name);
    if (folder === dirname(folder)) return null;
  }
}

/** The configuration's data; null where there is none. @throws `config.*` */
export async function loadConfig(where: Where): Promise<ConfigData | null> {
  const path = findConfig(where);
  return path === null ? null : readConfig(path);
}

async function readConfig(path: string): Promise<ConfigData> {
  const self = import.meta.url;
  const program = fileURLToPath(new URL(self.endsWith(".ts") ? "./read-config.ts" : "./read-config.mjs", self));
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", program, path], {
    cwd: dirname(path),
    stdio: ["ignore", process.stderr.fd, process.stderr.fd, "ipc"],
  });
  const said = Promise.withResolvers<{ data?: ConfigData; problem?: Problem }>();
  child.once("message", (answer) => said.resolve(answer as { data?: ConfigData; problem?: Problem }));
  child.once("error", said.reject);
  child.once("exit", (code, signal) =>
    said.reject(failed(path, `it ended with ${signal ?? `code ${code}`} before it was read`)),
  );
  const timer = setTimeout(() => said.reject(failed(path, `it took longer than ${readMsMax / 1000} s`)), readMsMax);
  try {
    const { data, problem } = await said.promise;
    if (problem !== undefined) throw errorOfProblem(problem);
    if (data === undefined) throw failed(path, "it was not read");
    return data;
  } finally {
    clearTimeout(timer);
    child.kill("SIGKILL");
  }
}

function failed(path: string, why: string): RunledgerError {
  return new RunledgerError("config.failed", `${path} could not be run: ${why}`);
}
