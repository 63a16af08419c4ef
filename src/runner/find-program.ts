// Looks a program up as the kernel and a shell would, so that a wrong name is an error with a reason before anything
// is started, and not an exit code 127 that somebody's program might have meant.

import { accessSync, closeSync, constants, openSync, readSync, statSync } from "node:fs";
import { delimiter, isAbsolute, join, resolve } from "node:path";

/** Where the C library looks if there is no PATH. */
const defaultPath = "/bin:/usr/bin";
/** As much of a script's first line as Linux reads. */
const firstLineBytes = 256;

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
    return interpreterFault(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return "does not exist";
    return code === "EACCES" ? "is not executable" : `cannot be run (${code})`;
  }
}

/** The kernel says "no such file" of a script that is there if its interpreter is not, which nobody understands. */
function interpreterFault(path: string): string | null {
  const interpreter = /^#![ \t]*(\/[^ \t\n]*)/.exec(firstBytes(path))?.[1];
  if (interpreter === undefined || statSync(interpreter, { throwIfNoEntry: false }) !== undefined) return null;
  const why = interpreter.endsWith("\r") ? ", but its first line ends with CR LF" : ", which does not exist";
  return `is a script for ${interpreter.trimEnd()}${why}`;
}

/** Empty for a file that may be run and not be read. */
function firstBytes(path: string): string {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch {
    return "";
  }
  try {
    const bytes = Buffer.alloc(firstLineBytes);
    return bytes.toString("latin1", 0, readSync(file, bytes));
  } finally {
    closeSync(file);
  }
}
