// Points at a ledger on PostgreSQL: wraps what the driver sends. A group of writes is named by the events in it, a lock
// is an advisory one of the session, and a blob is rows.

import pg from "pg";
import type { Points } from "./fire.ts";
import { nameOfTransaction } from "./name-transaction.ts";

type Asked = string | { text: string; values?: unknown[] };
type Query = (this: object, asked: Asked, ...rest: unknown[]) => Promise<unknown>;

/** What some statements are, by how they begin; locks of the schema and of whole groups are taken in transactions. */
const statementPoints: readonly (readonly [point: string, text: RegExp])[] = [
  ["lock taken", /^SELECT pg_try_advisory_lock\(/],
  ["shutdown", /^SELECT pg_advisory_unlock\(/],
  ["lock looked at", /FROM pg_locks WHERE locktype = 'advisory'/],
  ["blob kept", /^INSERT INTO blobs/],
];

/** Wraps the driver for this process. */
export function watchServer({ pass }: Points): void {
  const query = pg.Client.prototype.query as unknown as Query;
  const types = new WeakMap<object, Set<string>>();
  let hasTaken = false;
  const wrapped: Query = function (asked, ...rest) {
    const text = typeof asked === "string" ? asked : asked.text;
    const point = pointOf(types, this, text);
    remember(types, this, asked);
    if (point === null) return query.call(this, asked, ...rest);
    try {
      pass(point, "before");
    } catch (error) {
      return Promise.reject(asServerError(error));
    }
    return query.call(this, asked, ...rest).then((answer) => {
      pass(point, "after");
      if (point === "lock taken") hasTaken = true;
      // Who comes to adopt takes a lock of its own first: its next look is the one by which it decides.
      if (point === "lock looked at" && hasTaken) pass("adopter looked", "after");
      return answer;
    });
  };
  Object.assign(pg.Client.prototype, { query: wrapped });
}

function pointOf(types: WeakMap<object, Set<string>>, client: object, text: string): string | null {
  if (text !== "COMMIT" && text !== "ROLLBACK") return statementPoints.find(([, of]) => of.test(text))?.[0] ?? null;
  const seen = types.get(client) ?? new Set();
  types.delete(client);
  return text === "COMMIT" ? nameOfTransaction(seen) : null;
}

/** Events come as an array for each column; the statement may be one of several that are sent as one. */
const typesOfEvents = /\bINSERT INTO events \([\s\S]*?unnest\(\$(\d+)::text\[\]\) AS type\b/;

function remember(types: WeakMap<object, Set<string>>, client: object, asked: Asked): void {
  if (typeof asked === "string") return;
  const at = Number(typesOfEvents.exec(asked.text)?.[1]);
  const column = asked.values?.[at - 1] as { values: string[] } | undefined;
  if (column === undefined) return;
  const seen = types.get(client) ?? new Set();
  types.set(client, seen);
  for (const type of column.values) seen.add(type);
}

/** A full disk is the server's, and says so in its words. */
function asServerError(error: unknown): Error {
  const message = "could not extend file: No space left on device";
  return Object.assign(new Error(message, { cause: error }), { code: "53100" });
}
