// Takes runs that another ledger exported as lines of events (`export --format jsonl`). A run is taken whole or not at
// all, once however often it is asked for, and only if it had ended: nobody here supervises what still ran there.

import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { z } from "zod";
import { currentEvent } from "../core/events.ts";
import { isTerminal } from "../core/moves.ts";
import { evolve, type Run } from "../core/run.ts";
import type { ImportedEvent, Ledger } from "../ledger/ledger.ts";
import type { ImportResult } from "./import-attempts.ts";
import { removeSessionFile } from "./write-session-file.ts";
import { ensureFilesOfEnd, removeTraceFile } from "./write-trace-file.ts";

const time = z.iso.datetime({ precision: 3 });
const lineSchema = z.object({
  position: z.number().int(),
  runId: z.uuid(),
  seq: z.number().int().positive(),
  attempt: z.number().int().positive().nullable(),
  v: z.number().int().positive(),
  type: z.string(),
  at: time,
  recordedAt: time,
  actor: z.string(),
  data: z.record(z.string(), z.unknown()),
});
type Line = z.infer<typeof lineSchema>;

/** Events of one run; they are held in memory until the run is taken. */
const runEventsMax = 1_000_000;

/** Imports the runs of a file of events, one after the other. Yields one result a run. */
export async function* importEvents(ledger: Ledger, path: string): AsyncGenerator<ImportResult> {
  let lines: Line[] = [];
  let number = 0;
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    number += 1;
    const line = readLine(text);
    if (typeof line === "string" || lines.length > runEventsMax) {
      const why = typeof line === "string" ? line : `a run of more than ${runEventsMax} events`;
      // What a broken line was of nobody knows, nor whether what follows is whole.
      yield { ...resultOf(path, lines), result: "refused", why: `line ${number}: ${why}` };
      return;
    }
    if (lines.length > 0 && lines[0]?.runId !== line.runId) {
      yield await takeRun(ledger, path, lines);
      lines = [];
    }
    lines.push(line);
  }
  // An empty file too gets an answer.
  yield await takeRun(ledger, path, lines);
}

async function takeRun(ledger: Ledger, path: string, lines: readonly Line[]): Promise<ImportResult> {
  const result = resultOf(path, lines);
  const { runId } = result;
  if (runId === null) return { ...result, result: "refused", why: "it has no events" };
  if (await ledger.isDeleted(runId))
    return { ...result, result: "refused", why: "the run was deleted here; its id stays taken" };
  const known = await ledger.getRun(runId);
  if (known !== null)
    return { ...result, status: known.status, result: "known", why: "this ledger has the run already" };
  const folded = foldLines(lines);
  if (typeof folded === "string") return { ...result, result: "refused", why: folded };
  if (!isTerminal(folded.status))
    return {
      ...result,
      result: "refused",
      why: `it was ${folded.status} when it was exported; export it when it has ended`,
    };
  // Files that are there tell what another ledger knew; from now on this one is the truth.
  await removeSessionFile(ledger, runId);
  await removeTraceFile(ledger, runId);
  const isNew = await ledger.importRun(runId, lines.map(importedEvent));
  await ensureFilesOfEnd(ledger, runId);
  const status = folded.status;
  if (!isNew) return { ...result, status, result: "known", why: "another process took it at the same time" };
  return { ...result, status, result: "taken", why: `${lines.length} events` };
}

function readLine(text: string): Line | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "it is no JSON";
  }
  const parsed = lineSchema.safeParse(value);
  if (parsed.success) return { ...parsed.data, runId: parsed.data.runId.toLowerCase() };
  const [issue] = parsed.error.issues;
  return `it is no event of a run: ${issue?.path.join(".")}: ${issue?.message}`;
}

/** The run that the lines add up to, or why they do not. */
function foldLines(lines: readonly Line[]): Run | string {
  let run: Run | null = null;
  for (const line of lines) {
    try {
      run = evolve(run, currentEvent(line));
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
  return run ?? "it has no events";
}

function importedEvent({ attempt, v, type, at, actor, data }: Line): ImportedEvent {
  return { attempt, v, type, at, actor, dataText: JSON.stringify(data), record: null };
}

function resultOf(path: string, lines: readonly Line[]): Omit<ImportResult, "result" | "why"> {
  const attempts = lines.reduce((most, { attempt }) => Math.max(most, attempt ?? 0), 0);
  return { folder: path, runId: lines[0]?.runId ?? null, attempts, status: null };
}
