// Warnings of our own code, emitted where no output is at hand, as one line of ours; Node prints all others as it does.

import { oneLine } from "../views/columns.ts";
import { cleanForTerminal } from "../views/tone.ts";
import type { OutputStream } from "./output.ts";

const ownName = "RunledgerWarning";
const warningWidth = 500;

/** From here on process warnings of this name are lines on the stream. Node's own listeners get all the others. */
export function tellOwnWarnings(stderr: OutputStream): void {
  // Node prints a warning by a listener like any other; beside ours it would print our warnings a second time.
  const listeners = process.listeners("warning");
  process.removeAllListeners("warning");
  process.on("warning", (warning) => {
    if (warning.name === ownName) stderr.write(`(${cleanForTerminal(oneLine(warning.message, warningWidth))})\n`);
    else for (const listener of listeners) listener.call(process, warning);
  });
}
