import { describe, expect, it } from "vitest";
import { concludeAttempt, type Ending } from "./conclude-attempt.ts";
import type { Run } from "./run.ts";
import { evidence, History, queued } from "./run-under-test.ts";
import { systemLimits } from "./system-limits.ts";

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

  it("does not count an attempt that was orphaned among the failures", () => {
    const history = new History();
    history.execute({ type: "queue", data: queued(1), claim: null });
    const end = (ending: Pick<Ending, "fact" | "error" | "checkpoint">) => {
      history.nowMs += 60_000;
      history.claim();
      history.start();
      const whole: Ending = { ...ending, evidence, isByCancel: false };
      history.append(concludeAttempt(history.run as Run, whole, history.nowMs));
      return history.run;
    };
    const checkpoint = `sha256:${"0".repeat(64)}`;
    const error = { code: "x", origin: "provider" as const, message: "429" };
    expect(end({ fact: "orC", error: null, checkpoint })).toMatchObject({ status: "queued", failuresInRow: 0 });
    expect(end({ fact: "er", error, checkpoint: null })).toMatchObject({ status: "queued", failuresInRow: 1 });
    expect(end({ fact: "er", error, checkpoint: null })).toMatchObject({ status: "failed", failuresInRow: 2 });
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

describe("a run that waits for longer than its queue limit", () => {
  it("times out, and the wait counts from the last time that it was put in the queue", () => {
    const history = new History();
    const data = queued();
    history.execute({ type: "queue", data: { ...data, limits: { ...data.limits, queue_s: 10 } }, claim: null });
    expect(history.execute({ type: "expire" })).toBe("run.illegal-move");
    history.nowMs += 9_000;
    history.execute({ type: "pause" });
    history.execute({ type: "resume", claim: null });
    history.nowMs += 9_000;
    expect(history.execute({ type: "expire" })).toBe("run.illegal-move");
    history.nowMs += 1_000;
    history.execute({ type: "expire" });
    expect(history.run).toMatchObject({ status: "timed_out", endedBy: "limit:queue_s" });
  });
});

describe("a run that waits for its next try", () => {
  it("is not over its queue limit before somebody might have taken it", () => {
    const history = new History();
    const data = queued(1);
    const retryPolicy = { ...data.retryPolicy, backoffMs: 60_000 };
    history.execute({
      type: "queue",
      data: { ...data, retryPolicy, limits: { ...data.limits, queue_s: 10 } },
      claim: null,
    });
    history.claim();
    history.start();
    const error = { code: "x", origin: "provider" as const, message: "429" };
    const ending: Ending = { fact: "er", evidence, error, checkpoint: null, isByCancel: false };
    history.append(concludeAttempt(history.run as Run, ending, history.nowMs));
    history.nowMs += 69_999;
    expect(history.execute({ type: "expire" })).toBe("run.illegal-move");
    history.nowMs += 1;
    history.execute({ type: "expire" });
    expect(history.run).toMatchObject({ status: "timed_out", endedBy: "limit:queue_s" });
  });
});

describe("a run that ended while nobody looked", () => {
  it("ended when its runner said so, not when somebody looked", () => {
    const history = new History();
    history.execute({ type: "queue", data: queued(), claim: null });
    history.claim();
    history.start();
    const at = "2026-11-22T10:00:03.000Z";
    const seen = { ...evidence, seenBy: "conclusion" as const, finish: { outcome: "completed", at } };
    history.nowMs += 3_600_000;
    const ending: Ending = { fact: "ok", evidence: seen, error: null, checkpoint: null, isByCancel: false };
    history.append(concludeAttempt(history.run as Run, ending, history.nowMs));
    expect(history.run).toMatchObject({ status: "completed", endedAt: at });
  });
});
