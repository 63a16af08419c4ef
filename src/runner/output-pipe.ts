// Real pipes for a program's output and input. What Node makes of "pipe" is a pair of sockets, on which a program's
// `echo … > /dev/stderr` fails ("No such device or address").

import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, constants, openSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { Socket } from "node:net";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";

export type OutputPipe = {
  /** The runner's end. */
  readable: Readable;
  /** The program's end, to be given to one spawn. */
  writeFd: number;
  /** Closes the runner's copy of the program's end; without that the stream never ends. May be called again. */
  closeWriteEnd(): void;
};

export type InputPipe = {
  /** The runner's end. */
  writable: Writable;
  /** The program's end, to be given to one spawn. */
  readFd: number;
  /** Closes the runner's copy of the program's end; without that, writing to a dead program never fails. */
  closeReadEnd(): void;
};

/** Opens this many pipes, which have names below `parent` for a moment. Fails where there is no `mkfifo`. */
export async function openOutputPipes(count: number, parent: string): Promise<OutputPipe[]> {
  return withNamedPipes(count, parent, (paths) => paths.map(openPipe));
}

/** Opens a pipe to a program's stdin. Fails where there is no `mkfifo`. */
export async function openInputPipe(parent: string): Promise<InputPipe> {
  return withNamedPipes(1, parent, ([path = ""]) => openInput(path));
}

async function withNamedPipes<T>(count: number, parent: string, open: (paths: string[]) => T): Promise<T> {
  const folder = await mkdtemp(join(parent, "pipes-"));
  try {
    const paths = Array.from({ length: count }, (_, index) => join(folder, String(index)));
    await makeNamedPipes(paths);
    return open(paths);
  } finally {
    await rm(folder, { recursive: true, force: true }); // open ends need no name
  }
}

/** Without pipes of its own to this process: setting those up would cost more than the rest. */
async function makeNamedPipes(paths: readonly string[]): Promise<void> {
  const [code] = await once(spawn("mkfifo", ["-m", "600", ...paths], { stdio: "ignore" }), "exit");
  if (code !== 0) throw new Error(`mkfifo ended with ${code}`);
}

function openInput(path: string): InputPipe {
  // Each end waits for the other unless one does not want to wait; but the program's own end has to be one that waits.
  const firstFd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writeFd = openSync(path, constants.O_WRONLY);
  const readFd = openSync(path, constants.O_RDONLY);
  closeSync(firstFd);
  let isReadEndOpen = true;
  return {
    writable: new Socket({ fd: writeFd, readable: false, writable: true }),
    readFd,
    closeReadEnd() {
      if (isReadEndOpen) closeSync(readFd);
      isReadEndOpen = false;
    },
  };
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
