// What a group of writes will write: rows by table, each run and attempt once with what it came to. It is kept here
// until the whole group is decided, and then written with one statement a table.

import type { AgentTallyRow } from "../agent-tally.ts";
import type { AttemptRow } from "../attempt-row.ts";
import type { CatalogChange } from "../catalog-row.ts";
import type { TallyRow } from "../counted.ts";
import type { EventRow } from "../event-row.ts";
import type { LogStream } from "../log-stream.ts";
import type { RunRow, SavedRunRow } from "../run-row.ts";
import type { WorkerRow } from "../worker-row.ts";
import type { TokenChange } from "./tokens.ts";

export type CountRow = { scope: string; status: string; verdict: string; runs: number };
export type ExperimentTallyRow = TallyRow & { experiment_id: string };
export type LabelRow = { key: string; value: string; created: number };
export type LogRow = LogStream & { start: number; bytes: Uint8Array };
export type LogTrim = LogStream & { from: number; to: number };
export type SlotRow = { key: string; i: number; run_id: string };
export type ExperimentRow = { created: number; experiment_id: string; id_reversed: string };
export type Tombstone = { run_id: string; deleted_at: number; position: number; created: number };
export type LimitChange = { key: string; max: number | null };
export type WorkerChange =
  | { type: "insert"; row: WorkerRow }
  | { type: "drain"; worker: string }
  | { type: "delete"; worker: string };

export class PendingRows {
  readonly events: EventRow[] = [];
  readonly newRuns = new Map<string, RunRow>();
  readonly savedRuns = new Map<string, SavedRunRow>();
  readonly labels: LabelRow[] = [];
  readonly attempts = new Map<string, AttemptRow>();
  readonly counts: CountRow[] = [];
  readonly tallies: ExperimentTallyRow[] = [];
  readonly experiments: ExperimentRow[] = [];
  readonly logs: LogRow[] = [];
  readonly trims: LogTrim[] = [];
  readonly takenSlots: SlotRow[] = [];
  readonly slotsBeyond: { key: string; run_id: string }[] = [];
  readonly freedSlots: { run_id: string }[] = [];
  readonly deleted: Tombstone[] = [];
  readonly limits: LimitChange[] = [];
  readonly workers: WorkerChange[] = [];
  readonly agentTallies: AgentTallyRow[] = [];
  readonly catalog: CatalogChange[] = [];
  readonly tokens: TokenChange[] = [];
  readonly #undo: (() => void)[] = [];

  /** True if nothing would be written. */
  get isEmpty(): boolean {
    return this.events.length === 0 && this.logs.length === 0 && this.trims.length === 0;
  }

  add<Row>(rows: Row[], row: Row): void {
    rows.push(row);
    this.#undo.push(() => rows.pop());
  }

  set<Key, Value>(map: Map<Key, Value>, key: Key, value: Value): void {
    const before = map.get(key);
    this.#undo.push(() => {
      if (before === undefined) map.delete(key);
      else map.set(key, before);
    });
    map.set(key, value);
  }

  delete<Key, Value>(map: Map<Key, Value>, key: Key): void {
    const before = map.get(key);
    if (before === undefined) return;
    this.#undo.push(() => map.set(key, before));
    map.delete(key);
  }

  /** What is to be done if the member under way is refused. */
  onRefusal(undo: () => void): void {
    this.#undo.push(undo);
  }

  /** Begins a member of the group: what was written so far stays. */
  beginMember(): void {
    this.#undo.length = 0;
  }

  /** Takes back all that the member under way wrote. */
  rollBackMember(): void {
    for (let undo = this.#undo.pop(); undo !== undefined; undo = this.#undo.pop()) undo();
  }
}
