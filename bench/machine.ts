// The machine that the figures are of, and the two references that the budgets are made of: a bare start of Node and
// an fsync.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { availableParallelism, cpus, loadavg, release, tmpdir } from "node:os";
import { join } from "node:path";
import { figureOf, timed } from "./measure.ts";

export type Machine = {
  cpu: string;
  cores: number;
  kernel: string;
  node: string;
  sqlite: string;
  /** Median of an append and fsync of 4 KiB, milliseconds. */
  fsyncMs: number;
  /** One minute's load when the benches began: others may use the machine too. */
  load: number;
};

export function readMachine(): Machine {
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    kernel: release(),
    node: process.versions.node,
    sqlite: process.versions.sqlite ?? "unknown",
    fsyncMs: measureFsync(),
    load: loadavg()[0] ?? 0,
  };
}

/** Median of so many appends of 4 KiB, each with its fsync, milliseconds. */
export function measureFsync(times = 60): number {
  const folder = mkdtempSync(join(tmpdir(), "runledger-bench-"));
  try {
    const file = openSync(join(folder, "file"), "a");
    const page = Buffer.alloc(4096, "x");
    const values = Array.from({ length: times }, () => {
      const beginMs = performance.now();
      writeSync(file, page);
      fsyncSync(file);
      return performance.now() - beginMs;
    });
    closeSync(file);
    return figureOf(values).median;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** One `node -e 0`, from spawn until its end was collected, milliseconds. */
export function bareNode(): Promise<number> {
  return timed(async () => {
    const child = spawn(process.execPath, ["-e", "0"], { stdio: "ignore" });
    await once(child, "exit");
  });
}
