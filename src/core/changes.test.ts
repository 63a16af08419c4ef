// What a run's fold says of its steps and its usage: an attempt that goes on from a checkpoint goes on counting, any other
// begins anew.

import { expect, test } from "vitest";
import { concludeAttempt, type Ending } from "./conclude-attempt.ts";
import type { NewEvent, RunError } from "./events.ts";
import { digest, evidence, History, queued } from "./run-under-test.ts";
import { noUsage, usageBeyond } from "./usage.ts";

const lost: RunError = { code: "runner.gone", origin: "worker", message: "it was gone" };

function begun(retries = 0): History {
  const history = new History();
  history.execute({ type: "queue", data: queued(retries), claim: null });
  history.claim();
  history.start();
  return history;
}

function tell(history: History, ...steps: [type: "started" | "completed", step: string][]): void {
  history.append(steps.map(([type, step]) => ({ type: `step.${type}`, data: { step } }) as NewEvent));
}

function end(history: History, ending: Pick<Ending, "fact"> & Partial<Ending>): void {
  if (history.run === null) throw new Error("there is no run");
  const whole: Ending = { evidence, error: null, checkpoint: null, isByCancel: false, ...ending };
  history.append(concludeAttempt(history.run, whole, history.nowMs));
}

function pause(history: History): void {
  history.execute({ type: "pause" });
  end(history, { fact: "pa", checkpoint: digest });
}

/** A flow that is paused within its second step. */
function pausedInSecond(retries = 0): History {
  const history = begun(retries);
  tell(history, ["started", "a"], ["completed", "a"], ["started", "b"]);
  pause(history);
  return history;
}

function goOn(history: History): void {
  history.execute({ type: "resume", claim: null });
  history.claim();
  history.start();
}

test("a run that goes on from its checkpoint is in the step in which it was, and its steps add up", () => {
  const history = pausedInSecond();
  expect(history.run).toMatchObject({ status: "paused", step: null, stepsDone: 1 });
  goOn(history);
  expect(history.run).toMatchObject({ status: "running", step: { name: "b" }, stepsDone: 1 });
  tell(history, ["completed", "b"], ["started", "c"]);
  pause(history);
  goOn(history);
  expect(history.run).toMatchObject({ step: { name: "c" }, stepsDone: 2 });
  tell(history, ["completed", "c"]);
  end(history, { fact: "ok" });
  expect(history.run).toMatchObject({ status: "completed", step: null, stepsDone: 3 });
});

test("a runner that is gone before its first line takes nothing from what its checkpoint held", () => {
  const history = pausedInSecond();
  history.execute({ type: "resume", claim: null });
  history.claim();
  end(history, { fact: "neverBegan" });
  expect(history.run?.status).toBe("queued");
  history.claim();
  expect(history.run).toMatchObject({ step: { name: "b" }, stepsDone: 1 });
});

test("a retry begins with no step, also after a pause: of the policy as of a person", () => {
  const byPolicy = pausedInSecond(1);
  goOn(byPolicy);
  end(byPolicy, { fact: "gone", error: lost });
  byPolicy.nowMs += 60_000;
  byPolicy.claim();
  expect(byPolicy.run).toMatchObject({ status: "starting", step: null, stepsDone: 0 });
  const byPerson = pausedInSecond();
  goOn(byPerson);
  end(byPerson, { fact: "gone", error: lost });
  byPerson.execute({ type: "retry", claim: null });
  byPerson.claim();
  expect(byPerson.run).toMatchObject({ status: "starting", step: null, stepsDone: 0 });
});

test("what an attempt may go on using is counted from the one that began anew, however often it was paused", () => {
  const history = begun();
  const use = (tokens: number) => {
    const usage = { inputTokens: tokens, outputTokens: 0, reasoningTokens: null, cachedInputTokens: null };
    const call = { callId: "c", purpose: "agent", model: "m", text: null, calls: [], finish: "stop", usage };
    const data = { ...call, costUsd: tokens / 1000, ms: 1, firstTokenMs: null, tries: 1, replayed: false };
    history.append([{ type: "model.answered", data } as unknown as NewEvent]);
  };
  const used = () => usageBeyond(history.run?.usageEnded ?? noUsage, history.run?.usageBefore ?? noUsage);
  use(900);
  end(history, { fact: "gone", error: lost });
  history.execute({ type: "retry", claim: null });
  history.claim();
  history.start();
  use(50);
  pause(history);
  goOn(history);
  expect(used()).toMatchObject({ tokens: 50, modelCalls: 1 });
  expect(used().costUsd).toBeCloseTo(0.05);
  use(7);
  pause(history);
  goOn(history);
  expect(used()).toMatchObject({ tokens: 57, modelCalls: 2 });
  expect(history.run?.usageEnded.tokens).toBe(957);
});
