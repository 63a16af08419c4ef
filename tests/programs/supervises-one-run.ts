// A process that claims a queued run and supervises it to its end, as `run` does, and may die on the way, or see its
// first runner die. Arguments: ledger folder, run id, runner's URL, then what dies at which step of the hand-over:
// `supervisor` or `runner`, and the step's number from 0. With `count` it prints how many steps there are.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { Socket } from "node:net";

const [home, runId, runner, who = "nobody", at = "0"] = process.argv.slice(2);
if (home === undefined || runId === undefined || runner === undefined)
  throw new Error("ledger, run or runner is missing");

let isHandingOver = false;
let step = 0;
let firstRunner: number | null = null;

/** One place at which a death would matter. */
function reach(): void {
  if (!isHandingOver || step++ !== Number(at)) return;
  if (who === "supervisor") process.kill(process.pid, "SIGKILL");
  if (who === "runner" && firstRunner !== null) process.kill(firstRunner, "SIGKILL");
}

// Before each change of a folder or file, and before, within and after the message through the pipe.
for (const name of ["mkdirSync", "writeFileSync", "renameSync"] as const) {
  const real = fs[name] as (...args: unknown[]) => unknown;
  Object.assign(fs, {
    [name]: (...args: unknown[]) => {
      reach();
      return real(...args);
    },
  });
}
const { writeSync } = fs;
const end = Socket.prototype.end as (this: Socket, text: string) => Socket;
Object.assign(Socket.prototype, {
  end(this: Socket & { _handle: { fd: number } | null }, text?: string) {
    if (!isHandingOver || typeof text !== "string") return end.call(this, text as string);
    reach();
    const fd = this._handle?.fd ?? -1;
    const half = text.length >> 1;
    const write = (part: string): void => {
      try {
        writeSync(fd, part);
      } catch {
        // The spare is gone: its end of the pipe is closed.
      }
    };
    write(text.slice(0, half));
    reach();
    write(text.slice(half));
    reach();
    isHandingOver = false;
    return end.call(this, "");
  },
});
syncBuiltinESMExports();

const { openLedger } = await import("../../src/ledger/open-ledger.ts");
const { isFileLockFree } = await import("../../src/protocol/file-lock.ts");
const { startWorker } = await import("../../src/worker/worker.ts");
await using ledger = await openLedger({ url: home, mustExist: true });
await using worker = await startWorker({ ledger, runnerUrl: new URL(runner), build: "source", spares: 1 });
process.stdout.write("ready\n");
firstRunner = await spareThatWaits();
const execute = ledger.execute.bind(ledger);
ledger.execute = async (...args) => {
  const done = await execute(...args);
  if (args[1].type === "claim" && step === 0) isHandingOver = true;
  return done;
};
const run = await worker.runToEnd(runId, { env: { PATH: process.env.PATH ?? "" } });
process.stdout.write(`${JSON.stringify({ status: run.status, attempt: run.attempt?.number, steps: step })}\n`);

/** A spare that is ready holds its lock, whose path is its last argument. */
async function spareThatWaits(): Promise<number> {
  const pid = fs.readFileSync(`/proc/self/task/${process.pid}/children`, "utf8").split(" ")[0] ?? "";
  for (;;) {
    const words = fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
    if (words.length < 2) throw new Error("the spare died before it was ready");
    const lock = words.at(-2) ?? "";
    if (lock.startsWith(home ?? "") && !isFileLockFree(lock)) return Number(pid);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
