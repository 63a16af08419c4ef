// The two tables of a run's life, as data: what each command and each observed fact does in each status.
// docs/run-lifecycle.md shows them; a test keeps the two together. A pair that is in neither table is an assertion.

export const runStatuses = [
  "queued",
  "starting",
  "running",
  "pausing",
  "paused",
  "cancelling",
  "completed",
  "failed",
  "timed_out",
  "cancelled",
  "lost",
] as const;
export type RunStatus = (typeof runStatuses)[number];

const terminalStatuses = ["completed", "failed", "timed_out", "cancelled", "lost"] as const;
export type TerminalStatus = (typeof terminalStatuses)[number];

/** A run in a terminal status has no process and changes only by retry or deletion. */
export function isTerminal(status: RunStatus): status is TerminalStatus {
  return (terminalStatuses as readonly string[]).includes(status);
}

export const runCommands = ["claim", "pause", "resume", "cancel", "retry", "delete", "forceDelete"] as const;
export type RunCommandName = (typeof runCommands)[number];

/**
 * What a command does: move to a status; `same` accepts and writes nothing; `intent` is recorded for later;
 * `deleted` removes the run; `refused` changes nothing and says why.
 */
export type CommandMove = RunStatus | "same" | "intent" | "deleted" | "refused";

type CommandRow = Record<RunCommandName, CommandMove>;

// biome-ignore format: a table reads as a table
export const commandMoves: Record<RunStatus, CommandRow> = {
  queued: { claim: "starting", pause: "paused", resume: "refused", cancel: "cancelled", retry: "refused", delete: "refused", forceDelete: "deleted" },
  starting: { claim: "refused", pause: "pausing", resume: "refused", cancel: "cancelling", retry: "refused", delete: "refused", forceDelete: "cancelling" },
  running: { claim: "refused", pause: "pausing", resume: "refused", cancel: "cancelling", retry: "refused", delete: "refused", forceDelete: "cancelling" },
  pausing: { claim: "refused", pause: "same", resume: "refused", cancel: "cancelling", retry: "refused", delete: "refused", forceDelete: "cancelling" },
  paused: { claim: "refused", pause: "same", resume: "queued", cancel: "cancelled", retry: "refused", delete: "refused", forceDelete: "deleted" },
  cancelling: { claim: "refused", pause: "refused", resume: "refused", cancel: "same", retry: "refused", delete: "refused", forceDelete: "intent" },
  completed: { claim: "refused", pause: "refused", resume: "refused", cancel: "refused", retry: "refused", delete: "deleted", forceDelete: "deleted" },
  failed: { claim: "refused", pause: "refused", resume: "refused", cancel: "refused", retry: "queued", delete: "deleted", forceDelete: "deleted" },
  timed_out: { claim: "refused", pause: "refused", resume: "refused", cancel: "refused", retry: "queued", delete: "deleted", forceDelete: "deleted" },
  lost: { claim: "refused", pause: "refused", resume: "refused", cancel: "refused", retry: "queued", delete: "deleted", forceDelete: "deleted" },
  cancelled: { claim: "refused", pause: "refused", resume: "refused", cancel: "same", retry: "queued", delete: "deleted", forceDelete: "deleted" },
};

/**
 * Facts about an attempt, by the letters of the protocol:
 * `st` first line; finish records `ok` completed, `er` failed, `li` limit, `ca` cancelled, `pa` paused;
 * `orC`/`orN` orphaned with / without a checkpoint; `exit` seen, no finish record, not by us;
 * `killedLimit`/`killedCancel` killed by us; `gone` exit not seen; `neverBegan` gone, no journal;
 * `silent` take-over time passed on another host.
 */
export const attemptFacts = [
  "st",
  "ok",
  "er",
  "li",
  "ca",
  "pa",
  "orC",
  "orN",
  "exit",
  "killedLimit",
  "killedCancel",
  "gone",
  "neverBegan",
  "silent",
] as const;
export type AttemptFact = (typeof attemptFacts)[number];

/** Statuses with an attempt under way; in all others every record is late. */
export const activeStatuses = ["starting", "running", "pausing", "cancelling"] as const;
export type ActiveStatus = (typeof activeStatuses)[number];

export function isActive(status: RunStatus): status is ActiveStatus {
  return (activeStatuses as readonly string[]).includes(status);
}

/**
 * What a fact means: `to` is where the run goes if no retry is left or none applies; `limit` is timed_out for wall and
 * idle and failed for the others; `mayRetry` lets the policy decide in the same transaction; `stays` changes no status.
 * `unasked` names the finish records that nobody asked for.
 */
export type FactMove =
  | { to: "stays" }
  | { to: TerminalStatus | "limit" | "paused" | "queued"; mayRetry: boolean; isUnasked?: true; unlessByCancel?: true };

const stays: FactMove = { to: "stays" };
const once = (to: TerminalStatus | "limit" | "paused" | "queued"): FactMove => ({ to, mayRetry: false });
const orRetry = (to: TerminalStatus | "limit"): FactMove => ({ to, mayRetry: true });

// biome-ignore format: a table reads as a table
/** Null marks a pair that cannot happen: meeting it is a bug, and asserted. */
export const factMoves: Record<ActiveStatus, Record<AttemptFact, FactMove | null>> = {
  starting: {
    st: stays, ok: null, er: null, li: null, ca: null, pa: null, orC: null, orN: null,
    exit: orRetry("failed"), killedLimit: orRetry("failed"), killedCancel: null, gone: orRetry("lost"), neverBegan: once("queued"), silent: orRetry("lost"),
  },
  running: {
    st: null, ok: once("completed"), er: orRetry("failed"), li: orRetry("limit"),
    ca: { to: "failed", mayRetry: false, isUnasked: true }, pa: { to: "failed", mayRetry: false, isUnasked: true },
    orC: once("queued"), orN: orRetry("lost"), exit: orRetry("failed"), killedLimit: orRetry("limit"), killedCancel: null, gone: orRetry("lost"), neverBegan: null, silent: orRetry("lost"),
  },
  pausing: {
    st: stays, ok: once("completed"), er: once("failed"), li: once("limit"),
    ca: { to: "failed", mayRetry: false, isUnasked: true }, pa: once("paused"), orC: once("paused"), orN: once("lost"),
    exit: once("failed"), killedLimit: once("limit"), killedCancel: null, gone: once("lost"), neverBegan: once("paused"), silent: once("lost"),
  },
  cancelling: {
    st: stays, ok: once("completed"), er: { to: "failed", mayRetry: false, unlessByCancel: true }, li: once("limit"),
    ca: once("cancelled"), pa: once("cancelled"), orC: once("cancelled"), orN: once("cancelled"),
    exit: once("cancelled"), killedLimit: once("cancelled"), killedCancel: once("cancelled"), gone: once("cancelled"), neverBegan: once("cancelled"), silent: once("lost"),
  },
};
