// Looks a program up as the kernel and a shell would, so that a wrong name is an error with a reason before anything
// is started, and not an exit code 127 that somebody's program might have meant.

import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join, resolve } from "node:path";

/** Where the C library looks if there is no PATH. */
const defaultPath = "/bin:/usr/bin";

/**
 * Path of the program, or why there is none.
 *
 * @param name As a user gave it: with a slash a path (from `cwd`), else looked up in `path`.
 */
export function findProgram(
  name: string,
  from: { cwd: string; path: string | undefined },
): { path: string } | { fault: string } {
  if (name === "") return { fault: "the program's name is empty" };
  if (name.includes("/")) {
    const path = resolve(from.cwd, name);
    const fault = executableFault(path);
    return fault === null ? { path } : { fault: `${name} ${fault}` };
  }
  let nearest: string | null = null;
  for (const folder of (from.path ?? defaultPath).split(delimiter)) {
    const path = join(isAbsolute(folder) ? folder : resolve(from.cwd, folder), name);
    const fault = executableFault(path);
    if (fault === null) return { path };
    if (fault !== "does not exist") nearest ??= `${path} ${fault}`;
  }
  return { fault: nearest ?? `${name} is in no folder of PATH` };
}

function executableFault(path: string): string | null {
  try {
    // Most looks find nothing, and an error that nobody reads costs more than the look.
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) return "does not exist";
    if (found.isDirectory()) return "is a folder";
    accessSync(path, constants.X_OK);
    return null;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return "does not exist";
    return code === "EACCES" ? "is not executable" : `cannot be run (${code})`;
  }
}
