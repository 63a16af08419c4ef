// What may lie where a ledger is looked for, and what becomes of it.

import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RunledgerError } from "../../core/errors.ts";
import { newRunId } from "../../core/ids.ts";
import { queue } from "../contract/samples.contract.ts";
import { openLedger } from "../open-ledger.ts";
import { ledgerFiles } from "./ledger-files.ts";
import { migrations } from "./migrate.ts";
import { openDatabase, refuseOldSqlite } from "./open-database.ts";
import { SqliteStore } from "./store.ts";

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "runledger-open-"));
  path = join(folder, "ledger.sqlite");
});

afterEach(() => rmSync(folder, { recursive: true }));

describe("opening a ledger", () => {
  it("makes none for a command that only reads", async () => {
    expect(await refusal(openLedger({ url: folder, mustExist: true }))).toBe("ledger.not-found");
    expect(readdirSync(folder)).toEqual([]);
  });

  it("leaves no half made files behind, and finds the same ledger again", async () => {
    const first = await openLedger({ url: folder, mustExist: false });
    const runId = await queue(first);
    await first.close();
    expect(readdirSync(folder).sort()).toEqual(["bell", "blobs", "ledger.sqlite", "locks"]);
    const second = await openLedger({ url: folder, mustExist: true });
    expect(second.ledgerId).toBe(first.ledgerId);
    expect((await second.getRun(runId))?.status).toBe("queued");
    await second.close();
  });

  it("by several at once makes one ledger", async () => {
    const opened = await Promise.all([1, 2, 3].map(() => openLedger({ url: folder, mustExist: false })));
    expect(new Set(opened.map((ledger) => ledger.ledgerId)).size).toBe(1);
    for (const ledger of opened) await ledger.close();
  });

  const garbage = Buffer.from("no database at all, but long enough to be one. ".repeat(100));
  const refused: { what: string; make: () => void | Promise<void>; code: string }[] = [
    { what: "an empty file", make: () => writeFileSync(path, ""), code: "ledger.damaged" },
    { what: "a few bytes", make: () => writeFileSync(path, "SQLite format 3\0"), code: "ledger.damaged" },
    { what: "garbage", make: () => writeFileSync(path, garbage), code: "ledger.damaged" },
    { what: "a file of zeros", make: () => writeFileSync(path, Buffer.alloc(40_960)), code: "ledger.damaged" },
    {
      what: "a ledger that was cut in the middle",
      make: () => ledgerThat((size) => truncateSync(path, size / 2)),
      code: "ledger.damaged",
    },
    {
      what: "a ledger that lost its last page",
      make: () => ledgerThat((size) => truncateSync(path, size - 4096)),
      code: "ledger.damaged",
    },
    {
      what: "a ledger whose pages are zeros but for the first",
      make: () =>
        ledgerThat((size) => {
          const first = readFileSync(path).subarray(0, 4096);
          writeFileSync(path, Buffer.concat([first, Buffer.alloc(size - 4096)]));
        }),
      code: "ledger.damaged",
    },
    {
      what: "another application's database",
      make: () => database("CREATE TABLE theirs (a)"),
      code: "ledger.foreign-file",
    },
    {
      what: "our mark without our tables",
      make: () => database("PRAGMA application_id = 1382960231; CREATE TABLE a (b)"),
      code: "ledger.damaged",
    },
    { what: "a folder", make: () => void mkdirSync(path), code: "ledger.bad-url" },
    {
      what: "a ledger of a build to come",
      make: () => ledgerThat(() => database("UPDATE meta SET value = '12' WHERE key IN ('schema', 'compatibleFrom')")),
      code: "ledger.newer-schema",
    },
  ];
  for (const { what, make, code } of refused) {
    it(`refuses ${what} as ${code} and leaves it as it was`, async () => {
      await make();
      const before = digests();
      expect(await refusal(openLedger({ url: path, mustExist: false }))).toBe(code);
      expect(digests()).toEqual(before);
    });
  }

  it("names both numbers when a ledger is too new", async () => {
    await ledgerThat(() => database("UPDATE meta SET value = '12' WHERE key IN ('schema', 'compatibleFrom')"));
    const words = new RegExp(`at schema 12 .* this build knows ${migrations.length}$`);
    await expect(openLedger({ url: path, mustExist: true })).rejects.toThrow(words);
  });

  it("works with a newer ledger that says that it may", async () => {
    await ledgerThat(() => database("UPDATE meta SET value = '12' WHERE key = 'schema'"));
    const ledger = await openLedger({ url: path, mustExist: true });
    await queue(ledger);
    await ledger.close();
  });

  it("refuses an SQLite that can corrupt a ledger", () => {
    for (const version of ["3.51.3", "3.51.10", "3.53.0", "4.0.0"]) refuseOldSqlite(version);
    for (const version of ["3.51.2", "3.50.9", "2.99.99", ""]) {
      expect(() => refuseOldSqlite(version)).toThrow(RunledgerError);
    }
  });

  it("gives a copy an identity of its own, and the cursors of the first mean nothing there", async () => {
    await ledgerThat(() => {});
    const first = await openLedger({ url: path, mustExist: true });
    const cursor = await first.headCursor();
    await first.close();
    mkdirSync(join(folder, "copy"));
    copyFileSync(path, join(folder, "copy", "ledger.sqlite"));
    const copy = await openLedger({ url: join(folder, "copy"), mustExist: true });
    expect(copy.ledgerId).not.toBe(first.ledgerId);
    expect(copy.notices[0]).toMatch(/is a copy of another ledger/);
    await expect(copy.readAll(cursor, 1)).rejects.toMatchObject({ code: "cursor.reset" });
    await copy.close();
    const again = await openLedger({ url: join(folder, "copy"), mustExist: true });
    expect([again.ledgerId, again.notices]).toEqual([copy.ledgerId, []]);
    await again.close();
  });
});

describe("migrating a ledger", () => {
  const next = {
    number: migrations.length + 1,
    name: "999-more",
    compatibleFrom: migrations.length + 1,
    sql: "CREATE TABLE more (a TEXT) STRICT",
  };

  it("copies it first, goes forward, and says so", async () => {
    const backup = `${path}.schema-${migrations.length}.backup`;
    await ledgerThat(() => {});
    const { db, reader, notices } = openDatabase({ path, mustExist: true, migrations: [...migrations, next] });
    expect(db.prepare("SELECT count(*) AS n FROM more").get()).toEqual({ n: 0 });
    expect(notices).toEqual([
      `the ledger was migrated from schema ${migrations.length} to ${next.number}; a copy from before is ${backup}`,
    ]);
    reader.close();
    db.close();
    expect(existsSync(backup)).toBe(true);
    expect(await refusal(openLedger({ url: path, mustExist: true }))).toBe("ledger.newer-schema");
  });

  it("that fails changes nothing", async () => {
    await ledgerThat(() => {});
    const broken = { ...next, sql: "CREATE TABLE more (a TEXT) STRICT; CREATE TABLE meta (a TEXT)" };
    expect(() => openDatabase({ path, mustExist: true, migrations: [...migrations, broken] })).toThrow(/meta/);
    const { db, reader } = openDatabase({ path, mustExist: true });
    expect(db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'more'").get()).toBeUndefined();
    reader.close();
    db.close();
  });

  it("numbers follow each other, and names begin with them", () => {
    for (const [index, { number, name }] of migrations.entries()) {
      expect(number).toBe(index + 1);
      expect(name).toMatch(new RegExp(`^${String(number).padStart(3, "0")}-[a-z-]+$`));
    }
  });
});

describe("a store", () => {
  it("says what SQLite says in words of ours when it cannot be opened", () => {
    writeFileSync(path, garbage());
    expect(() => new SqliteStore({ files: ledgerFiles(folder), mustExist: true })).toThrow(RunledgerError);
    rmSync(path);
    const files = ledgerFiles(join(folder, "missing"));
    expect(() => new SqliteStore({ files, mustExist: false })).toThrow(/ledger/);
  });
});

function garbage(): Buffer {
  return Buffer.alloc(8192, newRunId());
}

/** A closed ledger with some runs, to which something was done. */
async function ledgerThat(done: (size: number) => void): Promise<void> {
  const ledger = await openLedger({ url: path, mustExist: false });
  for (let index = 0; index < 30; index += 1) await queue(ledger);
  await ledger.close();
  done(readFileSync(path).length);
}

function database(sql: string): void {
  const db = new DatabaseSync(path);
  db.exec(sql);
  db.close();
}

async function refusal(opening: Promise<unknown>): Promise<string> {
  const error = await opening.catch((reason: unknown) => reason);
  return error instanceof RunledgerError ? error.code : `no refusal: ${error}`;
}

/** Digest of every file in the folder that is ours to leave alone. */
function digests(): Record<string, string> {
  const names = readdirSync(folder, { withFileTypes: true }).filter(
    (entry) => entry.isFile() && !/-(wal|shm)$/.test(entry.name),
  );
  return Object.fromEntries(
    names.map(({ name }) => [
      name,
      createHash("sha256")
        .update(readFileSync(join(folder, name)))
        .digest("hex"),
    ]),
  );
}
