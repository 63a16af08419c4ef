// The SQLite ledger without threads: two connections, group commits, checkpoints. Everything here is synchronous; the
// thread in thread.ts runs it, and tests run it as it is.

import type { DatabaseSync } from "node:sqlite";
import { RunledgerError } from "../../core/errors.ts";
import { isDiskFull } from "../disk-full.ts";
import { type Bell, openBell } from "./bell.ts";
import { dropBallast } from "./disk-room.ts";
import { commitGroup, type Member, type Writer } from "./group-commit.ts";
import type { LedgerFiles } from "./ledger-files.ts";
import type { Migration } from "./migrate.ts";
import { type OpenDatabase, openDatabase } from "./open-database.ts";
import { type ReadName, runRead } from "./operations.ts";
import { isNoRoom, ledgerError } from "./sqlite-errors.ts";
import { statement } from "./statement.ts";
import { whileBusy } from "./while-busy.ts";
import { WriteLock } from "./write-lock.ts";
import { SqliteTransaction } from "./write-transaction.ts";

export type StoreOptions = {
  files: LedgerFiles;
  mustExist: boolean;
  /** Unix milliseconds; `Date.now` but in tests. */
  clock?: () => number;
  migrations?: readonly Migration[];
  /** Told what the operator should know. */
  notice?: (text: string) => void;
};

/** Bytes in the WAL at which a checkpoint is made even while there is work. */
const walBytesMax = 16 * 1024 * 1024;
const pageBytes = 4096;
/** Commits between two looks at the size of the WAL. */
const commitsBetweenLooks = 32;

export class SqliteStore implements Disposable {
  readonly ledgerId: string;
  readonly epoch: string;
  readonly #files: LedgerFiles;
  readonly #reader: DatabaseSync;
  readonly #writer: Writer;
  readonly #bell: Bell;
  readonly #notice: (text: string) => void;
  #commitsSinceLook = 0;
  #hasUncheckpointed = false;

  constructor({ files, mustExist, clock = Date.now, migrations, notice = () => {} }: StoreOptions) {
    const opened = this.#open({ path: files.database, mustExist, ...(migrations && { migrations }) });
    const { db, reader, ledgerId, epoch, notices } = opened;
    this.ledgerId = ledgerId;
    this.epoch = epoch;
    this.#files = files;
    this.#notice = notice;
    this.#reader = reader;
    const lock = new WriteLock(db, { shmPath: `${files.database}-shm`, notice });
    this.#writer = { db, lock, tx: new SqliteTransaction(db, clock) };
    this.#bell = openBell(files.bell);
    for (const text of notices) notice(text);
  }

  /**
   * Commits one group from the front of the queue; every member that it took is answered when this returns.
   * @param onWait Called while another process holds the lock, to do meanwhile what needs no lock.
   */
  commitGroup(queue: Member[], onWait: () => void = () => {}): void {
    let end = commitGroup(this.#writer, queue, onWait);
    if (!end.isCommitted && this.#hasMadeRoom(end.error)) {
      queue.unshift(...end.members);
      end = commitGroup(this.#writer, queue, onWait);
    }
    if (!end.isCommitted) {
      const error = this.explain(end.error);
      for (const member of end.members) member.fail(error);
    } else if (end.hasChanged) {
      this.#hasUncheckpointed = true;
      this.#bell.ring();
      this.#commitsSinceLook += 1;
      if (this.#commitsSinceLook >= commitsBetweenLooks) this.#lookAtWal();
    }
  }

  /** @throws RunledgerError of the ledger, in place of what SQLite says. */
  read(name: ReadName, argument: unknown): unknown {
    try {
      return whileBusy(() => runRead(this.#reader, name, argument));
    } catch (error) {
      throw this.explain(error);
    }
  }

  /** Moves what was committed from the WAL into the database, as far as no reader is in the way. For idle moments. */
  checkpoint(): void {
    if (!this.#hasUncheckpointed) return;
    this.#hasUncheckpointed = false;
    this.#commitsSinceLook = 0;
    this.#walPragma("PASSIVE");
  }

  get hasUncheckpointed(): boolean {
    return this.#hasUncheckpointed;
  }

  [Symbol.dispose](): void {
    this.#reader.close();
    this.#writer.db.close();
    this.#bell.close();
  }

  #open(options: { path: string; mustExist: boolean; migrations?: readonly Migration[] }): OpenDatabase {
    try {
      return openDatabase(options);
    } catch (error) {
      throw ledgerError(error, options.path, () => false);
    }
  }

  #hasMadeRoom(error: unknown): boolean {
    if (!isNoRoom(error, () => isDiskFull(this.#files.home)) || !dropBallast(this.#files.ballast)) return false;
    this.#notice("the disk is full: the ballast was given up so that running attempts can be recorded");
    return true;
  }

  /** Measures the WAL, and makes a checkpoint if it has grown too long; what fails here fails nobody's request. */
  #lookAtWal(): void {
    this.#commitsSinceLook = 0;
    const size = this.#walPragma("NOOP");
    if (size !== null && (size.log - size.checkpointed) * pageBytes >= walBytesMax) this.checkpoint();
  }

  #walPragma(mode: "NOOP" | "PASSIVE"): { log: number; checkpointed: number } | null {
    try {
      const row = statement(this.#writer.db, `PRAGMA wal_checkpoint(${mode})`).get();
      return row as { log: number; checkpointed: number };
    } catch {
      // Only a convenience: a full disk or a busy database leaves the WAL as it is, and the next one tries again.
      return null;
    }
  }

  /** What SQLite said, in words of ours; other errors are given back as they are. */
  explain(error: unknown): unknown {
    if (error instanceof RunledgerError) return error;
    return ledgerError(error, this.#files.database, () => isDiskFull(this.#files.home));
  }
}
