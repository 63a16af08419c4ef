// Every kind of event that a ledger of ours holds: its versioned schema and what it is for. Events are never edited;
// an old version folds through an upcaster. docs/events.md shows this table; a test keeps the two together.

import { z } from "zod";
import { runKinds } from "./limits.ts";

const text = z.string();
const count = z.number().int().nonnegative();
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const nullable = <T extends z.ZodType>(schema: T) => schema.nullable();

export const errorOrigins = [
  "agent",
  "benchmark",
  "scenario",
  "environment",
  "scorer",
  "provider",
  "runner",
  "worker",
  "operator",
] as const;
export type ErrorOrigin = (typeof errorOrigins)[number];

/** What a model's answer used; null where the provider did not say. */
const modelUsageSchema = z.looseObject({
  inputTokens: nullable(count),
  outputTokens: nullable(count),
  reasoningTokens: nullable(count),
  cachedInputTokens: nullable(count),
});
/** What a model is asked for: `judge` calls are counted apart from what the agent uses. */
const modelPurposes = ["agent", "judge", "engine"] as const;

/** Why a run or attempt has no good end. `limit` names the limit that was met. */
export const runErrorSchema = z.looseObject({
  code: text,
  origin: z.enum(errorOrigins),
  message: text,
  limit: text.optional(),
});
export type RunError = z.infer<typeof runErrorSchema>;

/** Names of environment variables without which a run cannot be run, such as the key of a model that judges it. */
const needsSchema = z.array(text).optional();

const subjectSchema = z.object({
  kind: z.enum(runKinds),
  id: text,
  digest,
  needs: needsSchema,
  /** Absolute paths of its files: they tell the ground truth, so no program of the run may see them. */
  conceal: z.array(text).optional(),
});
export const agentSchema = z.object({
  name: text,
  kind: z.enum(["deterministic", "scripted", "model", "command", "code", "replay"]),
  digest,
  model: nullable(text),
  reference: z.boolean(),
  needs: needsSchema,
});
export const usageSchema = z.object({
  tokens: count,
  costUsd: nullable(z.number().nonnegative()),
  modelCalls: count,
  toolCalls: count,
});
export type Usage = z.infer<typeof usageSchema>;

/** Where processes mean something to each other; `home` is the folder of their files where hosts share a ledger. */
export const placeSchema = z.object({ bootId: text, pidns: text, home: text.optional() });
export type Place = z.infer<typeof placeSchema>;
export const processSchema = z.object({ pid: count, startTicks: count });
export type ProcessRef = z.infer<typeof processSchema>;

export const retryPolicySchema = z.object({
  /** Further attempts that the policy may start by itself. */
  retries: count,
  /** Wait before the first; doubles with each. */
  backoffMs: count,
  origins: z.array(z.enum([...errorOrigins, "lost"])),
});
export type RetryPolicy = z.infer<typeof retryPolicySchema>;

export const containmentKinds = ["cgroup", "pidns", "sweep"] as const;

/** What was seen of an attempt's end, by whom, in the order in which it weighs (PROTOCOLS: which evidence wins). */
export const evidenceSchema = z.looseObject({
  fact: text,
  seenBy: z.enum(["supervisor", "conclusion", "import"]),
  /** The runner's own finish record, if a whole one lies in an unbroken journal. */
  finish: nullable(z.looseObject({ outcome: text, at: text })),
  /** Exit code or signal, if a supervisor collected it. */
  exit: nullable(z.object({ code: nullable(z.number().int()), signal: nullable(text) })),
  /** Why we killed it, if we did. A signal that is not ours has no known sender. */
  killedFor: nullable(text),
  containment: nullable(
    z.looseObject({
      kind: z.enum(containmentKinds),
      confirmed: z.boolean(),
      looks: count,
      leftAlive: z.array(z.looseObject({ pid: count })),
    }),
  ),
  memory: nullable(
    z.looseObject({ peakMib: nullable(z.number()), limitMib: nullable(z.number()), oomKills: nullable(count) }),
  ),
  journal: nullable(z.looseObject({ lines: count, bytes: count, tornBytes: count, broken: nullable(text) })),
  lastStderr: nullable(text),
  note: nullable(text),
});
export type Evidence = z.infer<typeof evidenceSchema>;

export const attemptOutcomes = [
  "completed",
  "failed",
  "limit",
  "cancelled",
  "paused",
  "orphaned",
  "lost",
  "given_back",
] as const;
export type AttemptOutcome = (typeof attemptOutcomes)[number];

/** One part of a score, as shown under it; what else a scorer wants to show lies beside these fields. */
const scorePartSchema = z.looseObject({ type: text });
export const scoringSchema = z.looseObject({ profile: text, parts: z.array(scorePartSchema) });
export type Scoring = z.infer<typeof scoringSchema>;

/** What a worker takes from the queue: agents null is all, `x:*` all that begin so; labels are those that a run has to carry. */
const abilitiesSchema = z.object({
  kinds: z.array(z.enum(runKinds)),
  agents: nullable(z.array(text)),
  labels: z.record(text, text),
  /** Which of the variables that runs may need it has; nobody says what is in them. */
  keys: z.array(text).optional(),
});

const runPhases = ["preparing", "acting", "scoring", "cleaning"] as const;

const scoreFields = { score: nullable(z.number().min(0).max(1)), passed: nullable(z.boolean()) };

type EventEntry = { v: number; data: z.ZodObject; from: "ledger" | "journal"; what: string };

const byLedger = <T extends z.ZodObject>(what: string, data: T) => ({ v: 1, from: "ledger" as const, what, data });
const byRunner = <T extends z.ZodObject>(what: string, data: T) => ({ v: 1, from: "journal" as const, what, data });

// biome-ignore format: a row reads as a row
export const eventCatalogue = {
  "run.queued": byLedger("A run was asked for, with all that defines it.",
    z.looseObject({ kind: z.enum(runKinds), subject: subjectSchema, agent: nullable(agentSchema), name: nullable(text), params: z.record(text, z.unknown()), seed: nullable(count), labels: z.record(text, text), priority: z.enum(["high", "normal", "low"]), limits: z.record(text, nullable(z.number())), retryPolicy: retryPolicySchema, experimentId: nullable(text), trial: count, minScore: nullable(z.number()), againOf: nullable(text), imported: z.boolean(), who: text })),
  "run.pause_requested": byLedger("A pause was asked for; the run goes on to its next safe point.", z.looseObject({})),
  "run.paused": byLedger("The run is held, without a process.", z.looseObject({ checkpoint: nullable(digest), held: z.boolean() })),
  "run.resumed": byLedger("A paused run was put back in the queue.", z.looseObject({ checkpoint: nullable(digest) })),
  "run.cancel_requested": byLedger("A cancel was asked for; the tree gets graceMs to end by itself.", z.looseObject({ graceMs: count })),
  "run.cancelled": byLedger("Ended on request; the tree was seen gone, or there was no process.", z.looseObject({ noProcess: z.boolean() })),
  "run.completed": byLedger("Ended with a result.", z.looseObject({ ...scoreFields, endedBy: text })),
  "run.failed": byLedger("Ended by an error that was observed.", z.looseObject({ error: runErrorSchema })),
  "run.timed_out": byLedger("Ended by a wall, idle or queue limit.", z.looseObject({ limit: text, error: runErrorSchema })),
  "run.lost": byLedger("Nobody saw the end.", z.looseObject({ error: runErrorSchema, unconfirmed: z.boolean() })),
  "run.retry_scheduled": byLedger("The policy, a given back claim or a checkpoint put the run back in the queue.",
    z.looseObject({ why: z.enum(["policy", "given_back", "orphaned"]), notBefore: nullable(text), error: nullable(runErrorSchema) })),
  "run.retried": byLedger("A person put an ended run back in the queue.", z.looseObject({})),
  "run.delete_requested": byLedger("The run is to be deleted once it has ended.", z.looseObject({})),
  "run.deleted": byLedger("The run's events and files are gone; its id stays taken.", z.looseObject({})),

  "attempt.claimed": byLedger("A worker took the run.", z.looseObject({ worker: text, place: placeSchema, claimId: text })),
  "attempt.started": byRunner("The runner's first line: who runs, and how its programs are contained (null: it starts none).",
    z.looseObject({ pid: count, startTicks: count, containment: nullable(z.enum(containmentKinds)), build: text, spare: z.boolean(), versions: z.record(text, text) })),
  "attempt.orphaned": byLedger("The supervisor is gone or drained; what showed it.", z.looseObject({ evidence: text })),
  "attempt.adopted": byLedger("Another process supervises the attempt from here on.", z.looseObject({ worker: text, place: placeSchema, claimId: text, evidence: text })),
  "attempt.ended": byLedger("The attempt is over, once and for all: what was seen of it, and what it brought.",
    z.looseObject({ outcome: z.enum(attemptOutcomes), evidence: evidenceSchema, error: nullable(runErrorSchema), usage: usageSchema, ...scoreFields, endedBy: nullable(text), checkpoint: nullable(digest) })),
  "attempt.late": byLedger("Records that came after the attempt's end; they change nothing.",
    z.looseObject({ records: count, claims: nullable(text), score: nullable(z.number()) })),

  "run.progressed": byRunner("How far the work is: a phase, and done of total where that is known.",
    z.looseObject({ phase: z.enum(runPhases).optional(), done: z.number().optional(), total: z.number().optional(), message: text.optional() })),
  "step.started": byRunner("A step of the work began.", z.looseObject({ step: text, description: text.optional() })),
  "step.completed": byRunner("A step of the work ended well.", z.looseObject({ step: text })),
  "step.failed": byRunner("A step of the work ended badly.", z.looseObject({ step: text, error: runErrorSchema.optional() })),
  "agent.finished": byRunner("The agent stopped acting, and how.",
    z.looseObject({ how: z.enum(["answered", "declined", "gave_up", "limit", "finished"]), text: text.optional(), limit: text.optional() })),
  "agent.messaged": byRunner("Something was said in the agent's conversation; what a model was asked to do, and what it said.",
    z.looseObject({ role: z.enum(["system", "user", "assistant"]), text, reasoning: text.optional(), agent: text.optional(), step: text.optional(), turn: count.optional() })),
  "model.requested": byRunner("A model was asked; `request` is the digest of all that it was asked.",
    z.looseObject({ callId: text, model: text, provider: text, purpose: z.enum(modelPurposes), request: digest, messages: count, tools: count, params: z.record(text, z.unknown()).optional(), triesMax: count, agent: text.optional(), step: text.optional(), turn: count.optional() })),
  "model.retried": byRunner("The call of the same callId did not succeed and is tried again after waitMs; `try` is the one that comes.",
    z.looseObject({ callId: text, try: count, triesMax: count, cause: text, status: nullable(count), waitMs: z.number().nonnegative() })),
  "model.answered": byRunner("The model answered the call of the same callId; costUsd null: no price is known.",
    z.looseObject({ callId: text, model: text, purpose: z.enum(modelPurposes), text: nullable(text), reasoning: nullable(text), calls: z.array(z.looseObject({ callId: text, tool: text, args: z.unknown() })), finish: text, usage: modelUsageSchema, costUsd: nullable(z.number().nonnegative()), ms: z.number().nonnegative(), firstTokenMs: nullable(z.number().nonnegative()), tries: count, replayed: z.boolean() })),
  "model.failed": byRunner("The call of the same callId came to no answer.",
    z.looseObject({ callId: text, purpose: z.enum(modelPurposes), error: runErrorSchema, status: nullable(count), tries: count, ms: z.number().nonnegative() })),
  "tool.called": byRunner("The agent called a tool.", z.looseObject({ callId: text, tool: text, args: z.record(text, z.unknown()) })),
  "tool.returned": byRunner("The tool answered the call of the same callId.",
    z.looseObject({ callId: text, tool: text, ok: z.boolean(), result: z.unknown().optional(), error: z.unknown().optional(), ms: z.number().nonnegative() })),
  "transaction.executed": byRunner("A transaction ran on the Solana VM, or failed in its simulation.",
    z.looseObject({ signature: text, status: z.enum(["success", "failure"]), landed: z.boolean(), computeUnits: count, feeLamports: text, slot: count, instructions: z.array(z.looseObject({})), logs: z.array(text), error: nullable(text) })),
  "score.recorded": byRunner("The result was scored, with its parts.",
    z.looseObject({ ...scoreFields, minScore: nullable(z.number()), scoring: scoringSchema.optional() })),
  "log.written": byRunner("Something worth telling that is neither output nor an error.",
    z.looseObject({ level: z.enum(["debug", "info", "warn", "error"]), message: text })),
  "artifact.written": byRunner("A file was kept.", z.looseObject({ name: text, bytes: count, digest })),

  "experiment.planned": byLedger("An experiment was planned; all its runs were queued in the same transaction.",
    z.looseObject({ id: text, name: nullable(text), file: nullable(text), sources: z.array(text), subjects: z.object({ kind: z.enum(runKinds), count, ids: z.array(text) }), agents: z.array(agentSchema), conditions: z.array(z.object({ name: nullable(text), set: z.record(text, z.unknown()) })), trials: count, seeds: z.object({ mode: z.literal("paired"), base: count }), limits: z.record(text, nullable(z.number())), cells: count, jobs: count, who: text })),
  "limit.set": byLedger("A limit on runs at once, over all workers, was set; null lifts it.", z.looseObject({ key: text, max: nullable(count), who: text })),
  "span.received": byLedger("A span that an external agent sent, as OTLP has it.",
    z.looseObject({ traceId: text, spanId: text, name: text, span: z.looseObject({}) })),
  "catalog.changed": byLedger("A scan of the folders, or an upsert, changed the catalog.",
    z.looseObject({ added: z.array(text), changed: z.array(text), removed: z.array(text), failed: z.array(z.looseObject({ path: text, code: text, message: text })), who: text, scope: text.optional(), digests: z.record(text, digest).optional() })),
  "token.created": byLedger("A token for the API was made; the token itself is kept nowhere.",
    z.looseObject({ id: text, name: text, scopes: z.array(z.enum(["read", "write"])), expiresAt: nullable(text), who: text })),
  "token.revoked": byLedger("A token is good for nothing any more.", z.looseObject({ id: text, who: text })),
  "worker.started": byLedger("A process that supervises runs has begun; with slots and what it can if it takes runs from the queue.",
    z.looseObject({ worker: text, place: placeSchema, pid: count, slots: count.optional(), can: abilitiesSchema.optional(), build: text.optional() })),
  "worker.drained": byLedger("A worker takes no more runs from the queue.", z.looseObject({ worker: text })),
  "worker.gone": byLedger("A worker has ended, or was found dead; what showed it.", z.looseObject({ worker: text, evidence: text })),
} as const satisfies Record<string, EventEntry>;

export type EventType = keyof typeof eventCatalogue;
export type EventData<T extends EventType> = z.infer<(typeof eventCatalogue)[T]["data"]>;

/** Types that a runner may write into its journal; a program's own types start with `x.` and fold to nothing. */
export type JournalEventType = {
  [T in EventType]: (typeof eventCatalogue)[T]["from"] extends "journal" ? T : never;
}[EventType];

/** A fact as `decide` makes it; the ledger adds the rest of the envelope. */
export type NewEvent = { [T in EventType]: { type: T; data: EventData<T> } }[EventType];

type Envelope = {
  /** Ledger-wide place; grows, with gaps. */
  position: number;
  /** Null for events of the ledger itself. */
  runId: string | null;
  /** Place within the run, from 1 without gaps. */
  seq: number;
  attempt: number | null;
  v: number;
  /** The writer's clock, RFC 3339 UTC with milliseconds. Shown, never compared. */
  at: string;
  /** The ledger's clock; never goes back. */
  recordedAt: string;
  actor: string;
};
export type KnownEvent = Envelope & NewEvent;
/** An event of a type or version that this build does not know: kept, shown, skipped by folds. */
export type UnknownEvent = Envelope & { type: string; data: Record<string, unknown>; isUnknown: true };
export type LedgerEvent = KnownEvent | UnknownEvent;

/** Per type, from the version stored to the next one. Empty until a type gets its second version. */
export type Upcasters = Partial<
  Record<string, Record<number, (data: Record<string, unknown>) => Record<string, unknown>>>
>;
const upcasters: Upcasters = {};

/** True for a type of the catalogue. */
export function isEventType(type: string): type is EventType {
  return Object.hasOwn(eventCatalogue, type);
}

/** True for an event that this build can fold. */
export function isKnown(event: LedgerEvent): event is KnownEvent {
  return !("isUnknown" in event);
}

/**
 * The present form of a stored event: old versions are upcast, unknown types and newer versions are marked so.
 * Rows were validated when they were written, so nothing is validated again here.
 */
export function currentEvent(
  stored: Envelope & { type: string; data: Record<string, unknown> },
  casts = upcasters,
): LedgerEvent {
  const entry = isEventType(stored.type) ? eventCatalogue[stored.type] : null;
  if (entry === null || stored.v > entry.v) return { ...stored, isUnknown: true };
  let { v, data } = stored;
  for (; v < entry.v; v += 1) {
    const cast = casts[stored.type]?.[v];
    if (cast === undefined) return { ...stored, isUnknown: true };
    data = cast(data);
  }
  return { ...stored, v, data } as KnownEvent;
}

/** What is wrong with data that claims to be of this type, in words, or null if nothing is. */
export function dataFault(type: EventType, data: unknown): string | null {
  const parsed = eventCatalogue[type].data.safeParse(data);
  return parsed.success ? null : z.prettifyError(parsed.error).replaceAll("\n", "; ");
}

/** Whether a journal may hold this type: the runner's own types, and a program's own under `x.`. */
export function isJournalType(type: string): boolean {
  return isEventType(type) ? eventCatalogue[type].from === "journal" : /^x\.[a-z0-9_.-]{1,60}$/.test(type);
}
