// A disk without room: a real one, small enough to fill. It takes the right to mount; where that is missing the test
// fails and says so, since nothing else shows what a full disk does.

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RunledgerError } from "../../core/errors.ts";
import { codeOf, findings, queue } from "../contract/samples.contract.ts";
import { isDiskFull } from "../disk-full.ts";
import type { Ledger } from "../ledger.ts";
import { openLedger } from "../open-ledger.ts";
import { dropBallast, makeBallast } from "./disk-room.ts";

let disk: string;

beforeEach(() => {
  disk = mkdtempSync(join(tmpdir(), "runledger-disk-"));
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", disk], { stdio: ["ignore", "ignore", "inherit"] });
});

afterEach(() => {
  execFileSync("umount", [disk]);
  rmSync(disk, { recursive: true });
});

describe("a ledger on a disk that fills up", () => {
  it("gives up its ballast, then refuses with a clear error, and loses nothing that it had answered", async () => {
    const ledger = await openLedger({ url: disk, mustExist: false });
    const ballast = join(disk, "ballast");
    writeFileSync(ballast, Buffer.alloc(512 * 1024, 1));
    const answered = await queueUntilRefused(ledger);
    expect(existsSync(ballast)).toBe(false);
    expect(ledger.notices).toEqual([expect.stringMatching(/^the disk is full: the ballast was given up/)]);
    expect(await codeOf(queueLarge(ledger))).toBe("ledger.disk-full");
    expect(await codeOf(ledger.putBlob(Buffer.alloc(1024 * 1024, 7)))).toBe("ledger.disk-full");
    expect((await ledger.countRuns())[0]?.runs).toBe(answered);
    expect(await findings(ledger)).toEqual([]);
    await ledger.close();
  });

  it("goes on as soon as there is room again", async () => {
    const filler = join(disk, "filler");
    writeFileSync(filler, Buffer.alloc(1024 * 1024, 1));
    const ledger = await openLedger({ url: disk, mustExist: false });
    const answered = await queueUntilRefused(ledger);
    rmSync(filler);
    await queue(ledger);
    expect((await ledger.countRuns())[0]?.runs).toBe(answered + 1);
    expect(await findings(ledger)).toEqual([]);
    await ledger.close();
  });

  it("gets no ballast that would not leave room for anything else", async () => {
    const ballast = join(disk, "ballast");
    expect(await makeBallast(ballast, { folder: disk, bytes: 2 * 1024 * 1024 })).toBe(false);
    expect(existsSync(ballast)).toBe(false);
    expect(await makeBallast(ballast, { folder: disk, bytes: 512 * 1024 })).toBe(true);
    expect(await makeBallast(ballast, { folder: disk, bytes: 512 * 1024 })).toBe(true);
    writeFileSync(join(disk, "rest"), Buffer.alloc(3 * 1024 * 1024 - 65_536));
    expect(isDiskFull(disk)).toBe(true);
    expect([dropBallast(ballast), dropBallast(ballast)]).toEqual([true, false]);
    expect(await makeBallast(join(disk, "missing", "ballast"), { folder: disk, bytes: 1024 })).toBe(false);
  });
});

/** Queues runs until the disk is full. Returns how many were answered. */
async function queueUntilRefused(ledger: Ledger): Promise<number> {
  for (let answered = 0; answered < 10_000; answered += 1) {
    try {
      await queueLarge(ledger);
    } catch (error) {
      if (error instanceof RunledgerError && error.code === "ledger.disk-full") return answered;
      throw error;
    }
  }
  throw new Error("the disk did not fill up");
}

/** A smaller one may find the room that this one did not. */
function queueLarge(ledger: Ledger): Promise<string> {
  return queue(ledger, { params: { filler: "x".repeat(4_000) } });
}
