// What doctor says of the database behind the ledger: how safe an answer is, what stands between, and how far the stream
// of all events is behind.

import type { DatabaseState, FeedHolder } from "../ledger/database-state.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { duration } from "../views/number-words.ts";
import type { Check } from "./machine-checks.ts";

/** A transaction that is open for longer, milliseconds, was forgotten or is long work: the live streams stand still. */
const holderMsMax = 60_000;
const feedLagMsMax = 5_000;

export async function databaseChecks(ledger: Pick<Ledger, "databaseState">): Promise<Check[]> {
  const state = await ledger.databaseState();
  return [durabilityCheck(state), ...poolerChecks(state), feedCheck(state)];
}

function durabilityCheck({ server, durability, isDurable }: DatabaseState): Check {
  const says = `${server} · ${durability}`;
  if (isDurable) return { name: "database", level: "ok", says, fix: null };
  const fix = "Set synchronous_commit and fsync on: as it is, a crash of the server can lose what was answered last.";
  return { name: "database", level: "warn", says, fix };
}

function poolerChecks({ pooling }: DatabaseState): Check[] {
  switch (pooling) {
    case "none":
      return [];
    case "session apart":
      return [
        { name: "pooler", level: "ok", says: "a pooler stands between; locks have a way of their own", fix: null },
      ];
    case "no session":
      return [
        {
          name: "pooler",
          level: "warn",
          says: "a pooler stands between, and locks have no way of their own: nothing can be run from here",
          fix: "Add ?session=postgres://HOST:PORT of the server itself to the ledger's URL.",
        },
      ];
  }
}

function feedCheck({ feedLagMs, feedHolder }: DatabaseState): Check {
  const says = feedLagMs === 0 ? "no event is held back" : `events are held back since ${duration(feedLagMs)}`;
  const isLate = feedLagMs > feedLagMsMax || (feedHolder?.ageMs ?? 0) > holderMsMax;
  if (!isLate || feedHolder === null) return { name: "stream", level: isLate ? "warn" : "ok", says, fix: null };
  return {
    ...{ name: "stream", level: "warn", says: `${says}, by ${nameOf(feedHolder)}` },
    fix: "End that transaction; runs go on meanwhile, live views do not.",
  };
}

function nameOf({ pid, user, database, application, ageMs }: FeedHolder): string {
  if (pid === null) return "a prepared transaction (see pg_prepared_xacts)";
  const age = ageMs === null ? "" : `, open for ${duration(ageMs)}`;
  return `server process ${pid} (${[user, database, application].filter(Boolean).join(", ")}${age})`;
}
