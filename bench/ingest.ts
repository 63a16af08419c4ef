// How fast a journal gets into the ledger, from its bytes to the answer after the commit, against the raw loop that
// inserts the same rows in the same run.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { newRunId } from "../src/core/ids.ts";
import { type EventRow, eventColumns } from "../src/ledger/event-row.ts";
import type { Ledger } from "../src/ledger/ledger.ts";
import { openLedger } from "../src/ledger/open-ledger.ts";
import { journalStart, readRecords } from "../src/protocol/journal.ts";
import { type Ratio, summary } from "./append.ts";
import { rawLoop, type WrittenCommit } from "./raw-loop.ts";
import { journalBytes, queuedRun } from "./sample-events.ts";

const claim = { worker: "bench", place: { bootId: "bench", pidns: "bench" }, claimId: "bench" };

export async function benchIngest({ rounds = 9, commits = 100 } = {}): Promise<Ratio[]> {
  const ratios: Ratio[] = [];
  for (const groupSize of [10, 100]) {
    const results: { ledgerMs: number; rawMs: number }[] = [];
    for (let round = 0; round < rounds; round += 1) results.push(await measureRound(groupSize, commits));
    ratios.push(summary(groupSize, groupSize * commits, results));
  }
  return ratios;
}

async function measureRound(groupSize: number, commits: number): Promise<{ ledgerMs: number; rawMs: number }> {
  const folder = mkdtempSync(join(tmpdir(), "runledger-bench-"));
  try {
    const { bytes, ends } = journalBytes(groupSize * commits, groupSize);
    const runId = newRunId();
    const states: WrittenCommit["run"][] = [];
    const ledger = await openLedger({ url: join(folder, "ledger"), mustExist: false });
    await ledger.execute(runId, { type: "queue", data: queuedRun(), claim }, "bench");
    const ledgerMs = await ingestAll(ledger, { runId, bytes, ends, states });
    await ledger.close();
    const rows = writtenRows(join(folder, "ledger", "ledger.sqlite"), runId, groupSize, states);
    const raw = await openLedger({ url: join(folder, "raw"), mustExist: false });
    await raw.execute(runId, { type: "queue", data: queuedRun(), claim }, "bench");
    await raw.close();
    const db = new DatabaseSync(join(folder, "raw", "ledger.sqlite"));
    db.exec("PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0");
    const rawMs = rawLoop(db, rows);
    db.close();
    return { ledgerMs, rawMs };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

type Work = { runId: string; bytes: Buffer; ends: number[]; states: WrittenCommit["run"][] };

/**
 * Reads ahead by one group: while the ledger commits one, the next is read and posted, as a supervisor with a backlog
 * does. Each group is still one call, and one commit of its own.
 */
async function ingestAll(ledger: Ledger, { runId, bytes, ends, states }: Work): Promise<number> {
  let cursor = journalStart;
  let before = Promise.resolve();
  const startMs = performance.now();
  for (const end of ends) {
    const read = readRecords(bytes.subarray(cursor.offset, end), cursor);
    cursor = read.cursor;
    const batch = { runId, attempt: 1, claimId: "bench", actor: "bench", records: read.records };
    const taken = ledger.ingest(batch).then(({ run }) => {
      states.push({ created: 1, seq: run.seq, link: "", state: JSON.stringify(run) });
    });
    await before;
    before = taken;
  }
  await before;
  return performance.now() - startMs;
}

/** What the ingest wrote, commit by commit. */
function writtenRows(path: string, runId: string, groupSize: number, states: WrittenCommit["run"][]): WrittenCommit[] {
  const db = new DatabaseSync(path, { readOnly: true });
  const sql = `SELECT ${eventColumns} FROM events WHERE run_id = ? AND n IS NOT NULL ORDER BY seq`;
  const rows = db.prepare(sql).all(runId) as EventRow[];
  db.close();
  return states.map((run, index) => {
    const ofCommit = rows.slice(index * groupSize, (index + 1) * groupSize);
    return { rows: ofCommit, run: { ...run, link: ofCommit.at(-1)?.link ?? "" } };
  });
}

if (import.meta.main) console.table(await benchIngest());
