// Compares what the ledger holds with the files beside it: journals of ended attempts, session files, and folders that
// no run knows. Only what differs is told; what is missing or still being written is no difference.
//
// The folder of locks is left alone: listing or opening it could free a lock, and a lock left by a dead process is
// free already.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { EventData, LedgerEvent } from "../core/events.ts";
import { isKnown } from "../core/events.ts";
import { parseUuid } from "../core/ids.ts";
import { isTerminal } from "../core/moves.ts";
import type { Run } from "../core/run.ts";
import type { Finding, Ledger } from "../ledger/ledger.ts";
import { attemptFiles } from "../protocol/attempt-files.ts";
import { attemptFolder, runFolder } from "./attempt-folder.ts";
import { isForbidden } from "./forbidden.ts";
import { type JournalEnd, readJournal } from "./read-journal.ts";
import { sessionFilePath } from "./write-session-file.ts";

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Yields what differs, run by run.
 * @param options.runIds Only these runs; without it all, and the folders that belong to none.
 */
export async function* verifyFiles(
  ledger: Ledger,
  options: { runIds?: string[]; env?: Env } = {},
): AsyncGenerator<Finding> {
  const env = options.env ?? process.env;
  for await (const run of runsOf(ledger, options.runIds)) {
    yield* orUnreadable(run, verifyFilesOf(ledger, run, env));
  }
  if (options.runIds === undefined) yield* leftovers(ledger);
}

async function* verifyFilesOf(ledger: Ledger, run: Run, env: Env): AsyncGenerator<Finding> {
  for (const attempt of await endedAttempts(ledger, run)) yield* verifyJournal(ledger, run, attempt);
  yield* verifySessionFile(ledger, run, env);
}

/** What another user keeps from this one is told of its run, and in the way of no other. */
async function* orUnreadable(run: Run, findings: AsyncGenerator<Finding>): AsyncGenerator<Finding> {
  try {
    yield* findings;
  } catch (error) {
    if (!isForbidden(error)) throw error;
    const detail = `its files cannot be compared: ${error.message}`;
    yield { runId: run.id, position: run.position, kind: "unreadable", detail };
  }
}

async function* runsOf(ledger: Ledger, runIds: string[] | undefined): AsyncGenerator<Run> {
  if (runIds !== undefined) {
    for (const id of runIds) {
      const run = await ledger.getRun(id);
      if (run !== null) yield run;
    }
    return;
  }
  let pageToken: string | null = null;
  do {
    const page = await ledger.listRuns({}, { order: "oldest", pageToken });
    yield* page.runs;
    pageToken = page.nextToken;
  } while (pageToken !== null);
}

/** Attempts that have a folder and an end. A journal that is still being written is ahead of the ledger by right. */
async function endedAttempts(ledger: Ledger, { id, attempt }: Run): Promise<number[]> {
  const numbers = await numberedFolders(runFolder({ home: ledger.home, runId: id }));
  return numbers.filter(
    (number) =>
      attempt !== null && (number < attempt.number || (number === attempt.number && attempt.outcome !== null)),
  );
}

async function* verifyJournal(ledger: Ledger, run: Run, attempt: number): AsyncGenerator<Finding> {
  const taken = await ledger.journalCursor(run.id, attempt);
  let crcAtTaken: string | null = taken.n === 0 ? taken.crc : null;
  const path = join(attemptFolder({ home: ledger.home, runId: run.id, attempt }), attemptFiles.journal);
  const end = await readJournal(path, ({ n, crc }) => {
    if (n === taken.n) crcAtTaken = crc;
  });
  // Without the file there is nothing to disagree with: the ledger holds what it took.
  if (end === null) return;
  const isWhole = end.fault === null && end.cursor.n === taken.n && crcAtTaken === taken.crc;
  if (isWhole) return;
  const { position, journal } = await endingOf(ledger, run.id, attempt);
  for (const detail of journalFaults(end, { taken, crcAtTaken, noted: journal })) {
    yield { runId: run.id, position, kind: "journal", detail: `attempt ${attempt}: ${detail}` };
  }
}

type Noted = EventData<"attempt.ended">["evidence"]["journal"];
type Taken = { taken: { n: number; crc: string }; crcAtTaken: string | null; noted: Noted };

/** What the journal shows that the attempt's ending did not note. */
function* journalFaults(end: JournalEnd, { taken, crcAtTaken, noted }: Taken): Generator<string> {
  const isNotedBroken = noted?.broken != null;
  if (end.fault !== null && !isNotedBroken) yield `the journal breaks after line ${end.cursor.n}: ${end.fault}`;
  if (end.cursor.n > taken.n && !isNotedBroken) {
    const lacking = end.cursor.n - taken.n;
    const lines = lacking === 1 ? `line ${end.cursor.n}` : `lines ${taken.n + 1} to ${end.cursor.n}`;
    yield `the ledger lacks ${lines} of the journal`;
  }
  const isNotedShort = noted != null && noted.lines < taken.n && end.cursor.n >= noted.lines;
  if (end.fault === null && end.cursor.n < taken.n && !isNotedShort) {
    yield `the ledger took ${taken.n} lines, the journal has ${end.cursor.n}`;
  }
  if (crcAtTaken !== null && crcAtTaken !== taken.crc) {
    yield `line ${taken.n} of the journal has the checksum ${crcAtTaken}, the ledger took it with ${taken.crc}`;
  }
}

/** Position of an attempt's ending, and what that noted of the journal. Reads the run's events; for findings only. */
async function endingOf(
  ledger: Ledger,
  runId: string,
  attempt: number,
): Promise<{ position: number | null; journal: Noted }> {
  for (let after = 0; ; ) {
    const page: LedgerEvent[] = await ledger.readEvents(runId, after, 500);
    for (const event of page) {
      if (!isKnown(event) || event.type !== "attempt.ended" || event.attempt !== attempt) continue;
      return { position: event.position, journal: event.data.evidence.journal };
    }
    const last = page.at(-1);
    if (last === undefined) return { position: null, journal: null };
    after = last.seq;
  }
}

const sessionFileSchema = z.looseObject({
  execution_id: z.string(),
  final_result: z.looseObject({ success: z.boolean(), score: z.number().nullable(), status: z.string() }),
});

async function* verifySessionFile(ledger: Ledger, run: Run, env: Env): AsyncGenerator<Finding> {
  // Of a run that was put back in the queue the file tells an earlier end, until there is a new one.
  const path = isTerminal(run.status) ? sessionFilePath(ledger, run.id, env) : null;
  const text = path === null ? null : await textOf(path);
  if (text === null) return;
  const finding = (detail: string): Finding => ({
    runId: run.id,
    position: run.position,
    kind: "session-file",
    detail: `${path}: ${detail}`,
  });
  const parsed = sessionFileSchema.safeParse(parseJson(text));
  if (!parsed.success) {
    yield finding("it is no session file");
    return;
  }
  const { execution_id, final_result: file } = parsed.data;
  const pairs = [
    ["execution_id", execution_id, run.id],
    ["status", file.status, run.status],
    ["score", file.score, run.score],
    ["success", file.success, run.passed === true],
  ] as const;
  for (const [name, inFile, inLedger] of pairs) {
    if (inFile !== inLedger)
      yield finding(`${name} is ${JSON.stringify(inFile)}, in the ledger ${JSON.stringify(inLedger)}`);
  }
}

/** Attempt folders of runs that the ledger does not know, or has deleted. */
async function* leftovers(ledger: Ledger): AsyncGenerator<Finding> {
  for (const name of await namesIn(join(ledger.home, "runs"))) {
    const runId = parseUuid(name);
    if (runId === null) continue;
    const folder = runFolder({ home: ledger.home, runId });
    // Listed before the run is read: a folder that is made after that is of an attempt that we do not know yet.
    const numbers = await numberedFolders(folder).catch(noneIfForbidden);
    if (await ledger.isDeleted(runId)) {
      const detail = `${folder} is left of a deleted run; runledger rm ${runId} removes it`;
      yield { runId, position: null, kind: "attempt", detail };
      continue;
    }
    const run = await ledger.getRun(runId);
    if (run === null) {
      const detail = `${folder} belongs to no run here; runledger import ${folder} takes it`;
      yield { runId, position: null, kind: "attempt", detail };
      continue;
    }
    for (const number of numbers) {
      if (number <= (run.attempt?.number ?? 0)) continue;
      yield {
        runId,
        position: run.position,
        kind: "attempt",
        detail: `${folder}/${number} is an attempt that the run does not have`,
      };
    }
  }
}

async function numberedFolders(folder: string): Promise<number[]> {
  const names = await namesIn(folder);
  return names
    .filter((name) => /^[1-9]\d{0,8}$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}

/** That it cannot be read is told of its run. */
function noneIfForbidden(error: unknown): number[] {
  if (!isForbidden(error)) throw error;
  return [];
}

async function namesIn(folder: string): Promise<string[]> {
  return orNothing(readdir(folder), []);
}

async function textOf(path: string): Promise<string | null> {
  return orNothing(readFile(path, "utf8"), null);
}

/** What the reading gives, or `nothing` if there is no such file or folder. */
async function orNothing<T>(reading: Promise<T>, nothing: T): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return nothing;
    throw error;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
