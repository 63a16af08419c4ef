// The figures of the ledger on SQLite and on PostgreSQL in one run, row beside row, with what each is measured against.
// `npm run bench databases [-- --runs 1000000]`: how many runs the lists are of; growing to a million takes minutes and
// gigabytes of disk.

import { DatabaseSync } from "node:sqlite";
import { Client } from "pg";
import { growLedger } from "../tests/grown-ledger.ts";
import { type BenchDatabase, openBothDatabases } from "./both-databases.ts";
import { benchChange } from "./change.ts";
import { claimRows, claimTitle } from "./claim.ts";
import { growSqlite } from "./grow-sqlite.ts";
import { measureFsync } from "./machine.ts";
import { orphanRows, orphanTitle } from "./orphan.ts";
import { delayRow, percentilesOf } from "./percentiles.ts";
import { queueRateRows } from "./queue-rates.ts";
import { type Report, type Row, reportLines, row, short } from "./report.ts";
import { type ServedProcess, serveProcess } from "./served-process.ts";
import { loadStreams, usualLoad } from "./stream-load.ts";

type On = BenchDatabase & { folder: string };

/** Rows of the bare loops, about as large as those of events. */
const bareText = "x".repeat(400);
const bareCommits = 300;
const bareBatch = 500;
const bareBatches = 20;
const loneChanges = 1_000;
/** Of so few the p99 is the slowest; `npm run bench orphan` kills a hundred, on SQLite. */
const kills = 30;
const heardMsMax = 50;
const fewRuns = 1_000;
const pageReads = 60;
const pageMsMax = 25;

export async function benchDatabases({ runs = 20_000 } = {}): Promise<Report[]> {
  await using databases = await openBothDatabases();
  const sections: [title: string, measure: (on: On) => Promise<Row[]>][] = [
    ["references", bareLoops],
    ["runs a second through the queue, one process", (on) => queueRateRows(on, on.folder)],
    [claimTitle(), async (on) => claimRows({ url: await on.newLedger() })],
    [orphanTitle(kills), async (on) => orphanRows({ kills, url: await on.newLedger() })],
    ["from a commit to whoever follows, in other processes", changeRows],
    [`a page of 50 runs over HTTP, the ledger holding ${runs}`, (on) => pageRows(on, runs)],
  ];
  const reports: Report[] = [];
  for (const [title, measure] of sections) {
    const sides: { name: string; rows: Row[] }[] = [];
    for (const database of databases.all) {
      sides.push({ name: database.name, rows: await measure({ ...database, folder: databases.folder }) });
    }
    reports.push({ title, rows: besides(sides) });
  }
  return reports;
}

/** The rows of the databases in turns, each with the name of its own. */
function besides(sides: readonly { name: string; rows: Row[] }[]): Row[] {
  const [first] = sides;
  return (first?.rows ?? []).flatMap((_, index) =>
    sides.flatMap(({ name, rows }) => {
      const own = rows[index];
      return own === undefined ? [] : [{ ...own, what: `${own.what} · ${name}` }];
    }),
  );
}

/** What the database does with one table and nothing of ours: rows one a commit, and many a commit. */
async function bareLoops(on: On): Promise<Row[]> {
  const insert = on.name === "SQLite" ? bareSqlite(await on.newLedger()) : await barePostgres(await on.newLedger());
  try {
    const rateOf = async (commits: number, rows: number): Promise<number> => {
      const begunMs = performance.now();
      for (let commit = 0; commit < commits; commit += 1) await insert.commit(rows);
      return (commits * rows * 1_000) / (performance.now() - begunMs);
    };
    await rateOf(20, 1);
    return [
      row("append and fsync of 4 KiB, p50", `${short(measureFsync())} ms`),
      row("bare loop, one row a commit", `${short(await rateOf(bareCommits, 1))} rows a second`),
      row(`bare loop, ${bareBatch} rows a commit`, `${short(await rateOf(bareBatches, bareBatch))} rows a second`),
    ];
  } finally {
    await insert.close();
  }
}

type BareLoop = { commit(rows: number): void | Promise<void>; close(): void | Promise<void> };

function bareSqlite(path: string): BareLoop {
  const db = new DatabaseSync(`${path}.sqlite`);
  // As durable as the ledger's own connections.
  db.exec(
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE bare (id INTEGER PRIMARY KEY, text TEXT)",
  );
  const insert = db.prepare("INSERT INTO bare (text) VALUES (?)");
  return {
    commit(rows) {
      db.exec("BEGIN IMMEDIATE");
      for (let i = 0; i < rows; i += 1) insert.run(bareText);
      db.exec("COMMIT");
    },
    close: () => db.close(),
  };
}

async function barePostgres(url: string): Promise<BareLoop> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query("CREATE TABLE bare (id bigserial PRIMARY KEY, text text)");
  return {
    async commit(rows) {
      const text = "INSERT INTO bare (text) SELECT unnest($1::text[])";
      await client.query({ name: "bare", text, values: [Array.from({ length: rows }, () => bareText)] });
    },
    close: () => client.end(),
  };
}

/** Lone commits, heard of by one process that waits for them; and many subscribers of a server, many changes a second. */
async function changeRows(on: On): Promise<Row[]> {
  const lone = await benchChange({ commits: loneChanges, url: await on.newLedger() });
  const { subscribers, rate } = usualLoad;
  const streams = await loadStreams({ ...usualLoad, url: await on.newLedger(), cwd: on.folder });
  const lost = streams.lostOrOutOfOrder;
  return [
    row(`${lone.commits} lone changes`, `p50 ${short(lone.p50Ms)} ms, p99 ${short(lone.p99Ms)} ms`),
    delayRow(`${rate} changes a second to each of ${subscribers} subscribers`, streams.delaysMs, heardMsMax),
    { ...row("of these lost or out of order", `${lost}`), budget: { words: "none", isMet: lost === 0 } },
  ];
}

/** Pages of the grown ledger and of a small one in turns, so that the machine's moods meet both. */
async function pageRows(on: On, runs: number): Promise<Row[]> {
  const cwd = on.folder;
  await using small = await serveProcess({ url: await grown(on, fewRuns), cwd });
  await using large = await serveProcess({ url: await grown(on, runs), cwd });
  const queries = { "the newest": "", "the oldest": "order=oldest", "of one status": "status=completed" };
  const rows: Row[] = [];
  for (const [name, query] of Object.entries(queries)) {
    const { few, many } = await readInTurns({ few: small, many: large }, query);
    const one = delayRow(name, many, pageMsMax);
    rows.push({ ...one, ratio: percentilesOf(many).p50 / percentilesOf(few).p50 });
  }
  return rows;
}

async function readInTurns(served: { few: ServedProcess; many: ServedProcess }, query: string) {
  const times = { few: [] as number[], many: [] as number[] };
  for (let n = 0; n < pageReads; n += 1) {
    times.few.push(await served.few.read(query));
    times.many.push(await served.many.read(query));
  }
  // The first reads compile and plan.
  return { few: times.few.slice(pageReads / 10), many: times.many.slice(pageReads / 10) };
}

/** A new ledger of so many runs. @returns its URL */
async function grown(on: On, runs: number): Promise<string> {
  const url = await on.newLedger();
  if (on.name === "SQLite") await growSqlite(url, runs);
  else await growLedger({ url, runs, cwd: on.folder });
  return url;
}

if (import.meta.main) {
  for (const report of await benchDatabases()) console.log(`\n${reportLines(report).join("\n")}`);
}
