// The runner's only way out: records appended to the journal, one write a line. The first write that fails or is short
// is the last one of this process, since whatever followed a torn line would be glued to it.

import { mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { systemLimits } from "../core/system-limits.ts";
import { cleanJson } from "../core/text.ts";
import { attemptFiles } from "../protocol/attempt-files.ts";
import { encodeRecord, journalStart } from "../protocol/journal.ts";
import { cutEvent } from "./cut-event.ts";

export type Emit = (type: string, data: Record<string, unknown>) => Promise<void>;

export type Journal = {
  /** Appends a record; resolves when it is in the file, and the ledger is not too far behind. */
  emit: Emit;
  /** Bytes written so far. */
  bytes(): number;
};

/** Exit code of a runner that cannot write its journal. */
const journalUnwritableExit = 74;

/** A runner this far ahead of the ledger waits before it writes more, bytes. */
const aheadBytesMax = 8 * 1024 * 1024;
const aheadPollMs = 20;

/**
 * Creates the journal of an attempt. Null if one is there already: whoever made it has concluded the attempt, and
 * this process must not take a step.
 */
export function createJournal(attemptDir: string): Journal | null {
  const path = join(attemptDir, attemptFiles.journal);
  const file = createNew(path);
  if (file === null) return null;
  let { n, crc } = journalStart;
  let bytes = 0;
  const write = (type: string, dataText: string): void => {
    const record = encodeRecord({ n: n + 1, at: new Date().toISOString(), type, dataText, previousCrc: crc });
    const line = Buffer.from(record.line);
    writeOrDie(file, line);
    n += 1;
    crc = record.crc;
    bytes += line.length;
  };
  const emit: Emit = async (type, data) => {
    const dataText = cleanJson(JSON.stringify(data));
    if (Buffer.byteLength(dataText) <= systemLimits.eventBytesMax) write(type, dataText);
    else writeTooLarge({ attemptDir, type, dataText, name: `event-${n + 1}.json`, write });
    while (bytes - takenBytes(attemptDir, bytes) > aheadBytesMax) await wait(aheadPollMs);
  };
  return { emit, bytes: () => bytes };
}

function createNew(path: string): number | null {
  try {
    return openSync(path, "ax", 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return null;
    throw error;
  }
}

function writeOrDie(file: number, line: Buffer): void {
  try {
    if (writeSync(file, line) === line.length) return;
  } catch (error) {
    process.stderr.write(`journal.unwritable: ${String(error)}\n`);
  }
  process.exit(journalUnwritableExit);
}

/** Keeps a too large event as an artifact; the event itself stays, cut to what fits. */
function writeTooLarge(event: {
  attemptDir: string;
  type: string;
  dataText: string;
  name: string;
  write: (type: string, dataText: string) => void;
}): void {
  const { attemptDir, type, dataText, name, write } = event;
  const folder = join(attemptDir, attemptFiles.artifacts);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), dataText);
  // Few runners ever need it, and it takes a fifth of a bare start to load.
  const { createHash } = process.getBuiltinModule("node:crypto");
  const digest = `sha256:${createHash("sha256").update(dataText).digest("hex")}`;
  write("artifact.written", JSON.stringify({ name, bytes: Buffer.byteLength(dataText), digest, holds: type }));
  const whole = `${attemptFiles.artifacts}/${name}`;
  write(type, cutEvent({ type, data: JSON.parse(dataText), bytesMax: systemLimits.eventBytesMax, whole }));
}

/** What the supervisor says it has taken; a missing or half-written file says nothing. */
function takenBytes(attemptDir: string, written: number): number {
  // The file is read only when it matters: most journals never grow this large.
  if (written <= aheadBytesMax) return written;
  try {
    const vouch: unknown = JSON.parse(readFileSync(join(attemptDir, attemptFiles.supervised), "utf8"));
    return Number((vouch as { takenBytes?: unknown }).takenBytes ?? 0);
  } catch {
    return 0;
  }
}
