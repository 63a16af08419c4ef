// Blobs, logs and locks.

import { mkdirSync, renameSync, rmSync } from "node:fs";
import { expect, it } from "vitest";
import { systemLimits } from "../../core/system-limits.ts";
import { codeOf, complete, type Subject, start } from "./samples.contract.ts";

export function keepingClaims(subject: () => Subject): void {
  it("bytes are kept once, under their digest", async () => {
    const { ledger } = subject();
    const bytes = new TextEncoder().encode("content");
    const digest = await ledger.putBlob(bytes);
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(await ledger.putBlob(bytes)).toBe(digest);
    expect(await ledger.getBlob(digest)).toEqual(bytes);
    expect(await ledger.getBlob(`sha256:${"0".repeat(64)}`)).toBeNull();
    expect(await ledger.getBlob("../../etc/passwd")).toBeNull();
  });

  it("output is kept by offset: the same bytes again change nothing, large chunks are cut", async () => {
    const { ledger } = subject();
    const { runId } = await start(ledger);
    const of = { runId, attempt: 1, stream: "stdout" as const };
    const bytes = new Uint8Array(200_000).map((_, index) => index % 251);
    await ledger.putLog([{ ...of, offset: 0, bytes: bytes.subarray(0, 150_000) }]);
    await ledger.putLog([{ ...of, offset: 100_000, bytes: bytes.subarray(100_000) }]);
    expect(await ledger.logSize(of)).toBe(200_000);
    expect(await ledger.readLog({ ...of, offset: 0, limit: 1_000_000 })).toEqual(bytes);
    expect(await ledger.readLog({ ...of, offset: 65_530, limit: 20 })).toEqual(bytes.subarray(65_530, 65_550));
    expect((await ledger.readLog({ ...of, offset: 200_000, limit: 10 })).length).toBe(0);
    expect((await ledger.readLog({ ...of, stream: "stderr", offset: 0, limit: 10 })).length).toBe(0);
    expect(await ledger.logCut(of)).toBeNull();
    expect(await codeOf(ledger.putLog([{ ...of, runId: crypto.randomUUID(), offset: 0, bytes }]))).toBe(
      "run.not-found",
    );
  });

  it("of a long stream the first and the last 8 MiB stay, and the cut is shown", async () => {
    const { ledger } = subject();
    const { runId } = await start(ledger);
    const of = { runId, attempt: 1, stream: "stderr" as const };
    const end = systemLimits.logEndBytesMax;
    const bytes = new Uint8Array(end / 2);
    for (let part = 0; part < 5; part += 1)
      await ledger.putLog([{ ...of, offset: part * bytes.length, bytes: bytes.fill(part) }]);
    const size = 5 * bytes.length;
    expect(await ledger.logSize(of)).toBe(size);
    expect(await ledger.logCut(of)).toEqual({ from: end, to: size - end });
    expect([...(await ledger.readLog({ ...of, offset: end - 1, limit: 10 }))]).toEqual([1]);
    expect((await ledger.readLog({ ...of, offset: end, limit: 10 })).length).toBe(0);
    expect([...(await ledger.readLog({ ...of, offset: size - end, limit: 1 }))]).toEqual([3]);
  });

  it("the database says by which settings an answer is kept, and that nothing waits when nobody writes", async () => {
    const { ledger } = subject();
    await complete(ledger);
    const { server, durability, feedLagMs, bytes } = await ledger.databaseState();
    expect(server).toMatch(/^(SQLite|PostgreSQL) \d+/);
    expect(durability).toMatch(/synchronous/);
    expect(feedLagMs).toBe(0);
    // A database that is a file has the size of its file.
    if (server.startsWith("PostgreSQL")) expect(bytes).toBeGreaterThan(8 * 1024);
    else expect(bytes).toBe(null);
  });

  it("its folder is known to be moved away, also while another one is made in its place", async () => {
    const { ledger } = subject();
    const look = async () => ledger.refuseMoved();
    mkdirSync(ledger.home, { recursive: true });
    await look();
    renameSync(ledger.home, `${ledger.home}-moved`);
    expect(await codeOf(look())).toBe("ledger.moved");
    mkdirSync(ledger.home);
    expect(await codeOf(look())).toBe("ledger.moved");
    rmSync(ledger.home, { recursive: true });
    renameSync(`${ledger.home}-moved`, ledger.home);
    await look();
  });

  it("a lock is held until it is released, and its id says nothing of paths", async () => {
    const { ledger, openAgain } = subject();
    const other = await openAgain();
    expect(await other.isLockFree("w-1")).toBe(true);
    const lock = await ledger.holdLock("w-1");
    expect(await other.isLockFree("w-1")).toBe(false);
    await other.forgetLock("w-1");
    expect(await other.isLockFree("w-1")).toBe(false);
    await lock.release();
    await lock.release();
    await other.forgetLock("w-1");
    expect(await other.isLockFree("w-1")).toBe(true);
    expect(await codeOf(ledger.isLockFree("../w-1"))).toBe("internal.bug");
    expect(await codeOf(ledger.forgetLock("../w-1"))).toBe("internal.bug");
  });
}
