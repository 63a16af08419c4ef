// Real pipes for a program's output. What Node makes of "pipe" is a pair of sockets, on which a program's
// `echo … > /dev/stderr` fails ("No such device or address").

import { execFile } from "node:child_process";
import { closeSync, constants, openSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { Socket } from "node:net";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { promisify } from "node:util";

export type OutputPipe = {
  /** The runner's end. */
  readable: Readable;
  /** The program's end, to be given to one spawn. */
  writeFd: number;
  /** Closes the runner's copy of the program's end; without that the stream never ends. May be called again. */
  closeWriteEnd(): void;
};

/** Opens this many pipes, which have names below `parent` for a moment. Fails where there is no `mkfifo`. */
export async function openOutputPipes(count: number, parent: string): Promise<OutputPipe[]> {
  const folder = await mkdtemp(join(parent, "pipes-"));
  try {
    const paths = Array.from({ length: count }, (_, index) => join(folder, String(index)));
    await promisify(execFile)("mkfifo", ["-m", "600", ...paths]);
    return paths.map(openPipe);
  } finally {
    await rm(folder, { recursive: true, force: true }); // open ends need no name
  }
}

function openPipe(path: string): OutputPipe {
  // The reader first and without waiting, or each end would wait for the other for ever.
  const readFd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writeFd = openSync(path, constants.O_WRONLY);
  let isWriteEndOpen = true;
  return {
    readable: new Socket({ fd: readFd, readable: true, writable: false }),
    writeFd,
    closeWriteEnd() {
      if (isWriteEndOpen) closeSync(writeFd);
      isWriteEndOpen = false;
    },
  };
}
