// Real pipes for a program's output and input. What Node makes of "pipe" is a pair of sockets, on which a program's
// `echo … > /dev/stderr` fails ("No such device or address").

import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, constants, openSync, rmSync } from "node:fs";
import { Socket } from "node:net";
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

/** Opens the two ends of each named pipe and takes its name away. Fails, with none left, where one is not there. */
export function openOutputPipes(paths: readonly string[]): OutputPipe[] {
  const pipes: OutputPipe[] = [];
  try {
    for (const path of paths) pipes.push(openPipe(path));
    return pipes;
  } catch (error) {
    for (const pipe of pipes) dropPipe(pipe);
    throw error;
  } finally {
    for (const path of paths) rmSync(path, { force: true }); // open ends need no name
  }
}

/** Closes both ends here. */
export function dropPipe(pipe: OutputPipe): void {
  pipe.closeWriteEnd();
  pipe.readable.destroy();
}

/** Opens a pipe to a program's stdin, which has this name for a moment. Fails where there is no `mkfifo`. */
export async function openInputPipe(path: string): Promise<InputPipe> {
  try {
    await makeNamedPipes([path]);
    return openInput(path);
  } finally {
    rmSync(path, { force: true });
  }
}

/**
 * Without pipes of its own to this process: setting those up would cost more than the rest. Fails where there is no
 * `mkfifo`.
 */
export async function makeNamedPipes(paths: readonly string[]): Promise<void> {
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
