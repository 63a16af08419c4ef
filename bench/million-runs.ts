// A server on a ledger of a million runs and ten million events beside one of a thousand: each list at its worst, asked of
// the two in turns; and what starting takes and how much memory, beside a server on an empty ledger. Ledgers are made in
// the folder for temporary files and removed; a folder that is named is kept and used again.
// `node bench/million-runs.ts [sqlite|postgres] [runs] [reads of each] [folder]`

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLedger } from "../src/ledger/open-ledger.ts";
import { startPostgres } from "../src/ledger/postgres/real-postgres.fixture.ts";
import { growLedger } from "../tests/grown-ledger.ts";
import { growSqlite } from "./grow-sqlite.ts";
import { type Common, listQueries, type Rare } from "./list-queries.ts";
import { percentilesOf } from "./percentiles.ts";
import { type ServedProcess, serveProcess } from "./served-process.ts";

const [kind = "sqlite", many = "1000000", reads = "60", named] = process.argv.slice(2);
const few = 1_000;
const starts = 7;
/** What a large ledger may cost more than an empty one: until the server is ready, and in memory. */
const [startBudgetMs, memoryBudgetMib] = [100, 16];
/** What a list may take: against the same on the small ledger, and at all. */
const [ratioBudget, listBudgetMs] = [2, 25];
const warmReads = 3;

type Grown = { url: string; rare: Rare; common: Common; sample: string[] };

/** An empty ledger has nothing that is rare. */
const noRare: Rare = { subject: "none", agent: "none", label: "none=1", experimentId: "none" };

const folder = named ?? mkdtempSync(join(tmpdir(), "runledger-million-"));
mkdirSync(folder, { recursive: true });
const postgres = kind === "postgres" ? await startPostgres() : null;
try {
  const [empty, small, large] = [await grown(0), await grown(few), await grown(Number(many))];
  await verifySample(large);
  await measureLists(small, large);
  await measureStarts({ empty, small, large });
} finally {
  await postgres?.close();
  if (named === undefined) rmSync(folder, { recursive: true, force: true });
}

async function grown(runs: number): Promise<Grown> {
  const home = join(folder, String(runs));
  mkdirSync(home, { recursive: true });
  if (postgres !== null) return grownPostgres(await postgres.newDatabase("migrated"), runs, home);
  const note = join(home, "grown.json");
  if (!existsSync(note)) {
    const made = runs === 0 ? await madeEmpty(home) : await growSqlite(home, runs);
    writeFileSync(note, JSON.stringify(made));
  }
  const { rare, sample } = JSON.parse(readFileSync(note, "utf8")) as Pick<Grown, "rare" | "sample">;
  return { url: home, rare, common: commonOf("b-", "a-"), sample };
}

async function madeEmpty(home: string): Promise<Pick<Grown, "rare" | "sample">> {
  await using _ledger = await openLedger({ url: home, mustExist: false });
  return { rare: noRare, sample: [] };
}

async function grownPostgres({ url }: { url: string }, runs: number, cwd: string): Promise<Grown> {
  const common = commonOf("001", "deterministic");
  if (runs === 0) return { url, rare: noRare, common, sample: [] };
  const { completedId, experimentId } = await growLedger({ url, runs, cwd });
  return {
    url,
    rare: { subject: "001", agent: "deterministic", label: "team=none", experimentId },
    ...{ common, sample: [completedId] },
  };
}

/** Both ways of growing a ledger number their copies: these are of many. */
function commonOf(subject: string, agent: string): Common {
  return { subject: `${subject}13`, agent: `${agent}3`, team: "d", otherAgent: `${agent}4` };
}

/** What was made in bulk is what the product would have made. */
async function verifySample({ url, sample }: Grown): Promise<void> {
  await using ledger = await openLedger({ url, mustExist: true, cwd: folder });
  for await (const finding of ledger.verify({ runIds: sample })) throw new Error(JSON.stringify(finding));
  console.log(`${sample.length} of the runs verified`);
}

async function measureLists(small: Grown, large: Grown): Promise<void> {
  await using one = await serveProcess({ url: small.url, cwd: folder });
  await using other = await serveProcess({ url: large.url, cwd: folder });
  const queries = { one: await queriesOf(small), other: await queriesOf(large) };
  const rows = [];
  for (const [name, query] of Object.entries(queries.other)) {
    const sides = [
      { served: one, query: queries.one[name] ?? "", times: [] as number[], cpuMs: 0 },
      { served: other, query, times: [] as number[], cpuMs: 0 },
    ];
    for (const { served, query: asked } of sides) for (let n = 0; n < warmReads; n += 1) await served.read(asked);
    for (let n = 0; n < Number(reads); n += 1) {
      for (const side of sides) {
        const before = side.served.cpuMs();
        side.times.push(await side.served.read(side.query));
        side.cpuMs += side.served.cpuMs() - before;
      }
    }
    const [a, b] = sides.map(({ times, cpuMs }) => ({ ...percentilesOf(times), cpuMs: cpuMs / Number(reads) }));
    if (a === undefined || b === undefined) continue;
    rows.push({
      list: name,
      [`p50 at ${few}`]: a.p50.toFixed(1),
      [`p50 at ${many}`]: b.p50.toFixed(1),
      ratio: (b.p50 / a.p50).toFixed(2),
      [`p99 at ${many}`]: b.p99.toFixed(1),
      "cpu ms": `${a.cpuMs.toFixed(1)} / ${b.cpuMs.toFixed(1)}`,
      // By their medians: of a few dozen reads the slowest says more about the neighbours.
      [`p50 <= ${ratioBudget} x`]: metOrNot(b.p50 <= ratioBudget * a.p50),
      [`p99 <= ${listBudgetMs} ms`]: metOrNot(b.p99 <= listBudgetMs),
    });
  }
  console.table(rows);
}

async function queriesOf({ url, rare, common }: Grown): Promise<Record<string, string>> {
  await using ledger = await openLedger({ url, mustExist: true, cwd: folder });
  return await listQueries(ledger, { rare, common });
}

async function measureStarts(all: Record<string, Grown>): Promise<void> {
  const seen = new Map<string, { readyMs: number[]; mib: number[] }>();
  for (let n = 0; n < starts; n += 1) {
    for (const [name, { url }] of Object.entries(all)) {
      await using served: ServedProcess = await serveProcess({ url, cwd: folder });
      for (let read = 0; read < 20; read += 1) await served.read(`pageSize=50&counts=true`);
      const { readyMs, mib } = seen.get(name) ?? { readyMs: [], mib: [] };
      seen.set(name, { readyMs: [...readyMs, served.readyMs], mib: [...mib, served.residentMib()] });
    }
  }
  const least = (name: string) => {
    const { readyMs = [], mib = [] } = seen.get(name) ?? {};
    return { readyMs: Math.min(...readyMs), p50Ms: percentilesOf(readyMs).p50, mib: percentilesOf(mib).p50 };
  };
  const none = least("empty");
  const rows = Object.keys(all).map((name) => {
    const { readyMs, p50Ms, mib } = least(name);
    // What others on the machine take comes on top of each start; the quickest of several has least of it.
    const [moreMs, moreMib] = [readyMs - none.readyMs, mib - none.mib];
    return {
      ledger: name,
      "ready after, least and p50 ms": `${readyMs.toFixed(0)}, ${p50Ms.toFixed(0)}`,
      "more than empty, ms": `${moreMs.toFixed(0)} (<= ${startBudgetMs}: ${metOrNot(moreMs <= startBudgetMs)})`,
      "resident, p50 MiB": mib.toFixed(1),
      "more than empty, MiB": `${moreMib.toFixed(1)} (<= ${memoryBudgetMib}: ${metOrNot(moreMib <= memoryBudgetMib)})`,
    };
  });
  console.table(rows);
}

function metOrNot(isMet: boolean): string {
  return isMet ? "met" : "NOT met";
}
