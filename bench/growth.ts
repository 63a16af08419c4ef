// What a PostgreSQL ledger costs when it has grown: the same questions to a small one and to one of a million runs, on
// one server, with what each run takes on the disk. `node bench/growth.ts [RUNS]`.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { claimBy, lose, queue, takesAny } from "../src/ledger/contract/samples.contract.ts";
import type { Ledger } from "../src/ledger/ledger.ts";
import { openLedger } from "../src/ledger/open-ledger.ts";
import { type RealPostgres, startPostgres } from "../src/ledger/postgres/real-postgres.fixture.ts";
import { askEverything } from "../tests/everything-asked.ts";
import { type GrownLedger, growLedger } from "../tests/grown-ledger.ts";
import { growingTables, statementsOf, wholeReads } from "../tests/sent-statements.ts";
import { timed } from "./measure.ts";
import { percentilesOf } from "./percentiles.ts";
import { type Report, type Row, reportLines, row, short } from "./report.ts";

const smallRuns = 1_000;
const rounds = 200;
/** A cost that grew with the whole would have grown a thousandfold; caches and one more index level are no growth. */
const ratioMax = 5;

type Measured = {
  times: Map<string, number[]>;
  bytesPerRun: number;
  fillMs: number;
  wholeReads: number;
  statements: number;
};

/** Not among the others by default: filling and asking take about ten minutes and 10 GB. */
export async function benchGrowth({ runs = 1_000_000 } = {}): Promise<Report[]> {
  const folder = mkdtempSync(join(tmpdir(), "runledger-growth-"));
  const postgres = await startPostgres();
  try {
    const small = await measure(postgres, { runs: smallRuns, cwd: folder });
    const large = await measure(postgres, { runs, cwd: folder });
    return [reportOf(small, large, runs)];
  } finally {
    await postgres.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(postgres: RealPostgres, { runs, cwd }: { runs: number; cwd: string }): Promise<Measured> {
  const { url } = await postgres.newDatabase("migrated");
  let grown: GrownLedger | null = null;
  const fillMs = await timed(async () => {
    grown = await growLedger({ url, runs, cwd });
  });
  if (grown === null) throw new Error("the ledger was not grown");
  await using ledger = await openLedger({ url, mustExist: true, cwd, env: {} });
  const statements = await statementsOf(() => askEverything(ledger, grown as GrownLedger));
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ bytes: string }>("SELECT pg_database_size(current_database()) AS bytes");
    let whole = 0;
    for (const statement of statements) whole += (await wholeReads(client, statement, growingTables)).length;
    const bytesPerRun = Number(rows[0]?.bytes ?? 0) / runs;
    const times = await timesOf(ledger, grown);
    return { times, bytesPerRun, fillMs, wholeReads: whole, statements: statements.length };
  } finally {
    await client.end();
  }
}

async function timesOf(ledger: Ledger, { completedId, experimentId }: GrownLedger): Promise<Map<string, number[]>> {
  const questions: Record<string, () => Promise<unknown>> = {
    "newest page of 50 runs": () => ledger.listRuns({}, {}),
    "page of one status": () => ledger.listRuns({ statuses: ["queued"] }, {}),
    "page of one label": () => ledger.listRuns({ label: { key: "team", value: "c" } }, {}),
    "page that finds nothing": () => ledger.listRuns({ agent: "nobody", statuses: ["lost"] }, {}),
    "counts of all runs": () => ledger.countRuns(),
    "one run": () => ledger.getRun(completedId),
    "run by the tail of its id": () => ledger.findRuns(completedId.slice(-8), 2),
    "one experiment": () => ledger.getExperiment(experimentId),
    "events after the newest": async () => ledger.readAll(await ledger.headCursor(), 100),
    "live attempts": () => ledger.liveAttempts(),
    "queue, claim and end a run": async () => {
      await queue(ledger);
      const claim = claimBy("bench");
      const claimed = await ledger.claim(claim, takesAny);
      if (claimed === null) throw new Error("there was nothing to claim");
      await lose(ledger, {
        runId: claimed.run.id,
        attempt: claimed.run.attempt?.number ?? 0,
        claimId: claim.claimId,
      } as never);
    },
  };
  const times = new Map<string, number[]>();
  for (const [name, ask] of Object.entries(questions)) {
    // What is planned and loaded the first times is paid before.
    for (let i = 0; i < 10; i += 1) await ask();
    const taken: number[] = [];
    for (let i = 0; i < rounds; i += 1) taken.push(await timed(ask));
    times.set(name, taken);
  }
  return times;
}

function reportOf(small: Measured, large: Measured, runs: number): Report {
  const rows: Row[] = [...large.times].map(([name, values]) => {
    const [one, other] = [percentilesOf(small.times.get(name) ?? []), percentilesOf(values)];
    const ratio = other.p50 / one.p50;
    const figure = `p50 ${short(other.p50)} ms, p99 ${short(other.p99)} ms; of ${smallRuns}: p50 ${short(one.p50)} ms`;
    return { ...row(name, figure, ratio), budget: { words: `p50 <= ${ratioMax} x`, isMet: ratio <= ratioMax } };
  });
  const reads = `${large.wholeReads} of ${large.statements} statements`;
  rows.push({ ...row("read a growing table whole", reads), budget: { words: "none", isMet: large.wholeReads === 0 } });
  rows.push(row("on the disk", `${short(large.bytesPerRun / 1024)} KiB a run of six events`));
  rows.push(row("filled by SQL within", `${short(large.fillMs / 1000)} s`));
  return { title: `PostgreSQL with ${runs} runs, against the same with ${smallRuns}`, rows };
}

if (import.meta.main) {
  for (const report of await benchGrowth({ runs: Number(process.argv[2] ?? 1_000_000) })) {
    console.log(reportLines(report).join("\n"));
  }
}
