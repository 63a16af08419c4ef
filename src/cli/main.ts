// The entry of the command line: the launcher in bin/ imports this file, and it runs. All else is in command-line.ts,
// which tests and other programs can import without starting anything.

import { runCommandLine } from "./command-line.ts";
import { tellOwnWarnings } from "./own-warnings.ts";

tellOwnWarnings(process.stderr);

const exitCode = await runCommandLine(process.argv.slice(2), {
  env: process.env,
  cwd: process.cwd(),
  stdout: process.stdout,
  stderr: process.stderr,
});

// What was left running on purpose, like a run that is no longer watched, must not keep this process alive; but whoever
// reads a pipe more slowly than this writes still gets all of it.
await Promise.all([isRead(process.stdout), isRead(process.stderr)]);
process.exit(exitCode);

/** Resolves when the system has taken what was written, or nobody wants it any more. */
async function isRead(stream: NodeJS.WriteStream): Promise<void> {
  if (stream.writableLength === 0) return;
  await new Promise<void>((resolve) => {
    stream.once("error", () => resolve());
    stream.write("", () => resolve());
  });
}
