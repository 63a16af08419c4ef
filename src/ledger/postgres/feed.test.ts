// The stream of all events with many writers, some of them slow to commit: a reader by cursor gets every event once and
// in order. The two readers that look right and are not stand beside it, and have to miss some.

import { expect, it } from "vitest";
import { newRunId } from "../../core/ids.ts";
import { actor, queue, queuedData } from "../contract/samples.contract.ts";
import type { Cursor, Ledger } from "../ledger.ts";
import type { Connection } from "./connection.ts";
import { useDatabase } from "./use-database.fixture.ts";

const database = useDatabase();

const writers = 16;
const runsEach = 20;

it("a reader gets every event of 16 writers once, and those of each run in order", { timeout: 120_000 }, async () => {
  // Each fourth transaction takes its time to commit, after its positions and its id were taken.
  await slowCommits("NEW.position / 64 % 4 = 0", 0.03);
  const reader = await database.open();
  const reading = readUntil(reader, writers * runsEach * 2);
  await Promise.all(Array.from({ length: writers }, writeRuns));
  const seen = await reading;
  expect(new Set(seen.map(({ runId, seq }) => `${runId}/${seq}`)).size).toBe(writers * runsEach * 2);
  expect(seen.length).toBe(writers * runsEach * 2);
  const seqs = new Map<string | null, number>();
  for (const { runId, seq } of seen) {
    expect(seq).toBe((seqs.get(runId) ?? 0) + 1);
    seqs.set(runId, seq);
  }
});

const readers = [
  { what: "a reader by cursor sees all", misses: 0, read: byCursor },
  {
    what: "a reader that goes on after the last position misses some",
    misses: 1,
    read: byPosition("position > $1"),
  },
  {
    what: "a reader that waits for older transactions and goes on after the last position misses some",
    misses: 1,
    read: byPosition("position > $1 AND xid < pg_snapshot_xmin(pg_current_snapshot())"),
  },
];

for (const { what, misses, read } of readers) {
  it(`of two writers that cross, ${what}`, async () => {
    const [first, second, look] = [await database.open(), await database.open(), await read()];
    const runs = [await queue(first), await queue(first)].sort();
    await slowCommits("NEW.type = 'run.queued'", 0.5);
    const [other, watcher] = [await database.connect(), await database.connect()];
    await look();
    // The first has its transaction's id and waits for its second run.
    await other.rows("BEGIN");
    await other.rows("SELECT 1 FROM runs WHERE run_id = $1 FOR UPDATE", [runs[1]]);
    const commands = runs.map((runId) => ({ runId, command: { type: "pause" } as const }));
    const late = first.executeAll(commands, actor);
    await waiting(watcher, 1);
    // The second has a later id and earlier positions, and is still committing when the first one has committed.
    const slow = second.execute(newRunId(), { type: "queue", data: await queuedData(second), claim: null }, actor);
    await sleeping(watcher);
    await other.rows("ROLLBACK");
    await late;
    await look();
    await slow;
    expect(await look()).toBe(5 - misses);
  });
}

it("who waited for a run behind a later transaction appends after it, also in the stream", async () => {
  const [first, second, reader] = [await database.open(), await database.open(), await database.open()];
  const runs = [await queue(first), await queue(first)].sort();
  const [holder, watcher] = [await database.connect(), await database.connect()];
  await holder.rows("BEGIN");
  await holder.rows("SELECT 1 FROM runs WHERE run_id = $1 FOR UPDATE", [runs[1]]);
  // The one that waits first has no transaction's id yet; the one that waits behind it has one, of its other run.
  const paused = second.execute(runs[1] ?? "", { type: "pause" }, actor);
  await waiting(watcher, 1);
  const cancelled = first.executeAll(
    runs.map((runId) => ({ runId, command: { type: "cancel", graceMs: 0 } })),
    actor,
  );
  await waiting(watcher, 2);
  await holder.rows("ROLLBACK");
  await Promise.all([paused, cancelled]);
  const { events } = await reader.readAll(null, 100);
  const ofRun = events.filter(({ runId }) => runId === runs[1]);
  expect(ofRun.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  expect(ofRun.map(({ type }) => type)).toEqual(["run.queued", "run.paused", "run.cancelled"]);
});

/** Both readers count what they have seen so far. */
async function byCursor(): Promise<() => Promise<number>> {
  const ledger = await database.open();
  let cursor: Cursor | null = null;
  let seen = 0;
  return async () => {
    const page = await ledger.readAll(cursor, 1_000);
    seen += page.events.length;
    cursor = page.cursor;
    return seen;
  };
}

function byPosition(condition: string): () => Promise<() => Promise<number>> {
  return async () => {
    const connection = await database.connect();
    let last = 0;
    let seen = 0;
    return async () => {
      const sql = `SELECT position FROM events WHERE ${condition} ORDER BY position`;
      const rows = await connection.rows<{ position: number }>(sql, [last]);
      seen += rows.length;
      last = rows.at(-1)?.position ?? last;
      return seen;
    };
  };
}

async function writeRuns(): Promise<void> {
  const ledger = await database.open();
  for (let index = 0; index < runsEach; index += 1) {
    await ledger.execute(await queue(ledger), { type: "pause" }, actor);
  }
}

async function readUntil(ledger: Ledger, count: number) {
  const seen: { runId: string | null; seq: number }[] = [];
  for (let cursor: Cursor | null = null; seen.length < count; ) {
    const since = ledger.changeMark();
    const page = await ledger.readAll(cursor, 100);
    seen.push(...page.events);
    cursor = page.cursor;
    if (page.events.length === 0) await ledger.waitForChange({ since, timeoutMs: 5_000 });
  }
  return seen;
}

/** Makes commits of events for which the condition holds wait. */
function slowCommits(condition: string, seconds: number): Promise<void> {
  return database.run(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF ${condition} THEN PERFORM pg_sleep(${seconds}); END IF; RETURN NULL; END $$;
    CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON events DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION refuse()`);
}

/** Until so many wait for rows that another holds. */
function waiting(connection: Connection, count: number): Promise<void> {
  return until(connection, "wait_event_type = 'Lock'", count);
}

/** Until somebody is slow to commit. */
function sleeping(connection: Connection): Promise<void> {
  return until(connection, "wait_event = 'PgSleep'", 1);
}

async function until(connection: Connection, condition: string, count: number): Promise<void> {
  const sql = `SELECT count(*) AS count FROM pg_stat_activity WHERE datname = current_database() AND ${condition}`;
  await expect.poll(async () => (await connection.row<{ count: number }>(sql))?.count, { timeout: 20_000 }).toBe(count);
}
