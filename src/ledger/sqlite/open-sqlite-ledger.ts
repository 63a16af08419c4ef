// Opens the SQLite ledger: starts its thread, and listens for changes that other processes make.

import { accessSync, constants, existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { RunledgerError } from "../../core/errors.ts";
import { makeGivenFolder } from "../../protocol/give-to-owner.ts";
import { watchOrPoll } from "../../protocol/watch-file.ts";
import { ChangeSignal } from "../change-signal.ts";
import type { Ledger } from "../ledger.ts";
import { makeBallast } from "./disk-room.ts";
import type { LedgerFiles } from "./ledger-files.ts";
import { ThreadClient } from "./thread-client.ts";

export type SqliteLedgerOptions = { files: LedgerFiles; mustExist: boolean; ballast: boolean };

/** @throws RunledgerError `ledger.unwritable`, and as `openDatabase` does */
export async function openSqliteLedger({ files, mustExist, ballast }: SqliteLedgerOptions): Promise<Ledger> {
  if (!mustExist) makeFolder(files.home, (path) => mkdirSync(path, { recursive: true, mode: 0o700 }));
  refuseUnwritable(files);
  const notices: string[] = [];
  const heard = { committed: () => {} };
  const events = { notice: (text: string) => void notices.push(text), committed: () => heard.committed() };
  // The thread opens the file while this one loads what it takes to speak of runs and events.
  const [{ client, ledgerId, epoch }, { SqliteLedger }, { accessOperations }] = await Promise.all([
    ThreadClient.open({ files, mustExist }, events),
    import("./sqlite-ledger.ts"),
    import("./access-operations.ts"),
  ]);
  // Beside a file that turned out to be no ledger nothing is made.
  for (const folder of [files.locks, files.blobs]) makeFolder(folder, makeGivenFolder);
  const version = () => client.call("dataVersion", {});
  // A bell that cannot be heard is no reason to end: the looks go on.
  const listen = (changed: () => void) => watchOrPoll(files.bell, changed);
  const signal = new ChangeSignal({ version, listen }, await version());
  heard.committed = () => signal.changed();
  if (ballast) void makeBallast(files.ballast, { folder: files.home });
  const ledger = new SqliteLedger({ files, client, signal, ledgerId, epoch, notices });
  return Object.assign(ledger, accessOperations(client));
}

/** What the system answers where a folder cannot be made: by permissions, by a read-only disk, or below a file. */
const unwritableCodes = ["EACCES", "EPERM", "EROFS", "ENOTDIR", "EEXIST"];

function makeFolder(path: string, make: (path: string) => void): void {
  try {
    make(path);
  } catch (error) {
    throw unwritableCodes.includes((error as NodeJS.ErrnoException).code ?? "") ? unwritable(path, error) : error;
  }
}

/** Asked first: SQLite opens such a file for reading without a word, and fails at the first write. */
function refuseUnwritable({ home, database, locks, blobs }: LedgerFiles): void {
  const folders = [home, dirname(database), locks, blobs];
  const needed = [
    ...folders.map((path) => ({ path, access: constants.W_OK | constants.X_OK })),
    ...["", "-wal", "-shm"].map((end) => ({ path: `${database}${end}`, access: constants.R_OK | constants.W_OK })),
  ];
  for (const { path, access } of needed) {
    if (!existsSync(path)) continue;
    try {
      accessSync(path, access);
    } catch (error) {
      throw unwritable(path, error);
    }
  }
}

function unwritable(path: string, cause: unknown): RunledgerError {
  const code = (cause as NodeJS.ErrnoException).code ?? "no reason given";
  return new RunledgerError("ledger.unwritable", `${path} cannot be written (${code})`, { data: { path }, cause });
}
