// The ledger as its database holds it: rows, read without any code of the product.

export type EventRow = {
  position: number;
  run_id: string | null;
  seq: number;
  attempt: number | null;
  type: string;
  at: number;
  recorded_at: number;
  n: number | null;
  journal_end: number | null;
  journal_crc: string | null;
  /** JSON text. */
  data: string;
};

export type RunRow = {
  run_id: string;
  subject_id: string;
  experiment_id: string | null;
  status: string;
  passed: number | null;
  ended_at: number | null;
  seq: number;
  state: string;
};

export type AttemptRow = {
  run_id: string;
  attempt: number;
  claim_id: string;
  worker: string;
  orphaned_at: number | null;
  outcome: string | null;
};

export type CountRow = { scope: string; status: string; verdict: string; runs: number };

/** What the runs of an experiment add up to under one key; the score in billionths. */
export type TallyRow = {
  experiment_id: string;
  status: string;
  verdict: string;
  standing: string;
  runs: number;
  score: number;
};

export type Rows = {
  events: EventRow[];
  runs: RunRow[];
  attempts: AttemptRow[];
  counts: CountRow[];
  tallies: TallyRow[];
  /** Ids of experiments that are listed. */
  experiments: string[];
  tombstones: Set<string>;
  /** The hash of what is kept under a digest, in hex digits; null if nothing is. */
  contentHash(digest: string): string | null;
  /** Locks that somebody holds, or that cannot be looked at, with every process gone. */
  lockFaults: string[];
};

/** The events of each run, in order. */
export function eventsByRun({ events }: Rows): Map<string, EventRow[]> {
  const byRun = new Map<string, EventRow[]>();
  for (const event of events) {
    if (event.run_id === null) continue;
    const known = byRun.get(event.run_id);
    if (known === undefined) byRun.set(event.run_id, [event]);
    else known.push(event);
  }
  return byRun;
}
