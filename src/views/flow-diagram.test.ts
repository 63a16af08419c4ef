import { expect, test } from "vitest";
import { collectFlow } from "./flow-diagram.ts";
import { flowPage } from "./flow-page.ts";
import {
  type MadeStream,
  madeClaim,
  madeStart,
  makeGoodRun,
  makeStream,
  queuedBenchmark,
  queuedProgram,
} from "./made-events.ts";

function flowOf({ events }: MadeStream, attempt: number | null = null) {
  const fold = collectFlow(attempt);
  for (const event of events) fold.take(event);
  return fold.result();
}

const begun = () => makeStream(queuedBenchmark).journal("attempt.started", madeStart);
const call = (callId: string, args = {}) => ({ callId, tool: "submit", args });
const answer = (callId: string, ok = true) => ({ callId, tool: "submit", ok, ms: 1 });

test("calls are in their order, and the end says how the run stands", () => {
  const { diagram, calls, steps } = flowOf(makeGoodRun());
  expect(diagram.split("\n").slice(0, 2)).toEqual(["flowchart TD", '  begin(["001-sol-transfer<br/>deterministic"])']);
  expect(diagram).toContain("completed · passed · score 1.000000");
  expect(calls).toBe(2);
  expect(steps).toBe(0);
});

test("nothing but a begin and an end is drawn before there is a call", () => {
  expect(flowOf(makeStream(queuedProgram, { isLeftQueued: true })).diagram).toContain("begin --> finish");
  expect(collectFlow().result()).toEqual({ run: null, diagram: "", calls: 0, steps: 0 });
});

test("steps hold their calls, a failed call is marked, and one without an answer says so", () => {
  const stream = begun()
    .journal("step.started", { step: "pay" })
    .journal("tool.called", call("1"))
    .journal("tool.returned", answer("1", false))
    .journal("step.failed", { step: "pay" })
    .journal("step.started", { step: "check" })
    .journal("tool.called", call("2"))
    .journal("step.completed", { step: "unknown" });
  const { diagram, steps } = flowOf(stream);
  expect(steps).toBe(2);
  expect(diagram).toContain('subgraph step1["pay"]\n    call1["submit"]\n  end');
  expect(diagram).toContain('call2["submit<br/>no answer"]');
  expect(diagram).toContain("class call1 failed");
});

test("what agents write is never read as a diagram or a page", () => {
  const text = '"] --> x; click begin "javascript:alert(1)" <img src=x onerror=alert(1)> `%%{init}`';
  const { diagram, run } = flowOf(begun().journal("tool.called", call("1", { text })));
  const line = diagram.split("\n").find((one) => one.includes("call1[")) ?? "";
  expect(line).toMatch(/^ {2}call1\["[^"<>`{}\]]*(<br\/>[^"<>`{}\]]*)*"\]$/);
  if (run === null) throw new Error("it has a run");
  expect(flowPage(run, "<script>'&\"")).toContain("&lt;script&gt;&#39;&amp;&quot;");
});

test("of very many calls the first are drawn and the rest is counted, and a retry begins anew", () => {
  let stream = begun();
  for (let n = 1; n <= 153; n += 1) stream = stream.journal("tool.called", call(String(n)));
  expect(flowOf(stream).diagram).toContain('more["and 3 more calls"]');
  const ended = stream.conclude({ fact: "gone", error: { code: "runner.gone", origin: "runner", message: "gone" } });
  const again = ended.command({ type: "retry", claim: madeClaim });
  expect(flowOf(again)).toMatchObject({ calls: 0 });
});

test("an earlier attempt is drawn as it ended, whatever came after it", () => {
  const ended = begun()
    .journal("tool.called", call("1"))
    .conclude({ fact: "gone", error: { code: "runner.gone", origin: "runner", message: "gone" } });
  const again = ended.command({ type: "retry", claim: madeClaim });
  const { diagram, calls } = flowOf(again, 1);
  expect(calls).toBe(1);
  expect(diagram).toContain("no answer");
  expect(diagram).toContain("attempt 1 lost");
});

test("a run that went on after a pause is drawn whole; one that had to begin anew is not", () => {
  const paused = (checkpoint: string | null) =>
    begun()
      .journal("step.started", { step: "a" })
      .journal("tool.called", call("call-1"))
      .journal("tool.returned", answer("call-1"))
      .journal("step.completed", { step: "a" })
      .journal("step.started", { step: "b" })
      .journal("tool.called", call("call-2"))
      .journal("tool.returned", answer("call-2"))
      .command({ type: "pause" })
      .conclude({ fact: "pa", checkpoint })
      .command({ type: "resume", claim: madeClaim })
      .journal("attempt.started", madeStart)
      .journal("tool.called", call("call-3"))
      .journal("tool.returned", answer("call-3"));
  const whole = paused(`sha256:${"c".repeat(64)}`).journal("step.completed", { step: "b" });
  const { diagram, calls, steps } = flowOf(whole);
  expect([calls, steps]).toEqual([3, 2]);
  expect(diagram).toContain('subgraph step2["b"]\n    call2["submit"]\n    call3["submit"]\n  end');
  expect(flowOf(whole, 1)).toMatchObject({ calls: 2, steps: 2 });
  expect(flowOf(paused(null))).toMatchObject({ calls: 1, steps: 0 });
});
