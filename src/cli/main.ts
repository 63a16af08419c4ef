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

// What was left running on purpose, like a run that is no longer watched, must not keep this process alive. Writes to
// terminals, files and pipes are synchronous here, so nothing is cut off.
process.exit(exitCode);
