// Points at processes: a supervisor boots a runner, and sends it the assignment through a pipe. A runner that is booted
// gets the same plan as its supervisor; its environment is an allow-list and would not hand it on.

import childProcess from "node:child_process";
import { writeSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { Socket } from "node:net";
import type { Points } from "./fire.ts";

/** Whether a word of a command line is the entry of a runner, in the sources or in the bundle. */
export function isRunnerEntry(word: string): boolean {
  return /\/(runner\/main\.ts|dist\/runner\.cjs)$/.test(word);
}

/** @param importUrl The `--import` of this process, plan and all. */
export function watchProcesses({ pass, isDueWithin }: Points, importUrl: string): void {
  const { spawn } = childProcess;
  const spawning = (command: string, args: readonly string[], options: object) => {
    const at = Array.isArray(args) ? args.findIndex(isRunnerEntry) : -1;
    if (at === -1) return spawn(command, args, options);
    pass("runner booted", "before");
    const child = spawn(command, [...args.slice(0, at), "--import", importUrl, ...args.slice(at)], options);
    pass("runner booted", "after");
    return child;
  };
  Object.assign(childProcess, { spawn: spawning });
  syncBuiltinESMExports();

  const end = Socket.prototype.end as (this: Socket, ...args: unknown[]) => Socket;
  const point = "assignment sent";
  Object.assign(Socket.prototype, {
    end(this: Socket & { _handle?: { fd: number } | null }, ...args: unknown[]) {
      const [text] = args;
      if (typeof text !== "string" || !text.includes('"attemptDir"')) return end.apply(this, args);
      pass(point, "before");
      const fd = this._handle?.fd;
      const half = isDueWithin(point) && fd !== undefined ? writeSync(fd, text.slice(0, text.length >> 1)) : 0;
      pass(point, "within");
      // The bytes are ASCII as far as they were sent, so that bytes and characters count alike.
      const result = end.call(this, text.slice(half));
      pass(point, "after");
      return result;
    },
  });
}
