// Compares the journals of attempts with the events that came of them: every whole line once, in order, byte for byte.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { Folded } from "./fold.ts";
import type { EventRow } from "./rows.ts";

export type JournalLine = { n: number; type: string; dataText: string; crc: string; end: number };

/** Every whole line of a journal that continues the one before it; nothing if there is no journal. */
export function readJournalLines(home: string, runId: string, attempt: number): JournalLine[] {
  const path = join(home, "runs", runId, String(attempt), "journal.jsonl");
  if (!existsSync(path)) return [];
  const bytes = readFileSync(path);
  const lines: JournalLine[] = [];
  let crc = 0;
  for (let start = 0, end = bytes.indexOf(10); end !== -1; start = end + 1, end = bytes.indexOf(10, start)) {
    const text = bytes.toString("utf8", start, end);
    const parts = /^(\{"v":1,"n":(\d+),"at":"[^"]*","type":"([^"]*)","data":(.*)),"crc":"([0-9a-f]{8})"\}$/.exec(text);
    if (parts === null || Number(parts[2]) !== lines.length + 1) break;
    crc = crc32(parts[1] ?? "", crc);
    const said = crc.toString(16).padStart(8, "0");
    if (said !== parts[5]) break;
    lines.push({ n: Number(parts[2]), type: parts[3] ?? "", dataText: parts[4] ?? "", crc: said, end: end + 1 });
  }
  return lines;
}

/** What differs between journals and events. */
export function checkJournals(
  home: string,
  runId: string,
  { fold, events }: { fold: Folded; events: readonly EventRow[] },
): string[] {
  return fold.attempts.flatMap(({ number, outcome }) => {
    const lines = readJournalLines(home, runId, number);
    const taken = events.filter((event) => event.attempt === number && event.n !== null);
    const faults = takenFaults(taken, lines);
    const last = taken.at(-1)?.n ?? 0;
    if (outcome !== null && last < lines.length)
      faults.push(`${lines.length - last} lines of the journal are not in the ledger`);
    return faults.map((fault) => `run ${runId}, attempt ${number}: ${fault}`);
  });
}

function takenFaults(taken: readonly EventRow[], lines: readonly JournalLine[]): string[] {
  const faults: string[] = [];
  let before = 0;
  for (const event of taken) {
    const n = event.n ?? 0;
    const isGapless = event.type === "attempt.late" ? n > before : n === before + 1;
    if (!isGapless) faults.push(`position ${event.position} took record ${n} after ${before}`);
    before = n;
    const line = lines[n - 1];
    if (line === undefined) {
      faults.push(`record ${n} at position ${event.position} is not in the journal`);
      continue;
    }
    if (line.crc !== event.journal_crc || line.end !== event.journal_end)
      faults.push(`record ${n} lies elsewhere than position ${event.position} says`);
    const isOwn = event.type !== "attempt.ended" && event.type !== "attempt.late";
    if (isOwn && (line.type !== event.type || line.dataText !== event.data))
      faults.push(`record ${n} is not what position ${event.position} holds`);
    if (event.type === "attempt.ended" && line.type !== "attempt.finished")
      faults.push(`position ${event.position} took ${line.type} for a finish record`);
  }
  return faults;
}
