// Opens the ledger's file, or makes it. What is no ledger, or not one for this build, is refused and left as it was.

import { randomBytes, randomUUID } from "node:crypto";
import { closeSync, existsSync, fsyncSync, linkSync, openSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { RunledgerError } from "../../core/errors.ts";
import { type Migration, migrate, migrations, readMeta, schemaNumber, writeMeta } from "./migrate.ts";
import { isDamage } from "./sqlite-errors.ts";
import { whileBusy } from "./while-busy.ts";

/** "RnLg": tells our files from other SQLite databases. */
const applicationId = 0x526e4c67;

/** The first SQLite without the WAL-reset fault, which could corrupt a database. */
const sqliteOldest = [3, 51, 3] as const;

export type OpenDatabase = {
  /** The writing connection. */
  db: DatabaseSync;
  /** The reading connection; it cannot write. */
  reader: DatabaseSync;
  ledgerId: string;
  epoch: string;
  notices: string[];
};

export type OpenDatabaseOptions = { path: string; mustExist: boolean; migrations?: readonly Migration[] };

/** @throws RunledgerError `ledger.not-found`, `ledger.foreign-file`, `ledger.damaged`, `ledger.newer-schema`, `ledger.old-sqlite` */
export function openDatabase(options: OpenDatabaseOptions): OpenDatabase {
  refuseOldSqlite(process.versions.sqlite ?? "");
  const { path, mustExist, migrations: known = migrations } = options;
  if (!existsSync(path)) {
    if (mustExist) throw new RunledgerError("ledger.not-found", `there is no ${path}`, { data: { path } });
    createDatabase(path, known);
  }
  refuseWhatIsNoLedger(path, known);
  const notices: string[] = [];
  const db = new DatabaseSync(path, { timeout: 0 });
  try {
    // FULL: a commit that was answered survives a power cut. Checkpoints are made between commits, not inside one.
    db.exec("PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA temp_store = MEMORY");
    const done = whileBusy(() => migrate(db, path, known));
    if (done !== null) notices.push(done);
    const identity = identityOf(db, path);
    notices.push(...identity.notices);
    const reader = new DatabaseSync(path, { timeout: 0 });
    reader.exec("PRAGMA query_only = ON; PRAGMA wal_autocheckpoint = 0");
    return { db, reader, ledgerId: identity.ledgerId, epoch: identity.epoch, notices };
  } catch (error) {
    db.close();
    throw error;
  }
}

/** @param version As `process.versions.sqlite` has it. */
export function refuseOldSqlite(version: string): void {
  const parts = version.split(".").map(Number);
  for (const [index, least] of sqliteOldest.entries()) {
    const part = parts[index] ?? 0;
    if (part > least) return;
    if (part < least) {
      throw new RunledgerError(
        "ledger.old-sqlite",
        `SQLite is ${version}, ${sqliteOldest.join(".")} is the oldest good one`,
      );
    }
  }
}

/** Makes the file whole under another name first: nobody ever sees half a ledger, and of two makers one wins. */
function createDatabase(path: string, known: readonly Migration[]): void {
  const draft = `${path}.${randomBytes(6).toString("hex")}.new`;
  const db = new DatabaseSync(draft, { timeout: 0 });
  try {
    db.exec(`PRAGMA application_id = ${applicationId}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL`);
    migrate(db, draft, known);
    writeMeta(db, "ledgerId", randomUUID());
    writeMeta(db, "epoch", newEpoch());
    writeMeta(db, "file", fileOf(draft));
    db.close();
    linkSync(draft, path);
    syncFolder(dirname(path));
  } catch (error) {
    if (db.isOpen) db.close();
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  } finally {
    for (const end of ["", "-wal", "-shm"]) rmSync(`${draft}${end}`, { force: true });
  }
}

/**
 * Looks through a connection that cannot write. Reading the file by other means is no choice: closing it would free
 * every lock that this process has on it.
 */
function refuseWhatIsNoLedger(path: string, known: readonly Migration[]): void {
  const stat = statSync(path);
  if (!stat.isFile()) throw new RunledgerError("ledger.bad-url", `${path} is no file`, { data: { path } });
  const damaged = (cause: string) => new RunledgerError("ledger.damaged", `${path}: ${cause}`, { data: { path } });
  if (stat.size < 512) throw damaged(`the file has ${stat.size} bytes, which is no database`);
  const db = new DatabaseSync(path, { readOnly: true, timeout: 0 });
  try {
    whileBusy(() => {
      const id = (db.prepare("PRAGMA application_id").get() as { application_id: number }).application_id;
      if (id !== applicationId) {
        const detail = `${path} is an SQLite database of another application (id ${id})`;
        throw new RunledgerError("ledger.foreign-file", detail, { data: { path } });
      }
      if (schemaNumber(db, path, known) === 0) throw damaged("it has no schema");
      // The end of the file is what a truncation takes, and page after page of NUL what a power cut may leave.
      db.prepare(
        "SELECT max(position), (SELECT count(*) FROM meta), (SELECT max(created) FROM runs) FROM events",
      ).get();
    });
  } catch (error) {
    throw isDamage(error) ? damaged(error instanceof Error ? error.message : String(error)) : error;
  } finally {
    db.close();
  }
}

/** A ledger knows its own file. Opened as a copy it is another ledger, whose cursors are not the first one's. */
function identityOf(db: DatabaseSync, path: string): { ledgerId: string; epoch: string; notices: string[] } {
  const file = fileOf(path);
  const notices: string[] = [];
  if (whileBusy(() => readMeta(db, "file")) !== file) {
    whileBusy(() => db.exec("BEGIN IMMEDIATE"));
    if (readMeta(db, "file") !== file) {
      writeMeta(db, "ledgerId", randomUUID());
      writeMeta(db, "epoch", newEpoch());
      writeMeta(db, "file", file);
      notices.push(`${path} is a copy of another ledger and got an identity of its own`);
    }
    db.exec("COMMIT");
  }
  return { ledgerId: readMeta(db, "ledgerId") ?? "", epoch: readMeta(db, "epoch") ?? "", notices };
}

function fileOf(path: string): string {
  const { dev, ino } = statSync(path, { bigint: true });
  return `${dev}:${ino}`;
}

function newEpoch(): string {
  return randomBytes(4).toString("hex");
}

function syncFolder(path: string): void {
  const fd = openSync(path, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
