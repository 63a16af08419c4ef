// What the supervisor asks of this runner: lines of control.jsonl, obeyed only while they come from the newest claim.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { attemptFiles } from "../protocol/attempt-files.ts";
import type { ControlLine } from "../protocol/spec.ts";
import { watchOrPoll } from "../protocol/watch-file.ts";

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
  /** The watchdog's finding that nobody supervises any more; a program gets this grace. */
  orphan(graceMs: number): void;
  close(): void;
};

const pollMs = 200;
/** What is asked later counts only if it is stronger. */
const strength: Record<ControlState, number> = { run: 0, pause: 1, orphaned: 2, limit: 3, cancel: 4 };

/** Follows the control file of an attempt. `claimId` is the claim under which this runner was started. */
export function followControl(attemptDir: string, claimId: string): Control {
  return new ControlFile(join(attemptDir, attemptFiles.control), claimId);
}

class ControlFile implements Control {
  readonly #path: string;
  readonly #callbacks = new Set<() => void>();
  readonly #watcher: { close(): void };
  readonly #poll: NodeJS.Timeout;
  #newestClaim: string;
  readonly #oldClaims = new Set<string>();
  #linesRead = 0;
  #state: ControlState = "run";
  #graceMs = 0;
  #limit: { name: string; message: string } | null = null;

  constructor(path: string, claimId: string) {
    this.#path = path;
    this.#newestClaim = claimId;
    this.#watcher = watchOrPoll(path, () => this.#read());
    // A watcher may miss a change; what it misses is found a moment later.
    this.#poll = setInterval(() => this.#read(), pollMs).unref();
    this.#read();
  }

  state(): ControlState {
    return this.#state;
  }

  check(): ControlState {
    this.#read();
    return this.#state;
  }

  graceMs(): number {
    return this.#graceMs;
  }

  limit(): { name: string; message: string } | null {
    return this.#limit;
  }

  onChange(callback: () => void): () => void {
    this.#callbacks.add(callback);
    return () => this.#callbacks.delete(callback);
  }

  orphan(graceMs: number): void {
    if (!this.#ask("orphaned")) return;
    this.#graceMs = graceMs;
    this.#tell();
  }

  close(): void {
    this.#watcher.close();
    clearInterval(this.#poll);
  }

  #read(): void {
    const lines = wholeLines(this.#path);
    if (lines === null) return;
    const fresh = lines.slice(this.#linesRead).map(parseLine);
    this.#linesRead = lines.length;
    let isChanged = false;
    for (const line of fresh) if (line !== null && this.#obey(line)) isChanged = true;
    if (isChanged) this.#tell();
  }

  #obey(line: ControlLine): boolean {
    if (line.type === "adopted") {
      this.#follow(line);
      return false;
    }
    if (line.claimId !== this.#newestClaim) return false;
    if (line.type === "pause") return this.#ask("pause");
    const isSooner = line.graceMs < this.#graceMs;
    const isNew = this.#ask(line.type);
    if (isNew || isSooner) this.#graceMs = line.graceMs;
    if (isNew && line.type === "limit") this.#limit = { name: line.limit, message: line.message };
    return isNew || isSooner;
  }

  /**
   * An adopter may die before it tells: then the next one adopts from a claim that was never heard of here. Only what
   * was adopted from a claim that is known to be over counts for nothing.
   */
  #follow({ claimId, fromClaimId }: { claimId: string; fromClaimId: string }): void {
    if (this.#oldClaims.has(fromClaimId)) return;
    this.#oldClaims.add(this.#newestClaim).add(fromClaimId);
    this.#newestClaim = claimId;
  }

  /** True if this is stronger than what was asked before. */
  #ask(next: ControlState): boolean {
    if (strength[next] <= strength[this.#state]) return false;
    this.#state = next;
    return true;
  }

  #tell(): void {
    for (const callback of this.#callbacks) callback();
  }
}

/** Null where the file is gone, as when its folder is moved: whether anybody looks after the runner shows elsewhere. */
function wholeLines(path: string): string[] | null {
  try {
    return readFileSync(path, "utf8").split("\n").slice(0, -1);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return null;
  }
}

/** The supervisor writes these lines and the schema is checked there; a line that is none is passed over. */
function parseLine(line: string): ControlLine | null {
  try {
    return JSON.parse(line) as ControlLine;
  } catch {
    return null;
  }
}
