// How fast decided events are appended, in groups of 10 and of 100, against the raw loop in the same run.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newRunId } from "../src/core/ids.ts";
import { appendEvents } from "../src/ledger/append-events.ts";
import { draftOf, draftsOf } from "../src/ledger/draft.ts";
import { ledgerFiles } from "../src/ledger/sqlite/ledger-files.ts";
import { openDatabase } from "../src/ledger/sqlite/open-database.ts";
import { SqliteTransaction } from "../src/ledger/sqlite/write-transaction.ts";
import { rawLoop, type WrittenCommit } from "./raw-loop.ts";
import { queuedRun, workEvent } from "./sample-events.ts";

export type Ratio = {
  groupSize: number;
  events: number;
  /** Events a second. */
  ledgerRate: number;
  rawRate: number;
  /** The median over the rounds: the ledger's rate by the raw loop's. */
  ratio: number;
};

const claim = { worker: "bench", place: { bootId: "bench", pidns: "bench" }, claimId: "bench" };

/** Ledger and raw loop take turns, so that a busy disk meets both alike. */
export async function benchAppend({ rounds = 9, commits = 100 } = {}): Promise<Ratio[]> {
  return [10, 100].map((groupSize) => {
    const results = Array.from({ length: rounds }, () => measureRound(groupSize, commits));
    return summary(groupSize, groupSize * commits, results);
  });
}

/** One round on fresh files. */
function measureRound(groupSize: number, commits: number): { ledgerMs: number; rawMs: number } {
  const folder = mkdtempSync(join(tmpdir(), "runledger-bench-"));
  try {
    const ledger = prepared(join(folder, "ledger"));
    const raw = prepared(join(folder, "raw"));
    const written: WrittenCommit[] = [];
    let ledgerMs = 0;
    for (let commit = 0; commit < commits; commit += 1) {
      const events = Array.from({ length: groupSize }, (_, index) => workEvent(commit * groupSize + index));
      const startMs = performance.now();
      ledger.db.exec("BEGIN IMMEDIATE");
      ledger.tx.begin();
      const drafts = events.map((event) => draftOf(event, { attempt: 1, actor: "bench" }));
      const { folded, rows } = appendEvents(ledger.tx, ledger.runId, ledger.tx.run(ledger.runId), drafts);
      ledger.db.exec("COMMIT");
      ledgerMs += performance.now() - startMs;
      const { created, link, state, run } = folded;
      written.push({
        rows: rows.map((row) => ({ ...row, run_id: raw.runId })),
        run: { created, link, state, seq: run.seq },
      });
    }
    const rawMs = rawLoop(raw.db, written);
    for (const { db, reader } of [ledger, raw]) {
      reader.close();
      db.close();
    }
    return { ledgerMs, rawMs };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A ledger with one run that works. */
function prepared(path: string) {
  const { db, reader } = openDatabase({ path: ledgerFiles("", `${path}.sqlite`).database, mustExist: false });
  const tx = new SqliteTransaction(db, Date.now);
  const runId = newRunId();
  db.exec("BEGIN IMMEDIATE");
  tx.begin();
  const first = { type: "run.queued", data: queuedRun() } as const;
  appendEvents(tx, runId, null, draftsOf(null, [first, { type: "attempt.claimed", data: claim }], "bench"));
  db.exec("COMMIT");
  return { db, reader, tx, runId };
}

/** Rates of the median round, by ratio. */
export function summary(groupSize: number, events: number, rounds: { ledgerMs: number; rawMs: number }[]): Ratio {
  const sorted = rounds.toSorted((a, b) => a.rawMs / a.ledgerMs - b.rawMs / b.ledgerMs);
  const { ledgerMs, rawMs } = sorted[Math.floor(sorted.length / 2)] ?? { ledgerMs: 0, rawMs: 0 };
  const rate = (ms: number) => Math.round(events / (ms / 1000));
  return { groupSize, events, ledgerRate: rate(ledgerMs), rawRate: rate(rawMs), ratio: rawMs / ledgerMs };
}

if (import.meta.main) console.table(await benchAppend());
