import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concludeAttempt } from "../core/conclude-attempt.ts";
import { activeStatuses } from "../core/moves.ts";
import type { Run } from "../core/run.ts";
import { History, queued } from "../core/run-under-test.ts";
import type { Finish } from "../protocol/spec.ts";
import { nothingSeen, type Seen, weighEvidence } from "./weigh-evidence.ts";

const nothing: Seen = { ...nothingSeen, status: "running", by: "supervisor", hasJournal: true };
const at = "2026-11-22T10:00:00.000Z";

function says(finish: Partial<Finish>): Seen["finish"] {
  return { says: { outcome: "completed", error: null, checkpoint: null, isByCancel: false, ...finish }, at };
}

function weigh(seen: Partial<Seen>) {
  const { fact, error, checkpoint, isByCancel } = weighEvidence({ ...nothing, ...seen });
  return { fact, code: error?.code ?? null, origin: error?.origin ?? null, checkpoint, isByCancel };
}

const signal9 = { code: null, signal: "SIGKILL" as const };
const wall = {
  reason: "limit" as const,
  error: { code: "limit.wall_s", origin: "agent" as const, message: "m", limit: "wall_s" },
};

describe("the order of evidence", () => {
  it("puts a whole finish record before whatever happened to the process after it", () => {
    expect(weigh({ finish: says({}), exit: signal9, killedFor: wall })).toMatchObject({ fact: "ok", code: null });
    const error = { code: "agent.failed", origin: "agent" as const, message: "m" };
    expect(weigh({ finish: says({ outcome: "failed", error }), exit: signal9 })).toMatchObject({
      fact: "er",
      code: "agent.failed",
    });
    expect(weigh({ finish: says({ outcome: "cancelled" }) }).fact).toBe("ca");
    expect(weigh({ finish: says({ outcome: "paused", checkpoint: "c" }) })).toMatchObject({
      fact: "pa",
      checkpoint: "c",
    });
    expect(weigh({ finish: says({ outcome: "limit", error: wall.error }) })).toMatchObject({
      fact: "li",
      code: "limit.wall_s",
    });
    expect(weigh({ finish: says({ outcome: "orphaned", checkpoint: "c" }) })).toMatchObject({
      fact: "orC",
      checkpoint: "c",
    });
    expect(weigh({ finish: says({ outcome: "orphaned" }) })).toMatchObject({ fact: "orN", code: "limit.orphan_s" });
  });

  it("trusts no finish record in a broken journal", () => {
    expect(weigh({ fault: "line 3 has the number 5", finish: says({}) })).toMatchObject({
      fact: "er",
      code: "journal.corrupt",
    });
    expect(weigh({ fault: "line 1", status: "starting" })).toMatchObject({ fact: "exit", code: "journal.corrupt" });
  });

  it("puts a death that we caused before the exit that it caused", () => {
    expect(weigh({ killedFor: wall, exit: signal9 })).toMatchObject({ fact: "killedLimit", code: "limit.wall_s" });
    expect(weigh({ killedFor: { reason: "cancel" }, exit: signal9, status: "cancelling" }).fact).toBe("killedCancel");
    expect(weigh({ watchdog: { limit: "wall_s", at, afterS: 9 }, exit: signal9 })).toMatchObject({
      fact: "killedLimit",
      code: "limit.wall_s",
    });
    expect(weigh({ watchdog: { limit: "orphan_s", at, afterS: 9 } })).toMatchObject({ fact: "orN", origin: "worker" });
  });

  it("names an exit by what was seen and guesses no sender", () => {
    expect(weigh({ exit: signal9 })).toMatchObject({ fact: "exit", code: "runner.killed", origin: "runner" });
    expect(weigh({ exit: { code: 3, signal: null } })).toMatchObject({ fact: "exit", code: "runner.exited" });
    expect(weigh({ exit: { code: 0, signal: null } })).toMatchObject({ fact: "exit", code: "runner.no-result" });
    expect(weigh({ exit: { code: 74, signal: null } })).toMatchObject({ fact: "exit", code: "journal.unwritable" });
  });

  it("calls a SIGKILL out of memory only when the kernel's counter says so", () => {
    const memory = { peakMib: 900, limitMib: 1000, oomKills: 0 };
    expect(weigh({ exit: signal9, memory }).code).toBe("runner.killed");
    expect(weigh({ exit: signal9, memory: { ...memory, oomKills: 1 } }).code).toBe("runner.oom");
  });

  it("says lost when the end was not seen, and given back when nothing ran", () => {
    expect(weigh({})).toMatchObject({ fact: "gone", code: "runner.gone" });
    expect(weigh({ hasJournal: false, status: "starting" })).toMatchObject({ fact: "neverBegan", code: null });
    expect(weigh({ killedFor: { reason: "start" }, exit: signal9, status: "starting" }).fact).toBe("neverBegan");
  });

  it("keeps what was seen beside what it means", () => {
    const { evidence } = weighEvidence({ ...nothing, exit: signal9, killedFor: wall, note: "n", lastStderr: "last" });
    expect(evidence).toMatchObject({
      fact: "killedLimit",
      exit: signal9,
      killedFor: "limit:wall_s",
      note: "n",
      lastStderr: "last",
    });
  });
});

describe("whatever was seen", () => {
  const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
  const anySeen = fc.record({
    status: fc.constantFrom(...activeStatuses),
    by: fc.constantFrom("supervisor" as const, "conclusion" as const),
    hasJournal: fc.boolean(),
    finish: orNull(
      fc
        .constantFrom("completed", "failed", "limit", "cancelled", "paused", "orphaned")
        .map((outcome) => says({ outcome } as Partial<Finish>)),
    ),
    fault: orNull(fc.constant("line 3 has the number 5")),
    killedFor: orNull(fc.constantFrom({ reason: "cancel" as const }, { reason: "start" as const }, wall)),
    watchdog: orNull(
      fc.record({
        limit: fc.constantFrom("wall_s" as const, "orphan_s" as const),
        at: fc.constant(at),
        afterS: fc.nat(9),
      }),
    ),
    exit: orNull(fc.constantFrom(signal9, { code: 0, signal: null }, { code: 74, signal: null })),
  });

  it("an ending follows: no evidence makes an attempt that cannot be concluded", () => {
    fc.assert(
      fc.property(anySeen, (seen) => {
        const history = new History();
        history.execute({ type: "queue", data: queued(), claim: null });
        history.claim();
        if (seen.status !== "starting") history.start();
        if (seen.status === "pausing") history.execute({ type: "pause" });
        if (seen.status === "cancelling") history.execute({ type: "cancel", graceMs: 0 });
        expect(history.run?.status).toBe(seen.status);
        const ending = weighEvidence({ ...nothing, ...(seen as Partial<Seen>) });
        history.append(concludeAttempt(history.run as Run, ending, history.nowMs));
        expect(history.run?.attempt?.outcome).not.toBeNull();
      }),
      { numRuns: 3_000 },
    );
  });
});
