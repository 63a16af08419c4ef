// Compares what is kept of a run with what its events say.

import { overdueAtMs } from "../core/decide.ts";
import type { Run } from "../core/run.ts";
import type { AttemptRow } from "./attempt-row.ts";
import { comparableFold } from "./comparable-fold.ts";
import type { Finding } from "./ledger.ts";
import type { Refolded } from "./refold-run.ts";
import { type RunRow, runRow } from "./run-row.ts";

/** What a ledger keeps of one run. */
export type KeptRun = {
  runId: string;
  isDeleted: boolean;
  row: RunRow | null;
  labels: [key: string, value: string][];
  attempts: AttemptRow[];
  /** Events of a deleted run but its run.deleted. */
  leftovers: { position: number; type: string }[];
  fold: Refolded;
};

export type NamedBlob = { runId: string; position: number; digest: string; isImported: boolean };

/** What differs, and the blobs that have to be there. */
export function compareRun(kept: KeptRun): { findings: Finding[]; blobs: NamedBlob[] } {
  const { runId, isDeleted, row, fold } = kept;
  const findings: Finding[] = [];
  const find = (kind: Finding["kind"], detail: string, position: number | null = null) =>
    findings.push({ runId, position, kind, detail });
  if (isDeleted) {
    if (row !== null) find("projection", "the run was deleted and is still listed");
    for (const { position, type } of kept.leftovers)
      find("sequence", `the run was deleted and its ${type} is still there`, position);
    return { findings, blobs: [] };
  }
  findings.push(...fold.findings);
  if (fold.run === null) {
    if (fold.findings.length === 0) find("projection", "the run is listed and has no events");
    return { findings, blobs: [] };
  }
  if (row === null) find("projection", "the run is not listed", fold.run.position);
  else compareRow(kept, row, find);
  compareAttempts(kept, find);
  const isImported = fold.run.imported;
  return { findings, blobs: fold.blobs.map((blob) => ({ runId, isImported, ...blob })) };
}

/** A run from elsewhere may have come without its blobs; a changed one is a difference all the same. */
export function findingOfBlob({ runId, position, digest, isImported }: NamedBlob, fault: BlobFault): Finding | null {
  if (fault === null || (isImported && fault === "missing")) return null;
  const what = fault === "missing" ? "is missing" : "does not hold the bytes that it is named by";
  return { runId, position, kind: "blob", detail: `the blob ${digest} ${what}` };
}

export type BlobFault = "missing" | "changed" | null;

type Find = (kind: Finding["kind"], detail: string, position?: number | null) => void;

function compareRow({ fold, labels }: KeptRun, row: RunRow, find: Find): void {
  if (fold.run === null) return;
  const { position } = fold.run;
  const expected = withOverdueOf(row, expectedRow(fold, fold.run, row.state), fold.run);
  for (const difference of differencesOf(row, expected)) find("projection", difference, position);
  const [kept, named] = [sortedText(labels), sortedText(Object.entries(fold.run.labels))];
  if (kept !== named) find("projection", `labels are ${shown(kept)}, its events say ${shown(named)}`, position);
}

/** What the row should be; a build of before may have kept less than this one. */
function expectedRow(place: Refolded, run: Run, state: string): RunRow {
  const expected = runRow(run, place);
  const kept = expected.state === state ? null : stateIn(state);
  return kept === null ? expected : runRow(comparableFold(run, kept), place);
}

/** Builds of before counted the wait before a retry, too: a row is written anew with the run's next event. */
function withOverdueOf({ overdue_at: kept }: RunRow, expected: RunRow, run: Run): RunRow {
  const before = overdueAtMs({ ...run, notBefore: null });
  return expected.overdue_at !== null && kept === before ? { ...expected, overdue_at: kept } : expected;
}

/** Null for text that is no state any more: then all of it differs. */
function stateIn(state: string): Partial<Run> | null {
  try {
    return JSON.parse(state) as Partial<Run> | null;
  } catch {
    return null;
  }
}

/** The columns in which a kept row is not what the events make of it, in words. */
export function differencesOf<Row extends Partial<RunRow>>(kept: Row, expected: Row): string[] {
  const differing = (Object.keys(expected) as (keyof Row)[]).filter((column) => kept[column] !== expected[column]);
  return differing.map(
    (column) => `${String(column)} is ${shown(kept[column])}, its events say ${shown(expected[column])}`,
  );
}

function compareAttempts({ fold, attempts }: KeptRun, find: Find): void {
  const kept = new Map(attempts.map((row) => [row.attempt, row]));
  for (const number of new Set([...kept.keys(), ...fold.attempts.keys()])) {
    const row = JSON.stringify(kept.get(number) ?? null);
    const expected = JSON.stringify(fold.attempts.get(number) ?? null);
    if (row !== expected) find("attempt", `attempt ${number} is ${row}, its events say ${expected}`);
  }
}

function sortedText(entries: [string, string][]): string {
  return JSON.stringify(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
