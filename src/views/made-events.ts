// Streams of events for the tests of views: made by the same rules that make real ones, so that no test shows a run
// that could not exist.

import { concludeAttempt, type Ending } from "../core/conclude-attempt.ts";
import { type Claim, decide, type RunCommand } from "../core/decide.ts";
import type { EventData, Evidence, JournalEventType, LedgerEvent, NewEvent, Scoring } from "../core/events.ts";
import { effectiveLimits } from "../core/limits.ts";
import { foldRun, type Run } from "../core/run.ts";

const claim: Claim = {
  worker: "worker-0001",
  place: { bootId: "boot", pidns: "pid:[1]" },
  claimId: "2b1c0d7e-0000-4000-8000-000000000001",
};
const startMs = Date.parse("2026-11-22T10:00:00.100Z");

/** What was asked for, as `run.queued` holds it; a benchmark with the deterministic agent. */
export const queuedBenchmark: EventData<"run.queued"> = {
  kind: "benchmark",
  subject: { kind: "benchmark", id: "001-sol-transfer", digest: `sha256:${"9f".repeat(32)}` },
  agent: {
    name: "deterministic",
    kind: "deterministic",
    digest: `sha256:${"51".repeat(32)}`,
    model: null,
    reference: true,
  },
  name: null,
  params: { agentChosenBy: "default" },
  seed: 4127733018,
  labels: {},
  priority: "normal",
  limits: effectiveLimits("benchmark"),
  retryPolicy: { retries: 0, backoffMs: 1000, origins: ["provider", "environment", "worker", "lost"] },
  experimentId: null,
  trial: 1,
  minScore: 1,
  againOf: null,
  imported: false,
  who: "ada",
};

/** A program, as `run.queued` holds it. */
export const queuedProgram: EventData<"run.queued"> = {
  ...queuedBenchmark,
  kind: "command",
  subject: { kind: "command", id: "exec python eval.py", digest: `sha256:${"ab".repeat(32)}` },
  agent: null,
  params: {},
  seed: null,
  limits: effectiveLimits("command"),
  minScore: null,
};

export type MadeStream = {
  readonly events: readonly LedgerEvent[];
  readonly run: Run;
  /** A command that must be accepted. */
  command(command: RunCommand): MadeStream;
  /** A record of the runner. */
  journal<T extends JournalEventType>(type: T, data: EventData<T>): MadeStream;
  /** The end of the attempt under way. */
  conclude(ending: Partial<Ending> & Pick<Ending, "fact">, evidence?: Partial<Evidence>): MadeStream;
};

/** A run that was queued, and claimed unless `isLeftQueued`. Each event comes ten milliseconds after the one before. */
export function makeStream(
  queued: EventData<"run.queued">,
  { id = "01a201c5-bf07-7467-aa3d-b1f17d20ee53", isLeftQueued = false } = {},
): MadeStream {
  const events: LedgerEvent[] = [];
  let attempt: number | null = null;
  const append = (made: readonly NewEvent[], actor: string): void => {
    for (const event of made) {
      if (event.type === "attempt.claimed") attempt = (attempt ?? 0) + 1;
      const seq = events.length + 1;
      const at = new Date(nowMs()).toISOString();
      const whole = {
        position: seq,
        runId: id,
        seq,
        attempt,
        v: 1,
        at,
        recordedAt: at,
        actor,
        ...event,
      } as LedgerEvent;
      events.push(whole);
    }
  };
  const nowMs = (): number => startMs + 10 * events.length;
  const stream: MadeStream = {
    events,
    get run() {
      return foldRun(events) as Run;
    },
    command(command) {
      const decision = decide(foldRun(events), command, nowMs());
      if (!decision.isAccepted) throw new Error(`refused: ${decision.code}: ${decision.detail}`);
      append(decision.events, "cli");
      return stream;
    },
    journal(type, data) {
      append([{ type, data } as NewEvent], "runner");
      return stream;
    },
    conclude({ fact, ...ending }, evidence = {}) {
      const whole: Ending = {
        error: null,
        checkpoint: null,
        isByCancel: false,
        ...ending,
        fact,
        evidence: { ...noEvidence, fact, ...evidence },
      };
      append(concludeAttempt(stream.run, whole, nowMs()), "worker");
      return stream;
    },
  };
  return stream.command({ type: "queue", data: queued, claim: isLeftQueued ? null : claim });
}

/** A runner's first line. */
export const madeStart: EventData<"attempt.started"> = {
  pid: 7,
  startTicks: 7,
  containment: "sweep",
  build: "source",
  spare: false,
  versions: {},
};

/** The claim under which the attempt of a made stream is supervised. */
export const madeClaim = claim;

const noEvidence: Evidence = {
  fact: "",
  seenBy: "supervisor",
  finish: null,
  exit: null,
  killedFor: null,
  containment: null,
  memory: null,
  journal: null,
  lastStderr: null,
  note: null,
};

const system = "11111111111111111111111111111111";

const goodTransaction: EventData<"transaction.executed"> = {
  signature: `64WJ4eHRcaWEVCyy${"x".repeat(64)}AnyHgkYY`,
  status: "success",
  landed: true,
  computeUnits: 150,
  computeUnitLimit: 200000,
  feeLamports: "5000",
  slot: 1,
  instructions: [
    {
      program: "System Program",
      programId: system,
      name: "transfer",
      accounts: [
        { name: "USER_WALLET_PUBKEY", address: "A", signer: true, writable: true },
        { name: "RECIPIENT_WALLET_PUBKEY", address: "B", signer: false, writable: true },
      ],
      args: { lamports: "100000000" },
      data: "x",
      depth: 1,
    },
  ],
  logs: [`Program ${system} invoke [1]`, `Program ${system} success`],
  error: null,
};

const goodScoring: Scoring = {
  profile: "outcome",
  parts: [
    {
      type: "SolBalance",
      name: null,
      weight: 1,
      claim: "RECIPIENT_WALLET_PUBKEY holds 100000000 lamports",
      heldBefore: false,
      heldAfter: true,
      expected: "100000000",
      actualBefore: "0",
      actual: "100000000",
    },
    {
      type: "SolSpent",
      name: "nothing else is spent",
      invariant: true,
      claim: "USER_WALLET_PUBKEY spends at most 100500000 lamports",
      heldBefore: true,
      heldAfter: true,
      expected: "100500000",
      actualBefore: "0",
      actual: "100005000",
    },
  ],
  "reev-1": { score: 1 },
  diagnosis: { instructionsMatched: 1 },
};

/** The stream of a good run of 001, from queued to completed. */
export function makeGoodRun(): MadeStream {
  const args = { from: "USER_WALLET_PUBKEY", to: "RECIPIENT_WALLET_PUBKEY", lamports: 100000000 };
  return makeStream(queuedBenchmark)
    .journal("attempt.started", { ...madeStart, pid: 48213, build: "dist (auto)", spare: true })
    .journal("run.progressed", { phase: "preparing" })
    .journal("run.progressed", { phase: "preparing", message: "solana: 2 accounts, litesvm 1.5.0" })
    .journal("run.progressed", { phase: "acting" })
    .journal("tool.called", { callId: "call-1", tool: "sol_transfer", args })
    .journal("tool.returned", { callId: "call-1", tool: "sol_transfer", ok: true, result: {}, ms: 1 })
    .journal("tool.called", { callId: "call-2", tool: "submit", args: {} })
    .journal("transaction.executed", goodTransaction)
    .journal("tool.returned", { callId: "call-2", tool: "submit", ok: true, result: {}, ms: 2 })
    .journal("agent.finished", { how: "finished" })
    .journal("run.progressed", { phase: "scoring" })
    .journal("score.recorded", { score: 1, passed: true, minScore: 1, scoring: goodScoring })
    .conclude(
      { fact: "ok" },
      {
        finish: { outcome: "completed", at: "2026-11-22T10:00:00.230Z" },
        exit: { code: 0, signal: null },
        journal: { lines: 13, bytes: 4096, tornBytes: 0, broken: null },
      },
    );
}

/** Milliseconds from the first line of each attempt to its end, as the events say. */
export function timesOfAttempts(events: readonly LedgerEvent[]): number[] {
  return events.flatMap(({ type, attempt, recordedAt }) => {
    const end = events.find((event) => event.type === "attempt.ended" && event.attempt === attempt);
    return type !== "attempt.started" || end === undefined ? [] : [Date.parse(end.recordedAt) - Date.parse(recordedAt)];
  });
}
