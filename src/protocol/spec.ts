// What a worker hands to a runner. The assignment goes through a pipe in one line of JSON; its `spec` also lies in
// spec.json for people. Ground truth, solution and keys are in the assignment alone and lie in no file.

import { z } from "zod";
import { eventCatalogue, usageSchema } from "../core/events.ts";
import { runKinds } from "../core/limits.ts";

const text = z.string();

/**
 * The content of a subject as the ledger keeps it in a blob: what an agent may see, and what it may not.
 * The benchmark format makes both halves; workers only carry them.
 */
export const subjectContentSchema = z.object({
  v: z.literal(1),
  kind: z.enum(runKinds),
  id: text,
  public: z.record(text, z.unknown()),
  secret: z.record(text, z.unknown()),
});
export type SubjectContent = z.infer<typeof subjectContentSchema>;

/** What a `command` subject's public half holds. */
export const commandContentSchema = z.object({
  argv: z.array(text).min(1),
  cwd: text,
  cleanEnv: z.boolean(),
});
export type CommandContent = z.infer<typeof commandContentSchema>;

/** What was queued, and when: all that is needed to write the run's first event again if the ledger is lost. */
export const queuedRecordSchema = z.object({ at: text, data: eventCatalogue["run.queued"].data });
export type QueuedRecord = z.infer<typeof queuedRecordSchema>;

export const runnerSpecSchema = z.object({
  v: z.literal(1),
  runId: text,
  attempt: z.number().int().positive(),
  kind: z.enum(runKinds),
  subjectId: text,
  /** The public half of the subject's content. */
  content: z.record(text, z.unknown()),
  agent: z.object({ name: text, kind: text, model: text.nullable() }).nullable(),
  seed: z.number().int().nullable(),
  minScore: z.number().nullable(),
  limits: z.record(text, z.number().nullable()),
  /** What earlier attempts have used of the limits, if this one goes on from them; older workers do not say. */
  used: usageSchema.optional(),
  queued: queuedRecordSchema.optional(),
});
export type RunnerSpec = z.infer<typeof runnerSpecSchema>;

/** In an assignment's `env`: the server whose worker hands it over, where that takes spans without a token. */
export const serverVariable = "RUNLEDGER_SERVER";

export const assignmentSchema = z.object({
  v: z.literal(1),
  claimId: text,
  /** Absolute path of the attempt folder; the journal lies in it. */
  attemptDir: text,
  /** Absolute path of the folder in which the agent or program may work. */
  workDir: text,
  build: text,
  isSpare: z.boolean(),
  /**
   * Seconds without a fresh vouch, by the vouch's own time, after which the runner ends itself at once, since another
   * host may take the run over; null where all share one host.
   */
  endsAloneS: z.number().positive().nullable().default(null),
  /** Absolute paths of what tells of other runs, such as their session files: no program of this one may see them. */
  conceal: z.array(text).optional(),
  /** How programs of this run are to be held; null if it starts none. */
  containment: z.enum(["pidns", "sweep"]).nullable(),
  spec: runnerSpecSchema,
  /** The secret half of the subject's content: ground truth and solution. */
  secret: z.record(text, z.unknown()),
  /** Environment of the user's program, or the keys that the agent needs. */
  env: z.record(text, text),
});
export type Assignment = z.infer<typeof assignmentSchema>;

/** `runner.json`: who runs this attempt. Written by the worker before the hand-over. */
export const runnerFactsSchema = z.object({
  pid: z.number().int(),
  startTicks: z.number().int(),
  place: z.object({ bootId: text, pidns: text }),
  build: text,
  /** Absolute path of the lock file that the runner holds while it lives. */
  lock: text,
  claimId: text,
  /** `os.uptime()` at the hand-over, seconds: older builds measure from here how long it has run. */
  handedOverUptimeS: z.number().optional(),
  /** The same by a clock that stands still while the machine sleeps. Older builds write none. */
  handedOverAwakeS: z.number().optional(),
});
export type RunnerFacts = z.infer<typeof runnerFactsSchema>;

/** One line of `control.jsonl`, worker to runner. The runner obeys the newest claim only. */
export const controlLineSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("cancel"), claimId: text, at: text, graceMs: z.number().int().nonnegative() }),
  z.object({ type: z.literal("pause"), claimId: text, at: text }),
  /** A limit on the process was met: stop, and say so. */
  z.object({
    type: z.literal("limit"),
    claimId: text,
    at: text,
    limit: text,
    message: text,
    graceMs: z.number().int().nonnegative(),
  }),
  z.object({ type: z.literal("adopted"), claimId: text, at: text, fromClaimId: text }),
]);
export type ControlLine = z.infer<typeof controlLineSchema>;

/** `supervised`: the worker vouches for the runner by overwriting this small file. Times are of `os.uptime()`. */
export const vouchSchema = z.object({
  claimId: text,
  bootId: text,
  uptimeS: z.number(),
  /** Journal bytes that the ledger has; a runner that is far ahead waits. */
  takenBytes: z.number().int().nonnegative(),
});
export type Vouch = z.infer<typeof vouchSchema>;

/** `watchdog.json`: why the runner's own watchdog ended the group, written right before it did. */
export const watchdogVerdictSchema = z.object({
  limit: z.enum(["wall_s", "orphan_s", "takeover"]),
  at: text,
  afterS: z.number(),
});
export type WatchdogVerdict = z.infer<typeof watchdogVerdictSchema>;

/** Data of the record `attempt.finished`: what the runner says of its own end. */
export const finishSchema = z.looseObject({
  outcome: z.enum(["completed", "failed", "limit", "cancelled", "paused", "orphaned"]),
  error: z.looseObject({ code: text, origin: text, message: text, limit: text.optional() }).nullable(),
  checkpoint: text.nullable(),
  /** A failure that the cancel itself caused. */
  isByCancel: z.boolean(),
});
export type Finish = z.infer<typeof finishSchema>;
