import { expect, test } from "vitest";
import type { AgentTask } from "../agents/agent.ts";
import { acting, type PlayedEvent, pay, play, submit } from "./play-benchmark.ts";

const file = "benchmarks/two-answers.yml";
type StepFields = Record<string, unknown>;

/** A flow of text steps, each of which wants its own name as the answer. */
function flowOf(steps: StepFields[], rest: Record<string, unknown> = {}): string {
  const flow = steps.map((fields) => ({
    prompt: `say ${fields.step}`,
    solution: [{ tool: "answer", args: { text: fields.step } }],
    ground_truth: { answer_assertions: [{ type: "Equals", value: fields.step }] },
    ...fields,
  }));
  return JSON.stringify({ description: "A flow.", flow, ground_truth: {}, ...rest });
}

const saying = (answers: Record<string, string>) =>
  acting(async (task, hands) => {
    const reply = await hands.call({ tool: "answer", args: { text: answers[task.step?.name ?? ""] ?? "nothing" } });
    return (reply.ok && reply.farewell) || { how: "finished", text: null };
  });

const steps = (events: PlayedEvent[]) =>
  events.filter(({ type }) => type.startsWith("step.")).map(({ type, data }) => `${type} ${data.step}`);

test("each step is begun, acted, scored by its own ground truth and ended before the next one", async () => {
  const { result, events, dataOf } = await play({ file, text: flowOf([{ step: "a" }, { step: "b", weight: 3 }]) });
  expect(result).toMatchObject({ outcome: "completed", endedBy: "agent", score: 1, passed: true });
  expect(steps(events)).toEqual(["step.started a", "step.completed a", "step.started b", "step.completed b"]);
  expect(dataOf("step.completed")[0]).toEqual({ step: "a", score: 1, passed: true });
  expect(dataOf("score.recorded")[0]).toMatchObject({
    scoring: {
      parts: [{ step: "a" }, { step: "b" }],
      steps: [
        { step: "a", status: "completed", weight: 1, score: 1 },
        { step: "b", status: "completed", weight: 3, score: 1 },
      ],
    },
  });
});

test("the score is the weighted mean of the steps and the file's own ground truth", async () => {
  const own = { ground_truth: { answer_assertions: [{ type: "Equals", value: "c" }], min_score: 0.5 } };
  const text = flowOf([{ step: "a", critical: false }, { step: "b", weight: 2, critical: false }, { step: "c" }], own);
  const agent = saying({ a: "wrong", b: "b", c: "c" });
  const { result } = await play({ file, text, agent });
  expect(result).toMatchObject({ score: 0.8, passed: true });
});

test("a critical step that fails ends the flow, and what did not run earns nothing and says so", async () => {
  const text = flowOf([{ step: "a" }, { step: "b" }, { step: "c" }]);
  const { result, events, dataOf } = await play({ file, text, agent: saying({ a: "a", b: "wrong", c: "c" }) });
  expect(result).toMatchObject({ outcome: "completed", score: 0.333333333333, passed: false });
  expect(steps(events)).toEqual([
    ...["step.started a", "step.completed a", "step.started b", "step.failed b", "step.failed c"],
  ]);
  expect(dataOf("step.failed")).toMatchObject([
    { step: "b", error: { code: "flow.step-failed", message: expect.stringContaining("met to 0") } },
    { step: "c", error: { code: "flow.step-skipped", message: "not run: the critical step b failed" } },
  ]);
});

test("a step is not begun without the steps that it depends on, and others go on", async () => {
  const text = flowOf([
    { step: "a", critical: false },
    { step: "b", depends_on: ["a"], critical: false },
    { step: "c", depends_on: ["b"], critical: false },
    { step: "d" },
  ]);
  const { result, dataOf } = await play({ file, text, agent: saying({ b: "b", c: "c", d: "d" }) });
  expect(result.score).toBe(0.25);
  expect(dataOf("step.failed").map(({ step, error }) => [step, (error as { message: string }).message])).toEqual([
    ["a", "its ground truth is met to 0, and 1 is asked for"],
    ["b", "not run: it depends on the step a, which failed"],
    ["c", "not run: it depends on the step b, which was not run"],
  ]);
});

test("a step that errors earns nothing, even if its ground truth is met", async () => {
  const call = (tool: string, args: Record<string, unknown>) => ({ tool, args });
  const text = JSON.stringify({
    description: "A payment, and then a call that fails.",
    environment: "solana",
    initial_state: [{ pubkey: "USER_WALLET_PUBKEY", lamports: 1e9 }, { pubkey: "RECIPIENT_WALLET_PUBKEY" }],
    flow: [
      {
        step: "pay",
        prompt: "Pay.",
        solution: [
          call("sol_transfer", { from: "USER_WALLET_PUBKEY", to: "RECIPIENT_WALLET_PUBKEY", lamports: "1000000" }),
          call("submit", {}),
          call("get_balance", { pubkey: "NOBODY" }),
        ],
        ground_truth: {
          final_state_assertions: [{ type: "SolBalance", pubkey: "RECIPIENT_WALLET_PUBKEY", expected: 1_000_000 }],
        },
      },
    ],
    ground_truth: {},
  });
  const { result, dataOf } = await play({ file, text });
  expect(dataOf("transaction.executed")).toMatchObject([{ status: "success" }]);
  expect(dataOf("step.failed")).toMatchObject([{ step: "pay", score: 0, passed: false }]);
  expect(dataOf("step.completed")).toEqual([]);
  expect(result).toMatchObject({ outcome: "completed", score: 0, passed: false });
});

test("an invariant of the file's own that is broken makes the score 0, also where nothing else is asked of the whole", async () => {
  const spent = (max: number) => ({ type: "SolSpent", pubkey: "USER_WALLET_PUBKEY", max, invariant: true });
  const received = { type: "SolBalance", pubkey: "RECIPIENT_WALLET_PUBKEY", expected: 100_000_000 };
  const textOf = (own: unknown[], rest = {}) =>
    JSON.stringify({
      description: "A payment that may cost next to nothing.",
      environment: "solana",
      initial_state: [{ pubkey: "USER_WALLET_PUBKEY", lamports: 1e9 }, { pubkey: "RECIPIENT_WALLET_PUBKEY" }],
      flow: [
        {
          ...{ step: "pay", prompt: "Pay.", solution: [pay(100_000_000), submit] },
          ground_truth: { final_state_assertions: [received] },
        },
      ],
      ground_truth: { final_state_assertions: own, ...rest },
    });
  const broken = await play({ file, text: textOf([spent(1_000)]) });
  expect(broken.result).toMatchObject({ outcome: "completed", score: 0, passed: false });
  expect(broken.dataOf("score.recorded")).toMatchObject([
    {
      scoring: {
        parts: [
          { step: "pay", type: "SolBalance", heldAfter: true },
          { type: "SolSpent", invariant: true, heldAfter: false },
        ],
      },
    },
  ]);
  const beside = await play({ file, text: textOf([spent(1_000), received], { min_score: 0.25 }) });
  expect(beside.result).toMatchObject({ score: 0, passed: false });
  const kept = await play({ file, text: textOf([spent(100_500_000)]) });
  expect(kept.result).toMatchObject({ score: 1, passed: true });
});

test("an agent that breaks in a step fails the step and the run", async () => {
  const broken = acting(async () => {
    throw new TypeError("it fell over");
  });
  const { result, events } = await play({ file, text: flowOf([{ step: "a" }, { step: "b" }]), agent: broken });
  expect(steps(events)).toEqual(["step.started a", "step.failed a"]);
  expect(result).toMatchObject({ outcome: "failed", score: null, error: { origin: "agent", code: "agent.failed" } });
});

test("a later step is told what was said and done in the earlier ones, and not whether they were met", async () => {
  const seen: AgentTask[] = [];
  const agent = acting(async (task, hands) => {
    seen.push(task);
    const reply = await hands.call({ tool: "answer", args: { text: `said in ${task.step?.name}` } });
    return (reply.ok && reply.farewell) || { how: "finished", text: null };
  });
  const text = flowOf([
    { step: "a", critical: false },
    { step: "b", carry: "conversation", critical: false },
  ]);
  await play({ file, text, agent });
  expect(seen.map(({ prompt, step, carry }) => [prompt, step, carry])).toEqual([
    ["say a", { name: "a", index: 0 }, "state"],
    ["say b", { name: "b", index: 1 }, "conversation"],
  ]);
  expect(seen[1]?.earlier).toMatchObject([
    {
      step: "a",
      prompt: "say a",
      status: "run",
      answer: "said in a",
      calls: [{ call: { tool: "answer", args: { text: "said in a" } }, reply: { ok: true } }],
    },
  ]);
  expect(JSON.stringify(seen)).not.toMatch(/Equals|failed/);
});

test("a solution's step can refer to the end of an earlier one and to its named calls", async () => {
  const first = { step: "a", solution: [{ tool: "answer", args: { text: "a" }, as: "said" }] };
  const second = {
    step: "b",
    solution: [{ tool: "answer", args: { text: { $ref: "steps.a.answer" } } }],
    ground_truth: { answer_assertions: [{ type: "Equals", value: "a" }] },
  };
  const third = {
    step: "c",
    solution: [{ tool: "answer", args: { text: { $ref: "calls.said.result.text" } } }],
    ground_truth: { answer_assertions: [{ type: "Equals", value: "a" }] },
  };
  expect((await play({ file, text: flowOf([first, second, third]) })).result.score).toBe(1);
});

test("time that is up ends its step alone; a limit over the whole run ends the flow", async () => {
  const slow = acting(async (task, hands) => {
    if (task.step?.name === "a") await new Promise(() => {});
    const reply = await hands.call({ tool: "answer", args: { text: task.step?.name ?? "" } });
    return (reply.ok && reply.farewell) || { how: "finished", text: null };
  });
  const text = flowOf([{ step: "a", timeout_s: 0.05, critical: false }, { step: "b", critical: false }, { step: "c" }]);
  const late = await play({ file, text, agent: slow });
  expect(late.dataOf("agent.finished")[0]).toEqual({ how: "limit", limit: "timeout_s", step: "a" });
  expect(late.result).toMatchObject({ score: 0.666666666667, endedBy: "agent" });
  const agent = saying({ a: "a", b: "b", c: "c" });
  const few = await play({ file, text, agent, limits: { tool_calls: 1 } });
  expect(few.result).toMatchObject({ score: 0.333333333333, endedBy: "limit:tool_calls" });
  expect(few.dataOf("step.failed").at(-1)).toMatchObject({
    error: { code: "flow.step-skipped", message: "not run: limits.tool_calls was used up in the step b" },
  });
});

test("a paused flow goes on in the step in which it was, and no finished step is done twice", async () => {
  const text = flowOf([{ step: "a" }, { step: "b" }, { step: "c" }]);
  const whole = await play({ file, text });
  let looks = 0;
  // It is looked before each step and before each call: the fourth look is in the step b.
  const paused = await play({ file, text, control: { check: () => (++looks >= 4 ? "pause" : "go") } });
  expect(paused.result.outcome).toBe("paused");
  expect(steps(paused.events)).toEqual(["step.started a", "step.completed a", "step.started b"]);
  const resumed = await play({ file, text, checkpoint: paused.result.checkpoint });
  expect(resumed.result).toMatchObject({ outcome: "completed", score: 1 });
  const acts = (events: PlayedEvent[]) =>
    events.filter(({ type }) => /^(tool|step)\./.test(type)).map(({ type, data }) => ({ type, ...data, ms: 0 }));
  expect([...acts(paused.events), ...acts(resumed.events)]).toEqual(acts(whole.events));
  expect(resumed.dataOf("score.recorded")).toEqual(whole.dataOf("score.recorded"));
});

test("an agent that makes no calls is paused between two steps, and goes on with the next one", async () => {
  const text = flowOf([{ step: "a" }, { step: "b" }]);
  const acted: string[] = [];
  let asked: "go" | "pause" = "go";
  const agent = acting(async ({ step }) => {
    const name = step?.name ?? "";
    acted.push(name);
    asked = "pause";
    return { how: "answered", text: name };
  });
  const paused = await play({ file, text, agent, control: { check: () => asked } });
  expect(paused.result.outcome).toBe("paused");
  expect(steps(paused.events)).toEqual(["step.started a", "step.completed a"]);
  // Asked for during the last step it is too late.
  const resumed = await play({ file, text, agent, checkpoint: paused.result.checkpoint });
  expect(resumed.result).toMatchObject({ outcome: "completed", score: 1 });
  expect(steps(resumed.events)).toEqual(["step.started b", "step.completed b"]);
  expect(acted).toEqual(["a", "b"]);
});
