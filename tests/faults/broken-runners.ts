// Runners with one fault each, as the lines that come before the real runner (`Scene.faultyRunner`). They get between
// it and its journal, so that the fault comes at exactly the line that a test names.

/** Where in the writing of a line a runner dies. */
export const moments = ["before", "in the middle of", "after"] as const;
export type Moment = (typeof moments)[number];

/** Calls `fault(fd, bytes, write)` in place of the write of journal line `line`; counts from 1. */
function atLine(line: number, fault: string): string {
  return `
const writeSync = fs.writeSync;
let written = 0;
fs.writeSync = (fd, bytes, ...rest) => {
  const isRecord = Buffer.isBuffer(bytes) && bytes.subarray(0, 11).toString() === '{"v":1,"n":';
  if (!isRecord || (written += 1) !== ${line}) return writeSync(fd, bytes, ...rest);
  const write = (part) => writeSync(fd, part);
  ${fault}
};`;
}

const die = `process.kill(process.pid, "SIGKILL");`;

/** Is killed by signal 9 at this line. */
export function diesAtLine(line: number, moment: Moment): string {
  const half = "write(bytes.subarray(0, bytes.length >> 1));";
  const first = { before: "", "in the middle of": half, after: "write(bytes);" }[moment];
  return atLine(line, `${first} ${die}`);
}

/** Is killed by signal 9 right before it would create its journal. */
export const diesBeforeItsJournal = `
const openSync = fs.openSync;
fs.openSync = (path, ...rest) => {
  if (String(path).endsWith("journal.jsonl")) ${die}
  return openSync(path, ...rest);
};`;

/** Stands still, main thread and all, before it writes this line, until the file exists; then goes on, or dies. */
export function standsStillAtLine(line: number, file: string, then: "goes on" | "dies" = "goes on"): string {
  return atLine(
    line,
    `const cell = new Int32Array(new SharedArrayBuffer(4));
  while (!fs.existsSync(${JSON.stringify(file)})) Atomics.wait(cell, 0, 0, 5);
  ${then === "dies" ? `write(bytes.subarray(0, bytes.length >> 1)); ${die}` : "return write(bytes);"}`,
  );
}

/** Writes these bytes into its journal before this line, and goes on as if nothing were. */
export function writesGarbageAtLine(line: number, garbage: string): string {
  return atLine(line, `write(Buffer.from(${JSON.stringify(garbage)})); return write(bytes);`);
}

/** Leaves this line out and goes on as if it had written it. */
export function leavesOutLine(line: number): string {
  return atLine(line, "return bytes.length;");
}

/** Cannot write more than half of this line, as on a full disk. */
export function writesHalfOfLine(line: number): string {
  return atLine(line, "return write(bytes.subarray(0, bytes.length >> 1));");
}

/** Dies at this line in the first attempts of a run, `deaths` of them, and is sound after that. */
export function diesInFirstAttempts(deaths: number, line: number): string {
  return atLine(
    line,
    `const attempt = Number(process.cwd().split("/").at(-1));
  if (attempt > ${deaths}) return write(bytes);
  ${die}`,
  );
}

/** Waits, alive and well, for its watchdog's word that it is alone: after its first lines, before its agent acts. */
export const waitsUntilItIsAlone = `
import { Worker } from "node:worker_threads";
const { emit } = Worker.prototype;
let isAlone = false;
Worker.prototype.emit = function (name, ...args) {
  isAlone ||= name === "message";
  return emit.call(this, name, ...args);
};
const { importKey } = SubtleCrypto.prototype;
SubtleCrypto.prototype.importKey = async function (...args) {
  while (!isAlone) await new Promise((resolve) => setTimeout(resolve, 5));
  return importKey.apply(this, args);
};`;
