// The transaction of a group of writes, as its members see it: what was read for all of them at its beginning, and what
// the ones before have written. Members decide one after another without another word to the database.

import { RunledgerError } from "../../core/errors.ts";
import { isKnown, type LedgerEvent } from "../../core/events.ts";
import { limitKeysOf } from "../../core/limit-keys.ts";
import type { LimitUse } from "../../core/queue-view.ts";
import type { Run } from "../../core/run.ts";
import { type JournalCursor, journalStart } from "../../protocol/journal.ts";
import { agentTallyChanges } from "../agent-tally.ts";
import type { AttemptRow } from "../attempt-row.ts";
import { catalogChange } from "../catalog-row.ts";
import { countsAlike, scopesOf, talliesAlike, tallyRowOf, verdictOf } from "../counted.ts";
import type { EventRow } from "../event-row.ts";
import type { LogStream } from "../log-stream.ts";
import { reversedTail, runRow, savedColumns } from "../run-row.ts";
import type { TokenRow } from "../token-row.ts";
import { workerRow } from "../worker-row.ts";
import type { FoldedRun, RunPlace, WriteTransaction } from "../write-transaction.ts";
import { attemptKey, type Facts, recordKey, streamKey } from "./facts.ts";
import { PendingRows } from "./pending-rows.ts";

/** Positions that one step of the sequence stands for. */
export const positionsOfStep = 64;

export class GroupTransaction implements WriteTransaction {
  readonly rows = new PendingRows();
  readonly #facts: Facts;
  #taken = 0;

  constructor(facts: Facts) {
    this.#facts = facts;
  }

  nowMs(): number {
    return this.#facts.nowMs;
  }

  nextPosition(): number {
    const step = this.#facts.positions[Math.floor(this.#taken / positionsOfStep)];
    if (step === undefined)
      throw new RunledgerError("internal.bug", "a write has more events than it was weighed with");
    const position = step + (this.#taken % positionsOfStep);
    this.#taken += 1;
    return position;
  }

  run(runId: string): FoldedRun | null {
    const folded = this.#facts.runs.get(runId) ?? null;
    if (folded === null && this.#facts.deleted.has(runId)) {
      throw new RunledgerError("run.deleted", `run ${runId} was deleted`, { data: { runId } });
    }
    return folded;
  }

  isTaken(runId: string): boolean {
    return this.#facts.runs.has(runId) || this.#facts.deleted.has(runId);
  }

  journalCursor(runId: string, attempt: number): JournalCursor {
    return this.#facts.cursors.get(attemptKey(runId, attempt)) ?? journalStart;
  }

  recordCrc(runId: string, attempt: number, n: number): string | null {
    return this.#facts.crcs.get(recordKey(runId, attempt, n)) ?? null;
  }

  claimIdOf(runId: string, attempt: number): string | null {
    return this.#facts.claimIds.get(attemptKey(runId, attempt)) ?? null;
  }

  limitInTheWay(keys: string[]): LimitUse | null {
    for (const key of keys) {
      const limit = this.#facts.limits.get(key);
      if (limit !== undefined && limit.free.length === 0) return { key, max: limit.max, used: limit.used };
    }
    return null;
  }

  isHeardOf(worker: string): boolean {
    return this.#facts.heard.has(worker);
  }

  logSize(of: LogStream): number {
    return this.#facts.logSizes.get(streamKey(of)) ?? 0;
  }

  insertEvent(row: EventRow): void {
    this.rows.add(this.rows.events, row);
    if (row.run_id === null || row.attempt === null || row.n === null) return;
    const { n, journal_end: offset, journal_crc: crc } = row;
    if (offset === null || crc === null) return;
    this.rows.set(this.#facts.cursors, attemptKey(row.run_id, row.attempt), { n, offset, crc });
    this.rows.set(this.#facts.crcs, recordKey(row.run_id, row.attempt, n), crc);
  }

  insertRun(run: Run, place: RunPlace): string {
    const row = runRow(run, place);
    this.rows.set(this.rows.newRuns, run.id, row);
    for (const [key, value] of Object.entries(run.labels)) {
      this.rows.add(this.rows.labels, { key, value, created: place.created });
    }
    return row.state;
  }

  saveRun(_before: Run, run: Run, place: RunPlace): string {
    const { newRuns, savedRuns } = this.rows;
    const saved = savedColumns(run, place);
    const inserted = newRuns.get(run.id);
    if (inserted === undefined) this.rows.set(savedRuns, run.id, saved);
    else this.rows.set(newRuns, run.id, { ...inserted, ...saved });
    return saved.state;
  }

  saveAttempt(row: AttemptRow): void {
    const key = attemptKey(row.run_id, row.attempt);
    this.rows.set(this.rows.attempts, key, row);
    this.rows.set(this.#facts.claimIds, key, row.claim_id);
  }

  insertToken(row: TokenRow): void {
    this.rows.add(this.rows.tokens, { type: "insert", row });
  }

  moveRun(before: Run | null, after: Run | null): void {
    if (before === null || after === null || !countsAlike(before, after)) {
      if (before !== null) this.#count(before, -1);
      if (after !== null) this.#count(after, 1);
    }
    if (before === null || after === null || !talliesAlike(before, after)) {
      if (before !== null) this.#tally(before, -1);
      if (after !== null) this.#tally(after, 1);
    }
    for (const row of agentTallyChanges(before, after)) this.rows.add(this.rows.agentTallies, row);
    const [held, holds] = [holdsSlots(before), holdsSlots(after)];
    if (after !== null && holds && !held) this.#takeSlots(after);
    // Without a limit there is no slot; nobody sets one while this transaction lasts.
    if (before !== null && held && !holds && this.#facts.limits.size > 0) {
      this.rows.add(this.rows.freedSlots, { run_id: before.id });
    }
  }

  keep(folded: FoldedRun): void {
    this.rows.set(this.#facts.runs, folded.run.id, folded);
  }

  deleteRun(folded: FoldedRun, nowMs: number): void {
    const { run, created } = folded;
    this.moveRun(run, null);
    this.rows.delete(this.#facts.runs, run.id);
    this.#facts.deleted.add(run.id);
    this.rows.onRefusal(() => this.#facts.deleted.delete(run.id));
    this.rows.add(this.rows.deleted, { run_id: run.id, deleted_at: nowMs, position: run.position, created });
  }

  foldLedgerEvent(event: LedgerEvent): void {
    if (!isKnown(event)) return;
    const { workers, experiments } = this.rows;
    switch (event.type) {
      case "experiment.planned": {
        const { id } = event.data;
        const row = { created: event.position, experiment_id: id, id_reversed: reversedTail(id) };
        this.rows.add(experiments, row);
        return;
      }
      case "limit.set":
        this.rows.add(this.rows.limits, event.data);
        return;
      case "worker.started": {
        const row = workerRow(event.data, Date.parse(event.recordedAt));
        if (row !== null) this.rows.add(workers, { type: "insert", row });
        return;
      }
      case "worker.drained":
        this.rows.add(workers, { type: "drain", worker: event.data.worker });
        return;
      case "worker.gone":
        this.rows.add(workers, { type: "delete", worker: event.data.worker });
        return;
      case "catalog.changed":
        this.rows.add(this.rows.catalog, catalogChange(event.data, event.position));
        return;
      case "token.revoked": {
        const revoked = { id: event.data.id, atMs: Date.parse(event.recordedAt) };
        this.rows.add(this.rows.tokens, { type: "revoke", ...revoked });
      }
    }
  }

  insertLog(of: LogStream, start: number, bytes: Uint8Array): void {
    const { runId, attempt, stream } = of;
    this.rows.add(this.rows.logs, { runId, attempt, stream, start, bytes });
    this.rows.set(this.#facts.logSizes, streamKey(of), start + bytes.length);
  }

  trimLog({ runId, attempt, stream }: LogStream, from: number, to: number): void {
    this.rows.add(this.rows.trims, { runId, attempt, stream, from, to });
  }

  #count(run: Run, runs: 1 | -1): void {
    for (const scope of scopesOf(run)) {
      this.rows.add(this.rows.counts, { scope, status: run.status, verdict: verdictOf(run.passed), runs });
    }
  }

  #tally(run: Run, sign: 1 | -1): void {
    if (run.experimentId === null) return;
    const row = tallyRowOf(run);
    this.rows.add(this.rows.tallies, {
      ...row,
      experiment_id: run.experimentId,
      runs: sign * row.runs,
      score: sign * row.score,
      tokens: sign * row.tokens,
      priced: sign * row.priced,
      cost: sign * row.cost,
    });
  }

  /** For a claim `limitInTheWay` was asked before; a run that comes from elsewhere under way counts all the same. */
  #takeSlots(run: Run): void {
    for (const key of limitKeysOf(run)) {
      const limit = this.#facts.limits.get(key);
      if (limit === undefined) continue;
      const i = limit.free.shift();
      if (i === undefined) {
        this.rows.add(this.rows.slotsBeyond, { key, run_id: run.id });
        continue;
      }
      limit.used += 1;
      this.rows.onRefusal(() => {
        limit.free.unshift(i);
        limit.used -= 1;
      });
      this.rows.add(this.rows.takenSlots, { key, i, run_id: run.id });
    }
  }
}

function holdsSlots(run: Run | null): boolean {
  return run?.attempt != null && run.attempt.outcome === null;
}
