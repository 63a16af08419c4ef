// Opens the PostgreSQL ledger: looks whether the database is one, of a schema that this build works with, and whether it
// is still the one that it was.

import { mkdirSync } from "node:fs";
import { RunledgerError } from "../../core/errors.ts";
import { ChangeSignal } from "../change-signal.ts";
import type { Ledger } from "../ledger.ts";
import { Connection, type ConnectionUse } from "./connection.ts";
import { settleIdentity } from "./database-identity.ts";
import { endlessStatements } from "./endless-statements.ts";
import { commitClaims, commitWrites } from "./group-commit.ts";
import { Line } from "./line.ts";
import { migrations, schemaNumber } from "./migrate.ts";
import { ledgerError } from "./postgres-errors.ts";
import { postgresLedger } from "./postgres-ledger.ts";
import { type PostgresPlace, readPostgresUrl } from "./postgres-url.ts";
import { feedHead } from "./read-events.ts";
import { Session } from "./session.ts";
import { Writer } from "./writer.ts";

export type PostgresLedgerOptions = {
  url: string;
  /** The folder of attempt folders on this host. */
  home: string;
  mustExist: boolean;
  env: NodeJS.ProcessEnv;
};

/**
 * Opens it at once or not at all: only who has it open waits for a database that is away.
 * @throws RunledgerError `ledger.bad-url`, `ledger.unreachable`, `ledger.not-migrated`, `ledger.newer-schema`
 */
export async function openPostgresLedger({ url, home, mustExist, env }: PostgresLedgerOptions): Promise<Ledger> {
  const place = readPostgresUrl(url, env);
  const { shown } = place;
  let identity = { ledgerId: "", epoch: "" };
  const open = async (use: ConnectionUse = {}, way: PostgresPlace = place): Promise<Connection> => {
    const connection = await Connection.open(way, use);
    try {
      await prepare(connection, way);
      const found = await settleIdentity(connection, way.shown);
      if (way !== place && found.ledgerId !== identity.ledgerId) throw otherLedger(way, place);
      identity = found;
      return connection;
    } catch (error) {
      connection.abandon();
      throw error;
    }
  };
  const first = await open().catch((error) => {
    throw ledgerError(error, shown);
  });
  if (!mustExist) mkdirSync(home, { recursive: true, mode: 0o700 });
  const seenVersion = versionOf(await feedHead(first));
  const readLine = new Line({ open: () => open(), shown, first });
  const writeLine = new Line({ open: () => open(), shown });
  const claimLine = new Line({ open: () => open(), shown });
  const session = new Session({
    open: (heard) => open({ heard }, place.session ?? place),
    shown: (place.session ?? place).shown,
    mayBePooled: place.session !== null,
  });
  const signal = new ChangeSignal(
    {
      version: async () => versionOf(await readLine.do(feedHead)),
      listen: (changed) => session.listen(changed),
    },
    seenVersion,
  );
  const committed = (isTold: boolean) => {
    signal.changed();
    if (!isTold) session.tell();
  };
  const tellOn = (connection: Connection) => session.tellOn(connection);
  const common = { shown, tellOn, committed };
  const writer = new Writer({ line: writeLine, attempt: commitWrites, ...common });
  const claimer = new Writer({ line: claimLine, attempt: commitClaims, ...common });
  return postgresLedger({
    ...{ shown, home, ledgerId: identity.ledgerId, epoch: () => identity.epoch },
    ...{ readLine, writeLine, writer, claimLine, claimer, session, signal, openAlone: () => open({ isPatient: true }) },
  });
}

function versionOf({ xid, position }: { xid: string; position: number }): string {
  return `${xid}.${position}`;
}

function otherLedger(session: PostgresPlace, place: PostgresPlace): RunledgerError {
  const detail = `the session's URL leads to ${session.shown}, which is another ledger than ${place.shown}`;
  return new RunledgerError("ledger.bad-url", detail);
}

/** @throws RunledgerError `ledger.not-migrated`, `ledger.newer-schema` */
async function prepare(connection: Connection, { shown, prepare: names }: PostgresPlace): Promise<void> {
  // Behind a pooler a session's settings would become somebody else's.
  if (!connection.isPooled && names !== "never") await connection.script(sessionSettings);
  const schema = await schemaNumber(connection, shown);
  const needed = migrations.at(-1)?.number ?? 0;
  if (schema >= needed) return;
  const detail =
    schema === 0 ? `${shown} holds no ledger yet` : `${shown} is at schema ${schema}, this build needs ${needed}`;
  throw new RunledgerError("ledger.not-migrated", detail, { data: { schema, needed } });
}

/**
 * A client that vanished without a word lets go of its locks within half a minute, and its statement ends soon where the
 * server can see that nobody waits for the answer. What a role or a database is given for
 * other programs does not hold here: a limit of a few seconds would end `verify`, and half of the writes say themselves
 * that they write. Costs are those of plans that may not read a table whole, which older servers take for so high that they
 * compile each statement anew, for a quarter of a second.
 */
const sessionSettings = `SET idle_in_transaction_session_timeout = 30000; SET idle_session_timeout = 0;
  ${endlessStatements("SESSION")}; SET default_transaction_read_only = off; SET jit = off;
  SET default_transaction_isolation = 'read committed'; SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 3; SET tcp_keepalives_count = 3;
  SET tcp_user_timeout = 15000; SET client_min_messages = warning;
  SELECT set_config('client_connection_check_interval', '5s', false) WHERE version() LIKE '%linux%'`;
