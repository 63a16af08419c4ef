// What a ledger's URL may be, and on which disks one may lie.

import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RunledgerError } from "../core/errors.ts";
import { refuseBadDisk } from "./disk-kind.ts";
import { ledgerFilesOf } from "./ledger-url.ts";
import { openLedger } from "./open-ledger.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "runledger-url-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

describe("a ledger's URL", () => {
  it("is a folder, a file or a sqlite: URL, absolute or from where one stands", () => {
    const file = join(folder, "ledger.sqlite");
    for (const url of [
      ".",
      folder,
      file,
      "ledger.sqlite",
      `sqlite:${file}`,
      `sqlite://${file}`,
      pathToFileURL(file).href,
    ]) {
      expect(ledgerFilesOf(url, folder), url).toMatchObject({ home: folder, database: file });
    }
    expect(ledgerFilesOf("sub", folder).database).toBe(join(folder, "sub", "ledger.sqlite"));
  });

  it("that names a folder with a ledger's folder in it means that one", () => {
    mkdirSync(join(folder, ".runledger"));
    expect(ledgerFilesOf(folder, "/").home).toBe(join(folder, ".runledger"));
    writeFileSync(join(folder, "ledger.sqlite"), "");
    expect(ledgerFilesOf(folder, "/").home).toBe(folder);
  });

  it("that names a file of another name keeps its other parts apart", () => {
    const path = join(folder, "mine.sqlite");
    expect(ledgerFilesOf(path, "/")).toMatchObject({ home: `${path}.files`, database: path });
  });

  it("that is a link to the file means the file's own folder, where its locks are", () => {
    const [file, mine] = [join(folder, "ledger.sqlite"), join(folder, "mine.sqlite")];
    for (const path of [file, mine]) writeFileSync(path, "");
    const elsewhere = join(folder, "elsewhere");
    mkdirSync(elsewhere);
    symlinkSync("../ledger.sqlite", join(elsewhere, "ledger.sqlite"));
    symlinkSync(mine, join(elsewhere, "linked.db"));
    for (const url of [elsewhere, join(elsewhere, "ledger.sqlite")]) {
      expect(ledgerFilesOf(url, "/")).toMatchObject({ home: folder, database: file });
    }
    const named = { home: `${mine}.files`, database: mine };
    expect(ledgerFilesOf(join(elsewhere, "linked.db"), "/")).toMatchObject(named);
    rmSync(mine);
    expect(() => ledgerFilesOf("linked.db", elsewhere)).toThrow("linked.db is a link that leads nowhere");
  });

  it("that cannot be one is refused without repeating a password", () => {
    writeFileSync(join(folder, "notes.txt"), "");
    mkdirSync(join(folder, "folder.sqlite"));
    for (const url of [
      "",
      "notes.txt",
      "folder.sqlite",
      "postgres://u:secret@h/d",
      "postgresql://u:secret@h/d",
      "mysql://u:secret@h/d",
      "host=h user=u password=secret",
      "dbname = d password=secret",
      "postgres//u:secret@h/d",
    ]) {
      const error = refusal(() => ledgerFilesOf(url, folder));
      expect([url, error?.code]).toEqual([url, "ledger.bad-url"]);
      expect(JSON.stringify([error?.message, error?.data])).not.toContain("secret");
    }
  });
});

describe("a disk whose locks cannot be trusted", () => {
  it("is refused, unless one insists", () => {
    const kinds = { NFS: 0x6969, CIFS: 0xff534d42, "9p": 0x01021997, FUSE: 0x65735546 };
    for (const [kind, type] of Object.entries(kinds)) {
      const error = refusal(() => refuseBadDisk(folder, {}, () => type));
      expect([error?.code, error?.data.kind]).toEqual(["ledger.bad-disk", kind]);
      refuseBadDisk(folder, { RUNLEDGER_FORCE_DISK: "1" }, () => type);
    }
    refuseBadDisk(join(folder, "not", "there", "yet"), {});
  });
});

describe("an opened ledger", () => {
  it("frees its locks and refuses requests once it is closed, however often that is asked for", async () => {
    const ledger = await openLedger({ url: folder, mustExist: false });
    await ledger.holdLock("w");
    await ledger.close();
    await ledger.close();
    expect(existsSync(join(folder, "locks", "w"))).toBe(false);
    await expect(ledger.getRun("r")).rejects.toThrow("the ledger is closed");
  });

  it("answers what was asked before it is closed", async () => {
    const ledger = await openLedger({ url: folder, mustExist: false });
    const asked = ledger.countRuns();
    await ledger.close();
    expect(await asked).toEqual([]);
  });

  it("keeps room in reserve if it is to", async () => {
    await using ledger = await openLedger({ url: folder, mustExist: false, ballast: true });
    await expect.poll(() => existsSync(join(ledger.home, "ballast")), { timeout: 20_000 }).toBe(true);
  });
});

function refusal(call: () => unknown): RunledgerError | null {
  try {
    call();
    return null;
  } catch (error) {
    return error instanceof RunledgerError ? error : null;
  }
}
