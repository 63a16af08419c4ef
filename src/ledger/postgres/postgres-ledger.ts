// The ledger on PostgreSQL. A process has three connections: writes go through the group commit of one, reads through
// another, and the third is the session that listens and holds locks. Who claims from the queue has a fourth, so that no
// claim waits for what else is written. Checks and rebuilds take one more while they last.

import { join } from "node:path";
import { systemLimits } from "../../core/system-limits.ts";
import type { ChangeSignal } from "../change-signal.ts";
import type { Finding, Ledger } from "../ledger.ts";
import { markFiles } from "../moved-files.ts";
import { accessOperations } from "./access-operations.ts";
import type { Connection } from "./connection.ts";
import { databaseState } from "./database-state.ts";
import type { Line } from "./line.ts";
import type { ClaimWrite, Write } from "./members.ts";
import { ledgerError } from "./postgres-errors.ts";
import { readOperations } from "./read-operations.ts";
import { rebuild } from "./rebuild.ts";
import type { Session } from "./session.ts";
import { verifyLedger } from "./verify-ledger.ts";
import { writeOperations } from "./write-operations.ts";
import type { Writer } from "./writer.ts";

export type PostgresParts = {
  /** The URL without its password. */
  shown: string;
  home: string;
  ledgerId: string;
  /** The epoch that the connection opened last has found. */
  epoch: () => string;
  readLine: Line;
  writeLine: Line;
  writer: Writer<Write>;
  claimLine: Line;
  claimer: Writer<ClaimWrite>;
  session: Session;
  signal: ChangeSignal;
  /** Opens one more connection, for work that needs one alone. */
  openAlone: () => Promise<Connection>;
};

export function postgresLedger(parts: PostgresParts): Ledger {
  const { shown, readLine, writer, claimer, session, signal } = parts;
  const reads = readOperations({ line: readLine, epoch: parts.epoch, session });
  let closing: Promise<void> | null = null;
  const close = () => {
    closing ??= closeParts(parts);
    return closing;
  };
  return {
    url: shown,
    ledgerId: parts.ledgerId,
    home: parts.home,
    notices: [],
    takeoverAfterMs: systemLimits.takeoverAfterMs,
    ...reads,
    ...writeOperations({ writer, claimer, getExperiment: reads.getExperiment }),
    ...accessOperations(parts),
    ...waits(signal),
    async holdLock(id) {
      await session.hold(id);
      return { id, release: () => session.release(id) };
    },
    isLockFree: (id) => readLine.do((connection) => session.isFree(connection, id)),
    forgetLock: (id) => readLine.do((connection) => session.forget(connection, id)),
    refuseMoved: markFiles([parts.home, join(parts.home, "locks")]),
    databaseState: () => readLine.do((connection) => databaseState(connection, session.mayBePooled)),
    renew: (worker) => session.renew(worker),
    verify: (options = {}) => verifyAlone(parts, options.runIds ?? null),
    rebuild: () => alone(parts, rebuild),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function waits(signal: ChangeSignal): Pick<Ledger, "changeMark" | "waitForChange"> {
  let returnedAt = 0;
  return {
    changeMark: () => signal.mark,
    async waitForChange({ timeoutMs, signal: aborted, since = returnedAt }) {
      const hasChanged = await signal.wait({ since, timeoutMs, signal: aborted });
      returnedAt = signal.mark;
      return hasChanged;
    },
  };
}

async function* verifyAlone({ openAlone, shown }: PostgresParts, runIds: string[] | null): AsyncGenerator<Finding> {
  const connection = await openAlone();
  try {
    yield* verifyLedger(connection, runIds);
  } catch (error) {
    throw ledgerError(error, shown);
  } finally {
    await connection.close();
  }
}

async function alone<T>({ openAlone, shown }: PostgresParts, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await openAlone();
  try {
    return await work(connection);
  } catch (error) {
    throw ledgerError(error, shown);
  } finally {
    await connection.close();
  }
}

async function closeParts(parts: PostgresParts): Promise<void> {
  const { signal, writer, claimer, writeLine, claimLine, readLine, session } = parts;
  signal.close();
  await Promise.all([writer.idle(), claimer.idle()]);
  await Promise.all([writeLine.close(), claimLine.close(), readLine.close(), session.close()]);
}
