// Traces of runs, read as a strict receiver reads them.

import { describe, expect, test } from "vitest";
import { spanIdOf, traceIdOf } from "../core/trace-ids.ts";
import { type MadeStream, madeStart, makeGoodRun, makeStream, queuedBenchmark, queuedProgram } from "./made-events.ts";
import { attributeOf, spansOfTrace } from "./otlp.fixture.ts";
import type { OtlpSpan } from "./otlp.ts";
import { semconvVersion } from "./trace-conventions.ts";
import { traceLines } from "./trace-lines.ts";

async function textOf(stream: MadeStream): Promise<string> {
  async function* events() {
    yield* stream.events;
  }
  let text = "";
  for await (const line of traceLines(events())) text += line;
  return text;
}

/** Spans by name, each with the name of the span around it. */
async function traceOf(stream: MadeStream) {
  const spans = spansOfTrace(await textOf(stream));
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const named = (name: string): OtlpSpan => {
    const [span, ...more] = spans.filter((one) => one.name === name);
    if (span === undefined || more.length > 0) throw new Error(`${more.length} more spans named ${name}`);
    return span;
  };
  return { spans, named, around: (span: OtlpSpan) => byId.get(span.parentSpanId)?.name ?? null };
}

function running(queued = queuedBenchmark): MadeStream {
  return makeStream(queued).journal("attempt.started", madeStart);
}

const gone = { code: "runner.gone", origin: "runner" as const, message: "the runner is gone: 消えた" };
const call = (callId: string, tool = "submit") => ({ callId, tool, args: {} });
const answer = (callId: string, tool = "submit") => ({ callId, tool, ok: true, result: callId, ms: 1 });

describe("a good run", () => {
  const stream = makeGoodRun();

  test("is one trace: run, attempt, agent and the tools that it called, each in the one before", async () => {
    const { spans, around } = await traceOf(stream);
    expect(spans.map((span) => [span.name, around(span)])).toEqual([
      ["execute_tool sol_transfer", "invoke_agent deterministic"],
      ["execute_tool submit", "invoke_agent deterministic"],
      ["invoke_agent deterministic", "attempt 1"],
      ["attempt 1", "run 001-sol-transfer"],
      ["run 001-sol-transfer", null],
    ]);
    expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([stream.run.id.replaceAll("-", "")]));
    expect(spans.map(({ status }) => status.code)).toEqual([0, 0, 0, 0, 0]);
  });

  test("speaks the names of the pinned conventions", async () => {
    const { named } = await traceOf(stream);
    const tool = named("execute_tool sol_transfer");
    expect(attributeOf(tool, "gen_ai.operation.name")).toBe("execute_tool");
    expect(attributeOf(tool, "gen_ai.tool.name")).toBe("sol_transfer");
    expect(attributeOf(tool, "gen_ai.tool.call.id")).toBe("call-1");
    expect(JSON.parse(String(attributeOf(tool, "gen_ai.tool.call.arguments")))).toMatchObject({ lamports: 100000000 });
    const agent = named("invoke_agent deterministic");
    expect(attributeOf(agent, "gen_ai.operation.name")).toBe("invoke_agent");
    expect(attributeOf(agent, "gen_ai.agent.name")).toBe("deterministic");
    expect(attributeOf(agent, "gen_ai.provider.name")).toBe("runledger");
    expect(await textOf(stream)).toContain(`https://opentelemetry.io/schemas/${semconvVersion}`);
  });

  test("carries its score as an evaluation of the agent, and its transaction within the call that sent it", async () => {
    const { named } = await traceOf(stream);
    const [evaluation] = named("invoke_agent deterministic").events;
    expect(evaluation).toMatchObject({
      name: "gen_ai.evaluation.result",
      attributes: [
        { key: "gen_ai.evaluation.name", value: { stringValue: "outcome" } },
        { key: "gen_ai.evaluation.score.value", value: { doubleValue: 1 } },
        { key: "gen_ai.evaluation.score.label", value: { stringValue: "pass" } },
      ],
    });
    expect(named("execute_tool submit").events.map(({ name }) => name)).toEqual(["runledger.transaction"]);
  });

  test("has the times of its events, to the nanosecond", async () => {
    const { named } = await traceOf(stream);
    const called = stream.events.find(({ type }) => type === "tool.called");
    const returned = stream.events.find(({ type }) => type === "tool.returned");
    expect(named("execute_tool sol_transfer")).toMatchObject({
      startTimeUnixNano: `${Date.parse(called?.at ?? "")}000000`,
      endTimeUnixNano: `${Date.parse(returned?.at ?? "")}000000`,
    });
  });

  test("is the same to the byte when it is made again", async () => {
    expect(await textOf(makeGoodRun())).toBe(await textOf(stream));
  });
});

test("two calls of one tool at a time stay two, each with its own answer", async () => {
  const stream = running()
    .journal("run.progressed", { phase: "acting" })
    .journal("tool.called", call("a"))
    .journal("tool.called", call("b"))
    .journal("tool.returned", answer("b"))
    .journal("tool.returned", answer("a"))
    .journal("agent.finished", { how: "finished" })
    .conclude({ fact: "ok" });
  const { spans } = await traceOf(stream);
  const calls = spans.filter(({ name }) => name === "execute_tool submit");
  expect(
    calls.map((span) => [attributeOf(span, "gen_ai.tool.call.id"), attributeOf(span, "gen_ai.tool.call.result")]),
  ).toEqual([
    ["b", '"b"'],
    ["a", '"a"'],
  ]);
  expect(new Set(calls.map(({ spanId }) => spanId)).size).toBe(2);
});

test("a tool that answers with an error is one, with its code", async () => {
  const stream = running()
    .journal("tool.called", call("a"))
    .journal("tool.returned", { ...answer("a"), ok: false, error: { code: "tool.failed", message: "no: 漢字\n2" } })
    .conclude({ fact: "ok" });
  const { named } = await traceOf(stream);
  expect(named("execute_tool submit").status).toEqual({ code: 2, message: "no: 漢字\n2" });
  expect(attributeOf(named("execute_tool submit"), "error.type")).toBe("tool.failed");
});

test("what was open when the runner died is closed as an error, and names who closed it", async () => {
  const stream = running()
    .journal("run.progressed", { phase: "acting" })
    .journal("step.started", { step: "pay" })
    .journal("tool.called", call("a"))
    .conclude({ fact: "gone", error: gone }, { seenBy: "conclusion" });
  expect(stream.run.status).toBe("lost");
  const { spans, named } = await traceOf(stream);
  for (const name of ["execute_tool submit", "step pay", "invoke_agent deterministic"]) {
    expect(named(name).status.code, name).toBe(2);
    expect(attributeOf(named(name), "runledger.closed_by"), name).toBe("conclusion");
    expect(named(name).endTimeUnixNano, name).toBe(named("attempt 1").endTimeUnixNano);
  }
  expect(named("attempt 1").status).toEqual({ code: 2, message: gone.message });
  expect(attributeOf(named("run 001-sol-transfer"), "runledger.run.status")).toBe("lost");
  expect(spans.length).toBe(5);
});

test("a step holds its calls, and a step that was never begun is told where it would have been", async () => {
  const stream = running()
    .journal("run.progressed", { phase: "acting" })
    .journal("step.started", { step: "one" })
    .journal("tool.called", call("a"))
    .journal("tool.returned", answer("a"))
    .journal("agent.finished", { how: "finished", step: "one" })
    .journal("step.completed", { step: "one", score: 0.5, passed: false })
    .journal("step.failed", { step: "two", error: { code: "flow.step-skipped", origin: "agent", message: "not run" } })
    .journal("step.started", { step: "three" })
    .journal("step.completed", { step: "three" })
    .journal("run.progressed", { phase: "scoring" })
    .conclude({ fact: "ok" });
  const { named, around } = await traceOf(stream);
  expect(around(named("execute_tool submit"))).toBe("step one");
  expect(around(named("step one"))).toBe("invoke_agent deterministic");
  expect(named("step one").events.map(({ name }) => name)).toEqual([
    "runledger.agent.finished",
    "gen_ai.evaluation.result",
  ]);
  expect(named("step three").events).toEqual([]);
  expect(named("invoke_agent deterministic").events.map(({ name }) => name)).toEqual(["runledger.step.failed"]);
  expect(named("invoke_agent deterministic").status.code).toBe(0);
});

test("every attempt of a run is a span of its trace, also when two name their calls alike", async () => {
  const claim = { worker: "w", place: { bootId: "b", pidns: "p" }, claimId: "c2" };
  const stream = running()
    .journal("tool.called", call("call-1"))
    .conclude({ fact: "exit", error: gone })
    .command({ type: "retry", claim })
    .journal("attempt.started", madeStart)
    .journal("tool.called", call("call-1"))
    .journal("tool.returned", answer("call-1"))
    .conclude({ fact: "ok" });
  const { spans, named, around } = await traceOf(stream);
  const calls = spans.filter(({ name }) => name === "execute_tool submit");
  expect(calls.map((span) => [around(span), span.status.code])).toEqual([
    ["attempt 1", 2],
    ["attempt 2", 0],
  ]);
  expect(attributeOf(named("run 001-sol-transfer"), "runledger.run.status")).toBe("completed");
});

test("a program is a run and an attempt, without an agent", async () => {
  const { spans } = await traceOf(
    running(queuedProgram).journal("run.progressed", { phase: "acting" }).conclude({ fact: "ok" }),
  );
  expect(spans.map(({ name }) => name)).toEqual(["attempt 1", "run exec python eval.py"]);
});

test("a run that goes on shows what of it has ended", async () => {
  const stream = running()
    .journal("tool.called", call("a"))
    .journal("tool.returned", answer("a"))
    .journal("tool.called", call("b"));
  expect((await traceOf(stream)).spans.map(({ name }) => name)).toEqual(["execute_tool submit"]);
  expect(await textOf(makeStream(queuedBenchmark, { isLeftQueued: true }))).toBe("");
});

test("many spans are several lines, each a batch of its own", async () => {
  const stream = running();
  for (let index = 0; index < 250; index += 1) {
    stream.journal("tool.called", call(`call-${index}`)).journal("tool.returned", answer(`call-${index}`));
  }
  const text = await textOf(stream.conclude({ fact: "ok" }));
  expect(text.trimEnd().split("\n").length).toBe(3);
  const ids = spansOfTrace(text).map(({ spanId }) => spanId);
  expect(ids.length).toBe(252);
  expect(new Set(ids).size).toBe(252);
});

test("no id is all zeros, whatever UUID a run was given", () => {
  const nil = "00000000-0000-0000-0000-000000000000";
  expect(traceIdOf(nil)).toBe("f".repeat(32));
  const low = "00000000-0000-0000-0000-000000000005";
  expect(new Set([spanIdOf(low, 4), spanIdOf(low, 5), spanIdOf(low, 6)]).size).toBe(3);
  expect(spanIdOf(low, 5)).not.toMatch(/^0+$/);
});

describe("a run of a model", () => {
  const asked = {
    ...{ callId: "model-1", model: "openai:gpt-5", provider: "openai", purpose: "agent" as const },
    ...{ request: `sha256:${"a".repeat(64)}`, messages: 2, tools: 3, params: { temperature: 0.5 }, triesMax: 4 },
  };
  const usage = { inputTokens: 100, outputTokens: 20, reasoningTokens: 12, cachedInputTokens: 40 };
  const answered = {
    ...{
      callId: "model-1",
      model: "gpt-5-2026",
      purpose: "agent" as const,
      text: 'はい:\n"x"',
      reasoning: null,
      calls: [],
    },
    ...{ finish: "stop", usage, costUsd: 0.002, ms: 900, firstTokenMs: 250, tries: 2, replayed: false },
  };
  const queued = {
    ...queuedBenchmark,
    agent: {
      name: "openai:gpt-5",
      kind: "model" as const,
      digest: queuedBenchmark.subject.digest,
      model: "openai:gpt-5",
      reference: false,
    },
  };
  const begun = () => running(queued).journal("run.progressed", { phase: "acting" }).journal("model.requested", asked);

  test("has a chat span of each call, with what it used and each try that failed", async () => {
    const stream = begun()
      .journal("model.retried", { callId: "model-1", try: 2, triesMax: 4, cause: "429", status: 429, waitMs: 100 })
      .journal("model.answered", answered)
      .journal("agent.finished", { how: "finished" })
      .conclude({ fact: "ok" });
    const { named, around } = await traceOf(stream);
    const chat = named("chat gpt-5");
    expect(around(chat)).toBe("invoke_agent openai:gpt-5");
    expect(chat.kind).toBe(3);
    expect(attributeOf(chat, "gen_ai.provider.name")).toBe("openai");
    expect(attributeOf(chat, "gen_ai.request.temperature")).toBe(0.5);
    expect(attributeOf(chat, "gen_ai.response.model")).toBe("gpt-5-2026");
    expect(attributeOf(chat, "gen_ai.response.finish_reasons")).toEqual({ values: [{ stringValue: "stop" }] });
    expect(attributeOf(chat, "gen_ai.usage.input_tokens")).toBe("100");
    expect(attributeOf(chat, "gen_ai.usage.reasoning.output_tokens")).toBe("12");
    expect(attributeOf(chat, "gen_ai.response.time_to_first_chunk")).toBe(0.25);
    expect(chat.events.map(({ name }) => name)).toEqual(["runledger.model.retried"]);
    const agent = named("invoke_agent openai:gpt-5");
    expect(attributeOf(agent, "gen_ai.request.model")).toBe("gpt-5");
    expect(attributeOf(agent, "gen_ai.usage.output_tokens")).toBe("20");
  });

  test("counts neither a judge nor a replayed answer as the agent's, and a call open at death is an error", async () => {
    const judged = begun()
      .journal("model.answered", { ...answered, replayed: true })
      .journal("agent.finished", { how: "finished" })
      .journal("model.requested", { ...asked, callId: "judge-1", purpose: "judge" })
      .journal("model.answered", { ...answered, callId: "judge-1", purpose: "judge" })
      .conclude({ fact: "ok" });
    const { spans, named, around } = await traceOf(judged);
    expect(attributeOf(named("invoke_agent openai:gpt-5"), "gen_ai.usage.input_tokens")).toBeNull();
    const chats = spans.filter(({ name }) => name === "chat gpt-5");
    expect(chats.map(around)).toEqual(["invoke_agent openai:gpt-5", "attempt 1"]);
    const cut = await traceOf(begun().conclude({ fact: "gone", error: gone }));
    const { status } = cut.named("chat gpt-5");
    expect(status).toMatchObject({
      code: 2,
      message: expect.stringContaining("closed with the attempt (lost) by the supervisor"),
    });
  });
});
