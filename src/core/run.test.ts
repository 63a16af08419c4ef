// Model-based: random commands and facts in every order, and what must hold after each of them.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concludeAttempt, type Ending } from "./conclude-attempt.ts";
import { decide, type RunCommand } from "./decide.ts";
import { currentEvent, type EventData, type Evidence, isKnown, type LedgerEvent, type NewEvent } from "./events.ts";
import { effectiveLimits } from "./limits.ts";
import {
  activeStatuses,
  attemptFacts,
  commandMoves,
  factMoves,
  isActive,
  isTerminal,
  type RunStatus,
  runStatuses,
} from "./moves.ts";
import { evolve, foldRun, type Run } from "./run.ts";
import { systemLimits } from "./system-limits.ts";

const runId = "01a201c5-bf07-7467-aa3d-b1f17d20ee53";
const place = { bootId: "boot", pidns: "pid:[1]" };
const digest = `sha256:${"0".repeat(64)}`;

function queued(retries = 0): EventData<"run.queued"> {
  return {
    kind: "benchmark",
    subject: { kind: "benchmark", id: "b", digest },
    agent: null,
    name: null,
    params: {},
    seed: 1,
    labels: {},
    priority: "normal",
    limits: effectiveLimits("benchmark"),
    retryPolicy: { retries, backoffMs: 10, origins: ["provider", "environment", "worker", "lost"] },
    experimentId: null,
    trial: 1,
    minScore: 1,
    againOf: null,
    imported: false,
    who: "test",
  };
}

const evidence: Evidence = {
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

/** One run with its history, as a ledger would keep it. */
class History {
  readonly appends: LedgerEvent[][] = [];
  run: Run | null = null;
  nowMs = Date.parse("2026-11-22T10:00:00.000Z");
  #claims = 0;

  get events(): LedgerEvent[] {
    return this.appends.flat();
  }

  append(events: NewEvent[]): void {
    const stamped: LedgerEvent[] = [];
    for (const event of events) {
      const seq = (this.run?.seq ?? 0) + 1;
      const at = new Date(this.nowMs).toISOString();
      const begins = event.type === "attempt.claimed" ? 1 : 0;
      const attempt = (this.run?.attempt?.number ?? 0) + begins || null;
      const whole = {
        position: seq,
        runId,
        seq,
        attempt,
        v: 1,
        at,
        recordedAt: at,
        actor: "test",
        ...event,
      } as LedgerEvent;
      this.run = evolve(this.run, whole);
      stamped.push(whole);
    }
    if (stamped.length > 0) this.appends.push(stamped);
  }

  /** The events of the command, or the code of its refusal. */
  execute(command: RunCommand): NewEvent[] | string {
    const decision = decide(this.run, command, this.nowMs);
    if (!decision.isAccepted) return decision.code;
    this.append(decision.events);
    return decision.events;
  }

  claim(): NewEvent[] | string {
    this.#claims += 1;
    return this.execute({ type: "claim", worker: "w", place, claimId: `claim-${this.#claims}` });
  }

  start(): void {
    const data = { pid: 1, startTicks: 1, containment: null, build: "source", spare: false, versions: {} };
    this.append([{ type: "attempt.started", data }]);
  }
}

const anyError = fc.record({
  code: fc.constant("x"),
  origin: fc.constantFrom("agent", "provider", "runner", "worker", "scorer"),
  message: fc.constant("m"),
  limit: fc.option(fc.constantFrom("wall_s", "memory_mib"), { nil: undefined }),
});

const anyStep = fc.oneof(
  ...(["claim", "pause", "resume", "retry", "expire", "orphan", "adopt", "st", "score"] as const).map((type) =>
    fc.constant({ type }),
  ),
  fc.record({ type: fc.constant("cancel" as const), graceMs: fc.nat(100) }),
  fc.record({ type: fc.constant("delete" as const), isForced: fc.boolean() }),
  fc.record({ type: fc.constant("wait" as const), ms: fc.nat(10_000) }),
  fc.record({
    type: fc.constant("end" as const),
    fact: fc.constantFrom(...attemptFacts),
    error: anyError,
    hasCheckpoint: fc.boolean(),
    isByCancel: fc.boolean(),
  }),
);
type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never;

function take(history: History, step: Step): void {
  const { run } = history;
  if (run === null) return;
  const claimId = run.attempt?.claimId ?? "none";
  switch (step.type) {
    case "claim":
      history.claim();
      return;
    case "wait":
      history.nowMs += step.ms;
      return;
    case "st":
      if (run.status === "starting") history.start();
      return;
    case "score":
      if (isActive(run.status))
        history.append([{ type: "score.recorded", data: { score: 0.5, passed: false, minScore: 1 } }]);
      return;
    case "end":
      end(history, run, step);
      return;
    case "orphan":
      history.execute({ type: "orphan", claimId, evidence: "test" });
      return;
    case "adopt":
      history.execute({
        type: "adopt",
        fromClaimId: claimId,
        evidence: "t",
        worker: "v",
        place,
        claimId: `${claimId}+`,
      });
      return;
    case "retry":
      history.execute({ type: "retry", claim: null });
      return;
    case "pause":
    case "resume":
    case "expire":
      history.execute({ type: step.type });
      return;
    case "cancel":
    case "delete":
      history.execute(step);
  }
}

function end(history: History, run: Run, step: Extract<Step, { type: "end" }>): void {
  if (!isActive(run.status) || run.attempt?.outcome !== null || step.fact === "st") return;
  const { fact, error, isByCancel, hasCheckpoint } = step;
  const ending: Ending = { fact, error, evidence, isByCancel, checkpoint: hasCheckpoint ? digest : null } as Ending;
  if (factMoves[run.status][fact] === null) {
    expect(() => concludeAttempt(run, ending, history.nowMs)).toThrow("cannot happen");
    return;
  }
  history.append(concludeAttempt(run, ending, history.nowMs));
}

function playOut(retries: number, steps: Step[], check: (history: History, before: Run) => void): History {
  const history = new History();
  history.execute({ type: "queue", data: queued(retries), claim: null });
  for (const step of steps) {
    const before = history.run;
    if (before === null || history.events.some((event) => event.type === "run.deleted")) break;
    take(history, step);
    check(history, before);
  }
  return history;
}

const anyPlay = [fc.nat(2), fc.array(anyStep, { maxLength: 60 })] as const;
const plays = { numRuns: 1_500 };

describe("a run under any commands and facts", () => {
  it("changes its status only along the two tables", () => {
    fc.assert(
      fc.property(...anyPlay, (retries, steps) => {
        playOut(retries, steps, ({ run }, before) => {
          if (run === null || run.status === before.status) return;
          expect(reachable(before.status)).toContain(run.status);
        });
      }),
      plays,
    );
  });

  it("leaves a terminal status by retry alone", () => {
    fc.assert(
      fc.property(...anyPlay, (retries, steps) => {
        playOut(retries, steps, (history, before) => {
          if (!isTerminal(before.status) || history.run?.status === before.status) return;
          expect(history.appends.at(-1)?.[0]?.type).toBe("run.retried");
        });
      }),
      plays,
    );
  });

  it("ends each attempt once, and says in the same append what that means", () => {
    fc.assert(
      fc.property(...anyPlay, (retries, steps) => {
        const { appends, events } = playOut(retries, steps, () => undefined);
        const ended = events.filter((event) => event.type === "attempt.ended").map((event) => event.attempt);
        expect(new Set(ended).size).toBe(ended.length);
        for (const append of appends) {
          const at = append.findIndex((event) => event.type === "attempt.ended");
          if (at === -1) continue;
          expect(append[at + 1]?.type).toMatch(
            /^run\.(completed|failed|timed_out|cancelled|lost|paused|retry_scheduled)$/,
          );
        }
        const claimed = events.filter((event) => event.type === "attempt.claimed").map((event) => event.attempt);
        expect(claimed).toEqual(claimed.map((_, index) => index + 1));
      }),
      plays,
    );
  });

  it("is never terminal while the policy has tries left for what went wrong", () => {
    fc.assert(
      fc.property(...anyPlay, (retries, steps) => {
        playOut(retries, steps, ({ run }, before) => {
          if (run?.status !== "lost" || before.status !== "running") return;
          expect(before.failuresInRow).toBeGreaterThanOrEqual(retries);
        });
      }),
      plays,
    );
  });

  it("folds to the same state from its events", () => {
    fc.assert(
      fc.property(...anyPlay, (retries, steps) => {
        const history = playOut(retries, steps, () => undefined);
        expect(foldRun(history.events)).toEqual(history.run);
        const stored = JSON.parse(JSON.stringify(history.events)) as LedgerEvent[];
        expect(foldRun(stored.map((event) => currentEvent(event as never)))).toEqual(
          JSON.parse(JSON.stringify(history.run)),
        );
      }),
      { numRuns: 300 },
    );
  });

  it("has an end time exactly when it is terminal, and no process when at rest", () => {
    fc.assert(
      fc.property(...anyPlay, (retries, steps) => {
        playOut(retries, steps, ({ run }) => {
          if (run === null) return;
          expect(run.endedAt !== null).toBe(isTerminal(run.status));
          if (!isActive(run.status) && run.attempt !== null) expect(run.attempt.outcome).not.toBeNull();
          if (isActive(run.status)) expect(run.attempt?.outcome).toBeNull();
        });
      }),
      plays,
    );
  });
});

/** Every status that either table allows next; a limit may mean either of two, and R? the queue. */
function reachable(from: RunStatus): RunStatus[] {
  const byCommand = Object.values(commandMoves[from]);
  const byFact = isActive(from) ? Object.values(factMoves[from]) : [];
  const targets = new Set<string>(byCommand);
  if (from === "queued") targets.add("timed_out");
  if (from === "starting") targets.add("running");
  // A forced deletion of a run without a process cancels it on the way.
  if (targets.has("deleted") && !isTerminal(from)) targets.add("cancelled");
  for (const move of byFact) {
    if (move === null || move.to === "stays") continue;
    targets.add(move.to);
    if (move.to === "limit") targets.add("timed_out").add("failed");
    if (move.mayRetry) targets.add("queued");
    if (move.unlessByCancel) targets.add("cancelled");
    if (move.to === "queued") targets.add("failed");
  }
  return runStatuses.filter((status) => targets.has(status));
}

describe("the tables", () => {
  it("name every command and fact in every status that can meet it", () => {
    for (const status of runStatuses) expect(Object.keys(commandMoves[status])).toHaveLength(7);
    for (const status of activeStatuses)
      expect(Object.keys(factMoves[status]).sort()).toEqual([...attemptFacts].sort());
  });
});

describe("the policy", () => {
  it("tries a lost run again, waits twice as long each time, and then gives up", () => {
    const history = new History();
    history.execute({ type: "queue", data: queued(2), claim: null });
    const waits: number[] = [];
    for (let attempt = 0; attempt < 3; attempt += 1) {
      history.nowMs += 60_000;
      history.claim();
      history.start();
      const run = history.run as Run;
      const error = { code: "runner.gone", origin: "runner" as const, message: "gone" };
      history.append(
        concludeAttempt(run, { fact: "gone", evidence, error, checkpoint: null, isByCancel: false }, history.nowMs),
      );
      if (history.run?.notBefore) waits.push(Date.parse(history.run.notBefore) - history.nowMs);
    }
    expect(waits).toEqual([10, 20]);
    expect(history.run?.status).toBe("lost");
  });

  it("gives a claim back three times when no runner ever began, and fails at the fourth", () => {
    const history = new History();
    history.execute({ type: "queue", data: queued(), claim: null });
    const statuses = Array.from({ length: 4 }, () => {
      history.claim();
      const ending: Ending = { fact: "neverBegan", evidence, error: null, checkpoint: null, isByCancel: false };
      history.append(concludeAttempt(history.run as Run, ending, history.nowMs));
      return history.run?.status;
    });
    expect(statuses).toEqual(["queued", "queued", "queued", "failed"]);
    expect(history.run?.error?.code).toBe("runner.never-started");
    expect(systemLimits.givenBackMax).toBe(3);
  });

  it("does not claim a run before its time", () => {
    const history = new History();
    history.execute({ type: "queue", data: queued(1), claim: null });
    history.claim();
    history.start();
    const error = { code: "x", origin: "provider" as const, message: "429" };
    history.append(
      concludeAttempt(
        history.run as Run,
        { fact: "er", evidence, error, checkpoint: null, isByCancel: false },
        history.nowMs,
      ),
    );
    expect(history.claim()).toBe("run.illegal-move");
    history.nowMs += 11;
    expect(history.claim()).not.toBe("run.illegal-move");
  });
});

describe("an old event", () => {
  it("folds through its upcaster, and is kept and skipped if there is none", () => {
    const stored = {
      position: 1,
      runId,
      seq: 1,
      attempt: null,
      v: 0,
      type: "run.queued",
      at: "",
      recordedAt: "",
      actor: "t",
      data: { old: true },
    };
    const cast = currentEvent(stored, { "run.queued": { 0: () => queued() } });
    expect(isKnown(cast) && foldRun([cast])?.status).toBe("queued");
    expect(isKnown(currentEvent(stored, {}))).toBe(false);
    expect(isKnown(currentEvent({ ...stored, type: "run.dreamt", v: 1 }))).toBe(false);
  });

  it("of an unknown type moves seq and nothing else", () => {
    const history = new History();
    history.execute({ type: "queue", data: queued(), claim: null });
    const before = history.run as Run;
    const unknown = currentEvent({
      position: 2,
      runId,
      seq: 2,
      attempt: null,
      v: 1,
      type: "x.mine",
      at: "",
      recordedAt: before.lastEventAt,
      actor: "t",
      data: {},
    });
    expect(evolve(before, unknown)).toEqual({ ...before, seq: 2, position: 2 });
  });
});
