// `runledger migrate`: brings the ledger's database to the schema of this build.

import { type LedgerMigration, migrateLedger } from "../ledger/migrate-ledger.ts";
import { counted } from "../views/number-words.ts";
import type { Command, Context } from "./command.ts";
import { exitCodes } from "./exit-code.ts";
import { findLedger } from "./find-ledger.ts";

export const migrateCommand: Command = {
  name: "migrate",
  group: "Operate",
  summary: "brings a PostgreSQL ledger to the schema of this build",
  usage: "migrate",
  notes: `Everything that is missing is done in one transaction, under a lock: of several that come at once one does it,
and the others find nothing to do. It needs a role that owns the tables; all other commands do not. A schema
that is newer than this build can work with is refused. An SQLite ledger migrates itself. docs/operate.md says
in which order to upgrade.`,
  options: {},
  operands: { min: 0, max: 0 },
  run: runMigrate,
};

async function runMigrate({ options, output, env, cwd }: Context): Promise<number> {
  const { url } = findLedger({ option: options.text("ledger"), env, cwd });
  const migration = await migrateLedger({ url, cwd, env });
  if (output.isJson) output.json(resourceOf(migration));
  else output.result(wordsOf(migration));
  return exitCodes.ok;
}

function resourceOf({ shown, ...migration }: LedgerMigration) {
  return { ledger: shown, ...migration };
}

function wordsOf(migration: LedgerMigration): string {
  const { shown } = migration;
  if (migration.database === "sqlite") {
    return `${shown} is on SQLite, which migrates itself when it is opened, after a copy; there is nothing to do`;
  }
  const { from, to, done, isSettled } = migration;
  const settled = isSettled ? `${shown} was restored from another server, and is settled on this one` : null;
  if (done.length === 0) return settled ?? `${shown} is at schema ${to}; there is nothing to do`;
  const made = from === 0 ? `made at schema ${to}` : `brought from schema ${from} to ${to}`;
  const words = `${shown} was ${made} by ${counted(done.length, "migration")}: ${done.join(", ")}`;
  return settled === null ? words : `${words}\n${settled}`;
}
