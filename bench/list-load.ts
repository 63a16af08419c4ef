// Lists of runs in a small ledger and in a large one, each filter where it is worst: no match, many short strands, the
// last page. Times are processor time of the whole process, thread included, so that a busy machine changes little.
// `node bench/list-load.ts [runs of the large one] [lists of each]`

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { complete } from "../src/ledger/contract/samples.contract.ts";
import type { Ledger, RunFilter } from "../src/ledger/ledger.ts";
import { openLedger } from "../src/ledger/open-ledger.ts";

const [many = 50_000, lists = 100] = process.argv.slice(2).map(Number);
const few = 1_000;

const filters: Record<string, RunFilter> = {
  all: {},
  "a status that none has": { statuses: ["failed"] },
  "two statuses that none has": { statuses: ["failed", "lost"] },
  "a subject": { subject: "b-17" },
  "a prefix of one subject": { subjectPrefix: "b-1999" },
  "a prefix of eleven subjects": { subjectPrefix: "b-17" },
  "a prefix of all subjects": { subjectPrefix: "b-" },
  "a prefix of none": { subjectPrefix: "zzz" },
  "a prefix of all, with a status that none has": { subjectPrefix: "b-", statuses: ["failed"] },
  "an agent that none has, with a prefix": { subjectPrefix: "b-", agent: "nobody" },
  "a verdict that none has": { passed: false },
};

/** Runs on the first page, at many. */
const found = new Map<string, number>();
const folder = mkdtempSync(join(tmpdir(), "runledger-lists-"));
try {
  const [small, large] = [await timesOf(few), await timesOf(many)];
  const rows = Object.keys(filters).map((name) => {
    const [a, b] = [small.get(name) ?? 0, large.get(name) ?? 0];
    return {
      filter: name,
      found: found.get(name),
      [`ms at ${few}`]: a.toFixed(2),
      [`ms at ${many}`]: b.toFixed(2),
      ratio: (b / a).toFixed(2),
    };
  });
  console.table(rows);
} finally {
  rmSync(folder, { recursive: true });
}

/** Processor milliseconds of one list, by filter, in a ledger of so many runs. */
async function timesOf(runs: number): Promise<Map<string, number>> {
  const home = join(folder, String(runs));
  {
    await using made = await openLedger({ url: home, mustExist: false });
    await complete(made);
  }
  grow(join(home, "ledger.sqlite"), runs);
  await using ledger = await openLedger({ url: home, mustExist: true });
  const times = new Map<string, number>();
  for (const [name, filter] of Object.entries(filters)) times.set(name, await timeOf(ledger, name, filter));
  return times;
}

async function timeOf(ledger: Ledger, name: string, filter: RunFilter): Promise<number> {
  const list = () => ledger.listRuns(filter, { pageSize: 50 });
  for (let n = 0; n < 5; n += 1) found.set(name, (await list()).runs.length);
  const before = process.cpuUsage();
  for (let n = 0; n < lists; n += 1) await list();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / lists;
}

/** Copies of the one run, of two thousand subjects. */
function grow(path: string, runs: number): void {
  const db = new DatabaseSync(path);
  db.exec(`PRAGMA synchronous = OFF;
    INSERT INTO runs (created, run_id, id_reversed, queued_at, kind, subject_id, agent_name, experiment_id, priority, status,
      passed, not_before, ended_at, seq, link, state)
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${runs - 1})
    SELECT created + i * 10, printf('%08x', i) || substr(run_id, 9), id_reversed || i, queued_at + i, kind, 'b-' || (i % 2000),
      agent_name, experiment_id, priority, status, passed, not_before, ended_at, seq, link, state
    FROM n, (SELECT * FROM runs LIMIT 1);
    ANALYZE;`);
  db.close();
}
