// Opens the SQLite ledger: starts its thread, and listens for changes that other processes make.

import { mkdirSync } from "node:fs";
import type { Ledger } from "../ledger.ts";
import { ChangeSignal } from "./change-signal.ts";
import { makeBallast } from "./disk-room.ts";
import type { LedgerFiles } from "./ledger-files.ts";
import { ThreadClient } from "./thread-client.ts";

export type SqliteLedgerOptions = { files: LedgerFiles; mustExist: boolean; ballast: boolean };

/** @throws RunledgerError as `openDatabase` does */
export async function openSqliteLedger({ files, mustExist, ballast }: SqliteLedgerOptions): Promise<Ledger> {
  if (!mustExist) mkdirSync(files.home, { recursive: true, mode: 0o700 });
  const notices: string[] = [];
  const heard = { committed: () => {} };
  const events = { notice: (text: string) => void notices.push(text), committed: () => heard.committed() };
  // The thread opens the file while this one loads what it takes to speak of runs and events.
  const [{ client, ledgerId, epoch }, { SqliteLedger }] = await Promise.all([
    ThreadClient.open({ files, mustExist }, events),
    import("./sqlite-ledger.ts"),
  ]);
  // Beside a file that turned out to be no ledger nothing is made.
  for (const folder of [files.locks, files.blobs]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const signal = new ChangeSignal({
    bellPath: files.bell,
    seenVersion: await client.call("dataVersion", {}),
    dataVersion: () => client.call("dataVersion", {}),
  });
  heard.committed = () => signal.changed();
  if (ballast) void makeBallast(files.ballast, { folder: files.home });
  return new SqliteLedger({ files, client, signal, ledgerId, epoch, notices });
}
