// Who holds the write lock, out of the kernel's list. That a stopped holder is really killed is shown with real
// processes in many-processes.test.ts.

import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ProcReader } from "../../protocol/process.ts";
import { killStoppedHolder, lockHolder } from "./stopped-holder.ts";

const locks = `1: FLOCK  ADVISORY  WRITE 1 fe:00:9 0 EOF
2: POSIX  ADVISORY  READ 2 fe:00:9 120 120
3: POSIX  ADVISORY  WRITE 3 fe:00:8 120 120
4: POSIX  ADVISORY  WRITE 4 fe:00:9 123 123
4: -> POSIX  ADVISORY  WRITE 5 fe:00:9 120 120
5: POSIX  ADVISORY  WRITE 0 fe:00:9 120 120
6: POSIX  ADVISORY  WRITE 6 fe:00:9 120 127
`;

let folder: string;
let shm: string;
let killed: number[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "runledger-holder-"));
  shm = join(folder, "ledger.sqlite-shm");
  writeFileSync(shm, "");
  killed = [];
});

afterEach(() => rmSync(folder, { recursive: true }));

describe("the holder of the write lock", () => {
  it("is who holds byte 120 of the -shm file for writing, and nobody who waits or holds another", () => {
    expect(lockHolder(locks, "fe:00:9")).toBe(6);
    expect(lockHolder("1: POSIX  ADVISORY  WRITE 7 00:1f:9 0 EOF", "00:1f:9")).toBe(7);
    expect(lockHolder(locks, "fe:00:7")).toBeNull();
    expect(lockHolder("", "fe:00:9")).toBeNull();
  });

  it("is killed when it is stopped, with its name in what is said", () => {
    const said = killStoppedHolder(shm, procOf([{ pid: 4711, state: "T", start: 5 }]), (pid) => killed.push(pid));
    expect(killed).toEqual([4711]);
    expect(said).toBe("process 4711 (node) was stopped while it held the ledger's write lock, and was killed");
  });

  it("is left alone when it runs, when it is gone, when it is somebody else by now, and when it is oneself", () => {
    const cases: ({ pid: number; state: string; start: number } | null)[][] = [
      [{ pid: 4711, state: "S", start: 5 }],
      [null],
      [
        { pid: 4711, state: "T", start: 5 },
        { pid: 4711, state: "T", start: 6 },
      ],
      [
        { pid: 4711, state: "T", start: 5 },
        { pid: 4711, state: "R", start: 5 },
      ],
      [{ pid: 4711, state: "T", start: 5 }, null],
      [{ pid: process.pid, state: "T", start: 5 }],
    ];
    for (const looks of cases) expect(killStoppedHolder(shm, procOf(looks), (pid) => killed.push(pid))).toBeNull();
    expect(killed).toEqual([]);
  });
});

/** A /proc that shows one process after the other, one at each look; the last one stays. */
function procOf(looks: ({ pid: number; state: string; start: number } | null)[]): ProcReader {
  const { dev, ino } = statSync(shm);
  const hex = (value: number) => value.toString(16).padStart(2, "0");
  const file = `${hex(Math.floor(dev / 256) % 4096)}:${hex(dev % 256)}:${ino}`;
  let look = 0;
  return {
    text(path) {
      const seen = looks[Math.min(look, looks.length - 1)] ?? null;
      if (path === "locks") return `1: POSIX  ADVISORY  WRITE ${seen?.pid ?? 4711} ${file} 120 120`;
      look += 1;
      if (seen === null) return null;
      const rest = Array.from({ length: 17 }, () => "0").join(" ");
      return `${seen.pid} (node) ${seen.state} 1 ${rest} ${seen.start} 0 0`;
    },
    link: () => null,
    ids: () => [],
  };
}
