// What the supervisor asks of this runner: lines of control.jsonl, obeyed only while they come from the newest claim.

import { readFileSync, watch } from "node:fs";
import { join } from "node:path";
import { attemptFiles } from "../protocol/attempt-files.ts";
import type { ControlLine } from "../protocol/spec.ts";

export type ControlState = "run" | "cancel" | "pause" | "limit" | "orphaned";

export type Control = {
  /** What is asked at this moment; a cancel or limit is never taken back. */
  state(): ControlState;
  /** The same, asked at a safe point. */
  check(): ControlState;
  graceMs(): number;
  /** The limit that was met and the supervisor's words for it, once the state is `limit`. */
  limit(): { name: string; message: string } | null;
  /** Calls back after each change; returns the way to stop that. */
  onChange(callback: () => void): () => void;
  /** The watchdog's finding that nobody supervises any more. */
  orphan(): void;
  close(): void;
};

const pollMs = 200;
/** What is asked later counts only if it is stronger. */
const strength: Record<ControlState, number> = { run: 0, pause: 1, orphaned: 2, limit: 3, cancel: 4 };

/** Follows the control file of an attempt. `claimId` is the claim under which this runner was started. */
export function followControl(attemptDir: string, claimId: string): Control {
  const path = join(attemptDir, attemptFiles.control);
  const callbacks = new Set<() => void>();
  let newestClaim = claimId;
  let linesRead = 0;
  let state: ControlState = "run";
  let graceMs = 0;
  let limit: { name: string; message: string } | null = null;

  const ask = (next: ControlState): boolean => {
    if (strength[next] <= strength[state]) return false;
    state = next;
    return true;
  };
  const obey = (line: ControlLine): boolean => {
    if (line.type === "adopted") {
      if (line.fromClaimId === newestClaim) newestClaim = line.claimId;
      return false;
    }
    if (line.claimId !== newestClaim) return false;
    if (line.type === "pause") return ask("pause");
    const isSooner = line.graceMs < graceMs;
    const isNew = ask(line.type);
    if (isNew || isSooner) graceMs = line.graceMs;
    if (isNew && line.type === "limit") limit = { name: line.limit, message: line.message };
    return isNew || isSooner;
  };
  const tell = (): void => {
    for (const callback of callbacks) callback();
  };
  const read = (): void => {
    const lines = wholeLines(path);
    let isChanged = false;
    for (const line of lines.slice(linesRead)) {
      const parsed = parseLine(line);
      if (parsed !== null && obey(parsed)) isChanged = true;
    }
    linesRead = lines.length;
    if (isChanged) tell();
  };

  const watcher = watch(path, { persistent: false }, read);
  const poll = setInterval(read, pollMs).unref();
  read();
  return {
    state: () => state,
    check: () => {
      read();
      return state;
    },
    graceMs: () => graceMs,
    limit: () => limit,
    onChange(callback) {
      callbacks.add(callback);
      return () => callbacks.delete(callback);
    },
    orphan() {
      if (ask("orphaned")) tell();
    },
    close() {
      watcher.close();
      clearInterval(poll);
    },
  };
}

function wholeLines(path: string): string[] {
  return readFileSync(path, "utf8").split("\n").slice(0, -1);
}

/** The supervisor writes these lines and the schema is checked there; a line that is none is passed over. */
function parseLine(line: string): ControlLine | null {
  try {
    return JSON.parse(line) as ControlLine;
  } catch {
    return null;
  }
}
