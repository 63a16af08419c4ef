// Points at files: wraps the few functions of node:fs by which the product puts something where others read it.

import fs from "node:fs";
import fsPromises from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import type { Role } from "../points.ts";
import type { Points } from "./fire.ts";

/** Wraps them for a process of this role. */
export function watchFiles(points: Points, role: Role): void {
  wrapJournal(points);
  wrapOpening(points, role);
  wrapWritten(points);
  wrapRenames(points);
  wrapRemovals(points);
  wrapControl(points);
  syncBuiltinESMExports();
}

/** Replaces a function of a module by what `make` makes of it. */
function wrap<T extends (...args: never[]) => unknown>(module: object, name: string, make: (real: T) => T): void {
  const functions = module as unknown as Record<string, T>;
  const real = functions[name];
  if (real === undefined) throw new Error(`there is no function ${name} to wrap`);
  functions[name] = make(real);
}

const recordStart = '{"v":1,"n":';
const finishMark = '"type":"attempt.finished"';

/** Each line of a journal is one write of bytes. */
function wrapJournal({ pass, isDueWithin, damages }: Points): void {
  wrap<(fd: number, bytes: unknown, ...rest: unknown[]) => number>(fs, "writeSync", (real) => (fd, bytes, ...rest) => {
    const isRecord = Buffer.isBuffer(bytes) && bytes.subarray(0, recordStart.length).toString("latin1") === recordStart;
    if (!isRecord) return real(fd, bytes, ...rest);
    const point = bytes.subarray(0, 100).toString("latin1").includes(finishMark) ? "finish record" : "journal line";
    pass(point, "before");
    // One byte in the middle, as a bad disk or a stray write would change it; the line stays one line.
    const middle = bytes.length >> 1;
    if (damages(point)) bytes[middle] = bytes[middle] === 0x61 ? 0x62 : 0x61;
    const half = bytes.length >> 1;
    let written = 0;
    if (isDueWithin(point)) written = real(fd, bytes.subarray(0, half));
    pass(point, "within");
    written += real(fd, bytes.subarray(written));
    pass(point, "after");
    return written;
  });
}

/** A journal is made by its runner, or by whoever concludes an attempt without one. */
function wrapOpening({ pass }: Points, role: Role): void {
  const point = role === "runner" ? "journal made" : "journal forestalled";
  wrap<(path: unknown, flags: unknown, ...rest: unknown[]) => number>(
    fs,
    "openSync",
    (real) =>
      (path, flags, ...rest) => {
        if (flags !== "ax" || !String(path).endsWith("/journal.jsonl")) return real(path, flags, ...rest);
        pass(point, "before");
        const fd = real(path, flags, ...rest);
        pass(point, "after");
        return fd;
      },
  );
}

const writtenFiles: Record<string, string> = {
  "/spec.json": "files handed over",
  "/artifacts/checkpoint.bin": "checkpoint left",
};

/** Files that are written in place. */
function wrapWritten({ pass, isDueWithin }: Points): void {
  wrap<(path: unknown, data: unknown, options: unknown) => void>(
    fs,
    "writeFileSync",
    (real) => (path, data, options) => {
      const name = Object.keys(writtenFiles).find((ending) => String(path).endsWith(ending));
      const point = name === undefined ? undefined : writtenFiles[name];
      if (point === undefined) return real(path, data, options);
      pass(point, "before");
      if (isDueWithin(point))
        real(path, Buffer.from(data as string).subarray(0, (data as string).length >> 1), options);
      pass(point, "within");
      real(path, data, options);
      pass(point, "after");
    },
  );
}

/** Files that are written beside and put in place by their name. */
function pointOfName(path: string): string | null {
  if (path.endsWith("/runner.json")) return "runner named";
  if (path.endsWith("/supervised")) return "vouched";
  if (path.endsWith("/program.json")) return "program named";
  if (path.includes("/.runledger/blobs/")) return "blob kept";
  if (/\/session_[0-9a-f-]+\.json$/.test(path)) return "session file";
  return /\/runs\/[0-9a-f-]+\/\d+$/.test(path) ? "folder moved" : null;
}

function wrapRenames({ pass }: Points): void {
  wrap<(from: unknown, to: unknown) => void>(fs, "renameSync", (real) => (from, to) => {
    const point = pointOfName(String(to));
    if (point !== null) pass(point, "before");
    real(from, to);
    if (point !== null) pass(point, "after");
  });
  wrap<(from: unknown, to: unknown) => Promise<void>>(fsPromises, "rename", (real) => async (from, to) => {
    const point = pointOfName(String(to));
    if (point !== null) pass(point, "before");
    await real(from, to);
    if (point !== null) pass(point, "after");
  });
}

const runFolder = /\/runs\/[0-9a-f-]+$/;

function wrapRemovals({ pass }: Points): void {
  const point = "run folder removed";
  wrap<(path: unknown, options: unknown) => void>(fs, "rmSync", (real) => (path, options) => {
    const isRun = runFolder.test(String(path));
    if (isRun) pass(point, "before");
    real(path, options);
    if (isRun) pass(point, "after");
  });
  wrap<(path: unknown, options: unknown) => Promise<void>>(fsPromises, "rm", (real) => async (path, options) => {
    const isRun = runFolder.test(String(path));
    if (isRun) pass(point, "before");
    await real(path, options);
    if (isRun) pass(point, "after");
  });
}

function wrapControl({ pass, isDueWithin }: Points): void {
  const point = "control line";
  type Append = (path: unknown, text: unknown, options: unknown) => Promise<void>;
  wrap<Append>(fsPromises, "appendFile", (real) => async (path, text, options) => {
    if (!String(path).endsWith("/control.jsonl")) return real(path, text, options);
    const line = String(text);
    pass(point, "before");
    const half = isDueWithin(point) ? line.length >> 1 : 0;
    if (half > 0) await real(path, line.slice(0, half), options);
    pass(point, "within");
    await real(path, line.slice(half), options);
    pass(point, "after");
  });
}
