// Compares what the ledger keeps beside its events with what the events say.

import type { Folded } from "./fold.ts";
import type { Rows } from "./rows.ts";

/** What differs. */
export function checkFolds(rows: Rows, folds: ReadonlyMap<string, Folded>): string[] {
  return [
    ...orderFaults(rows),
    ...runFaults(rows, folds),
    ...attemptFaults(rows, folds),
    ...countFaults(rows),
    ...limitFaults(rows),
  ];
}

/** Within a run no time goes back; among runs that were written at once nobody promises an order of times. */
function orderFaults({ events }: Rows): string[] {
  const last = new Map<string | null, number>();
  return events.flatMap(({ run_id: runId, recorded_at: atMs, position }) => {
    const before = last.get(runId) ?? 0;
    last.set(runId, atMs);
    return before > atMs ? [`recorded_at goes back at position ${position}`] : [];
  });
}

function runFaults({ runs, tombstones }: Rows, folds: ReadonlyMap<string, Folded>): string[] {
  const faults: string[] = [];
  const rows = new Map(runs.map((row) => [row.run_id, row]));
  for (const [runId, fold] of folds) {
    faults.push(...fold.faults.map((fault) => `run ${runId}: ${fault}`));
    const row = rows.get(runId);
    if (row === undefined) {
      faults.push(`run ${runId} has events and is not listed`);
      continue;
    }
    const state = JSON.parse(row.state) as {
      status: string;
      seq: number;
      score: number | null;
      passed: boolean | null;
    };
    const kept = [
      row.status,
      row.seq,
      row.passed === null ? null : row.passed === 1,
      row.ended_at !== null,
      state.status,
      state.seq,
      state.passed,
      state.score,
    ];
    const isEnded = ["completed", "failed", "timed_out", "cancelled", "lost"].includes(fold.status ?? "");
    const seq = fold.statusAt.size;
    const said = [fold.status, seq, fold.passed, isEnded, fold.status, seq, fold.passed, fold.score];
    if (JSON.stringify(kept) !== JSON.stringify(said))
      faults.push(`run ${runId} is kept as ${JSON.stringify(kept)}, its events say ${JSON.stringify(said)}`);
  }
  for (const { run_id: id } of runs) {
    if (!folds.has(id)) faults.push(`run ${id} is listed and has no events`);
    if (tombstones.has(id)) faults.push(`run ${id} was deleted and is listed`);
  }
  return faults;
}

function attemptFaults({ attempts }: Rows, folds: ReadonlyMap<string, Folded>): string[] {
  const kept = attempts.map(
    (row) => `${row.run_id} ${row.attempt} ${row.claim_id} ${row.worker} ${row.orphaned_at !== null} ${row.outcome}`,
  );
  const said = [...folds].flatMap(([runId, fold]) =>
    fold.attempts.map((one) => `${runId} ${one.number} ${one.claimId} ${one.worker} ${one.isOrphaned} ${one.outcome}`),
  );
  return [
    ...kept.filter((one) => !said.includes(one)).map((one) => `the attempt is kept as ${one}, which no event says`),
    ...said.filter((one) => !kept.includes(one)).map((one) => `the events say of an attempt ${one}, which is not kept`),
  ];
}

function countFaults({ runs, counts }: Rows): string[] {
  const expected = new Map<string, number>();
  for (const { subject_id: subject, status, passed } of runs) {
    const verdict = passed === null ? "none" : passed === 1 ? "passed" : "below";
    for (const scope of ["", `subject:${subject}`]) {
      const key = `${scope} ${status} ${verdict}`;
      expected.set(key, (expected.get(key) ?? 0) + 1);
    }
  }
  const kept = counts.map(({ scope, status, verdict, runs: many }) => `${scope} ${status} ${verdict}: ${many}`);
  const said = [...expected].map(([key, many]) => `${key}: ${many}`);
  return kept.toSorted().join() === said.toSorted().join()
    ? []
    : [`counts are ${kept.join(", ")}; the runs say ${said.join(", ")}`];
}

/** No run of an agent is claimed while as many are under way as its limit allows. */
function limitFaults({ events }: Rows): string[] {
  const limits = new Map<string, number | null>();
  const agents = new Map<string | null, string>();
  const underWay = new Map<string | null, string>();
  return events.flatMap(({ type, run_id: runId, position, data }) => {
    const says = JSON.parse(data) as { key: string; max: number | null; agent: { name: string } | null };
    if (type === "limit.set") limits.set(says.key, says.max);
    if (type === "run.queued" && says.agent !== null) agents.set(runId, `agent:${says.agent.name}`);
    if (type === "attempt.ended") underWay.delete(runId);
    const key = type === "attempt.claimed" ? agents.get(runId) : undefined;
    if (key === undefined) return [];
    const used = [...underWay.values()].filter((other) => other === key).length;
    const max = limits.get(key) ?? Number.POSITIVE_INFINITY;
    underWay.set(runId, key);
    return used < max ? [] : [`position ${position} claims a run of ${key}, of which ${used} of ${max} are under way`];
  });
}
