// Blobs as files, and what verification says of those that are damaged or gone.

import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { codeOf, complete, findings } from "../contract/samples.contract.ts";
import type { Ledger } from "../ledger.ts";
import { openLedger } from "../open-ledger.ts";

let folder: string;
let ledger: Ledger;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "runledger-blobs-"));
  ledger = await openLedger({ url: folder, mustExist: false });
});

afterEach(async () => {
  await ledger.close();
  rmSync(folder, { recursive: true });
});

describe("a blob's file", () => {
  it("lies under the first digits of its digest, with nothing beside it, however many put it there at once", async () => {
    const digests = await Promise.all([1, 2, 3].map(() => ledger.putBlob(Buffer.from("content"))));
    const hex = digests[0]?.slice("sha256:".length) ?? "";
    expect(readdirSync(join(folder, "blobs"))).toEqual([hex.slice(0, 2)]);
    expect(readdirSync(join(folder, "blobs", hex.slice(0, 2)))).toEqual([hex.slice(2)]);
  });

  it("that was changed is not handed out, and verification names its run and position", async () => {
    const { runId } = await complete(ledger);
    writeFileSync(onlyBlob(), "something else");
    const digest = (await ledger.getRun(runId))?.subject.digest ?? "";
    expect(await codeOf(ledger.getBlob(digest))).toBe("ledger.damaged");
    expect(await findings(ledger)).toEqual([
      { runId, position: 1, kind: "blob", detail: `the blob ${digest} does not hold the bytes that it is named by` },
    ]);
  });

  it("is not made where the ledger's folder is gone, or another one lies there by now, and none is missed there", async () => {
    const digest = await ledger.putBlob(Buffer.from("content"));
    const moved = `${folder}-moved`;
    renameSync(folder, moved);
    try {
      expect(await codeOf(ledger.putBlob(Buffer.from("more")))).toBe("ledger.moved");
      expect(existsSync(folder)).toBe(false);
      await using _other = await openLedger({ url: folder, mustExist: false });
      expect(await codeOf(ledger.putBlob(Buffer.from("more")))).toBe("ledger.moved");
      expect(await codeOf(ledger.getBlob(digest))).toBe("ledger.moved");
      expect(await codeOf(ledger.holdLock("w-1"))).toBe("ledger.moved");
      expect(await codeOf(ledger.isLockFree("w-1"))).toBe("ledger.moved");
    } finally {
      rmSync(folder, { recursive: true, force: true });
      renameSync(moved, folder);
    }
    expect(await ledger.isLockFree("w-1")).toBe(true);
    expect(await ledger.getBlob(digest)).not.toBeNull();
  });

  it("whose folder of all blobs is gone is not kept", async () => {
    rmSync(join(folder, "blobs"), { recursive: true });
    expect(await codeOf(ledger.putBlob(Buffer.from("more")))).toBe("ledger.moved");
  });

  it("that is gone is missed, but not for a run that came from elsewhere", async () => {
    const { runId } = await complete(ledger);
    await complete(ledger, { imported: true });
    rmSync(onlyBlob());
    expect((await findings(ledger)).map((finding) => [finding.runId, finding.kind])).toEqual([[runId, "blob"]]);
  });

  it("that cannot be read for another reason is no finding but an error", async () => {
    await complete(ledger);
    rmSync(join(folder, "blobs"), { recursive: true });
    writeFileSync(join(folder, "blobs"), "in the way");
    expect(await codeOf(findings(ledger))).toBe("ENOTDIR");
    expect(await codeOf(ledger.putBlob(Buffer.from("more")))).toMatch(/ENOTDIR|EEXIST/);
  });
});

function onlyBlob(): string {
  const [first = ""] = readdirSync(join(folder, "blobs"));
  const [rest = ""] = readdirSync(join(folder, "blobs", first));
  return join(folder, "blobs", first, rest);
}
