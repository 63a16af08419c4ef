// Model-based: random commands and facts in every order, and what must hold after each of them.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concludeAttempt, type Ending } from "./conclude-attempt.ts";
import { currentEvent, type LedgerEvent } from "./events.ts";
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
import { foldRun, type Run } from "./run.ts";
import { tookMs, workedMs } from "./run-time.ts";
import { digest, evidence, History, place, queued } from "./run-under-test.ts";

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
    case "resume":
      history.execute({ type: step.type, claim: null });
      return;
    case "pause":
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

  it("has worked as long as its attempts together, whatever lies between them", () => {
    fc.assert(
      fc.property(...anyPlay, (retries, steps) => {
        playOut(retries, steps, ({ run, events, nowMs }) => {
          if (run === null) return;
          const times = events
            .filter(({ type }) => type === "attempt.started")
            .map((start) => {
              const end = events.find(({ type, attempt }) => type === "attempt.ended" && attempt === start.attempt);
              return (end === undefined ? nowMs : Date.parse(end.at)) - Date.parse(start.at);
            });
          expect(workedMs(run, nowMs)).toBe(times.length === 0 ? null : times.reduce((sum, ms) => sum + ms, 0));
          expect(tookMs(run)).toBe(isTerminal(run.status) ? workedMs(run, nowMs + 1) : null);
        });
      }),
      plays,
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

describe("an imported run", () => {
  it("shows the times of its own events, not those of the import", () => {
    const at = "2026-01-01T00:00:00.000Z";
    const history = new History();
    history.execute({ type: "queue", data: { ...queued(), imported: true }, claim: null });
    const event = { ...(history.events[0] as LedgerEvent), at };
    expect(foldRun([event])).toMatchObject({ queuedAt: at, lastEventAt: at });
  });
});

describe("a paused run", () => {
  it("that is resumed by who takes it goes on in an attempt of its own, in the same append", () => {
    const history = new History();
    history.execute({ type: "queue", data: queued(), claim: null });
    history.execute({ type: "pause" });
    const events = history.execute({ type: "resume", claim: { worker: "w", place, claimId: "c" } });
    expect(Array.isArray(events) && events.map(({ type }) => type)).toEqual(["run.resumed", "attempt.claimed"]);
    expect(history.run).toMatchObject({ status: "starting", attempt: { number: 1, claimId: "c" } });
  });
});

describe("late records", () => {
  it("keep the result that an earlier one claimed", () => {
    const history = new History();
    history.execute({ type: "queue", data: queued(), claim: null });
    history.append([{ type: "attempt.late", data: { records: 2, claims: "completed", score: 0.8 } }]);
    history.append([{ type: "attempt.late", data: { records: 1, claims: null, score: null } }]);
    expect(history.run).toMatchObject({ status: "queued", late: { records: 3, claims: "completed", score: 0.8 } });
  });
});
