// Contract tests for what a project adds: each throws where something does not keep what the rest of the system relies
// on, and resolves otherwise, so that any test runner can call it. This is the package's entry `runledger/testing`.

import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import type { Agent, AgentTask, Hands } from "../agents/agent.ts";
import type { Json } from "../core/document-value.ts";
import { callTool, commonTools, describeTool, type Tool, type ToolCall, type ToolReply } from "../core/tool.ts";
import type { Environment, World, WorldSetup } from "../environments/environment.ts";
import type { AssertionKind, Moment } from "../scorers/assertion.ts";

/** A contract that is not kept; the message says which, and what was seen. */
export class ContractBroken extends Error {
  override readonly name = "ContractBroken";
}

/** How long an agent may go on after it was stopped, milliseconds. */
const stopMsMax = 5_000;

/**
 * An agent ends with an ending, makes the same calls for the same replies, and stops when it is stopped.
 * @param of.tools What it can call; `answer` and `decline` are always there.
 */
export async function testAgent(of: {
  agent: Pick<Agent, "act">;
  task: Partial<AgentTask>;
  tools?: readonly Tool[];
}): Promise<void> {
  const tools = [...(of.tools ?? []), ...commonTools];
  const task: AgentTask = {
    ...{ prompt: "", step: null, carry: "state", earlier: [], world: {}, tools: tools.map(describeTool) },
    ...of.task,
  };
  const first = await play(of.agent, task, tools);
  const second = await play(of.agent, task, tools);
  demand(
    isDeepStrictEqual(first.calls, second.calls),
    "after a pause it is played from the record, and it made other calls the second time",
  );
  await stopsWhenStopped(of.agent, task);
}

/** A tool is described in JSON, gives JSON for good arguments, and lets its schema refuse bad ones. */
export async function testTool(
  tool: Tool,
  examples: { good: readonly Record<string, Json>[]; bad: readonly Record<string, Json>[] },
): Promise<void> {
  demand(/^[A-Za-z0-9_-]{1,64}$/.test(tool.name), `${tool.name} is no name that providers of models take`);
  demand(tool.description.trim() !== "", `${tool.name} has no description`);
  demand(isJson(describeTool(tool)), `the arguments of ${tool.name} cannot be told as JSON Schema`);
  for (const args of examples.good) {
    const reply = await call([tool], { tool: tool.name, args });
    demand(reply.ok, `${tool.name}(${JSON.stringify(args)}) failed: ${reply.ok ? "" : reply.error.message}`);
    demand(reply.ok && isJson(reply.result), `${tool.name}(${JSON.stringify(args)}) gave what JSON cannot hold`);
  }
  for (const args of examples.bad) {
    const reply = await call([tool], { tool: tool.name, args });
    demand(!reply.ok, `${tool.name}(${JSON.stringify(args)}) succeeded`);
  }
}

/**
 * A kind of assertion has a schema that can be told as JSON Schema, judges the same moment the same way without
 * changing it, and holds where it should.
 */
export function testScorer(
  kind: AssertionKind,
  examples: readonly { fields: Record<string, unknown>; moment: Moment; held: boolean }[],
): void {
  demand(
    isJson(z.toJSONSchema(kind.schema, { io: "input", unrepresentable: "any" })),
    "its schema cannot be told as JSON Schema",
  );
  for (const { fields, moment, held } of examples) {
    const parsed = kind.schema.parse(fields);
    const before = structuredClone(moment);
    const verdict = kind.judge(parsed, moment);
    demand(isDeepStrictEqual(before, moment), "judging changed what was judged");
    demand(
      isDeepStrictEqual(verdict, kind.judge(parsed, moment)),
      "it judged the same moment another way the second time",
    );
    demand(
      verdict.held === held,
      `${kind.claim(parsed)}: held is ${verdict.held}, and not ${held} (found ${verdict.actual})`,
    );
    demand(
      verdict.share === undefined || (verdict.share >= 0 && verdict.share <= 1),
      "its share lies outside of 0 to 1",
    );
  }
}

/**
 * An environment makes the same world of the same seed, offers tools that can be described, and goes on in another
 * process from its snapshot.
 * @param calls Calls that must succeed, in order; the snapshot is taken after them.
 */
export async function testEnvironment(
  environment: Environment,
  setup: WorldSetup,
  calls: readonly ToolCall[] = [],
): Promise<void> {
  await using world = await environment.open(setup);
  await using twin = await environment.open(setup);
  demand(isDeepStrictEqual(world.names, twin.names), "the same seed gave other names");
  for (const tool of world.tools)
    demand(isJson(describeTool(tool)), `the arguments of ${tool.name} cannot be told as JSON Schema`);
  for (const one of calls) {
    const replies = [await call(world.tools, one), await call(twin.tools, one)];
    demand(
      replies.every(({ ok }) => ok),
      `${one.tool}(${JSON.stringify(one.args)}) failed`,
    );
    demand(isDeepStrictEqual(replies[0], replies[1]), `${one.tool} gave two answers in two worlds of the same seed`);
  }
  const snapshot = await world.snapshot();
  demand(isJson(snapshot.state), "the state of its snapshot is no JSON");
  await using restored = await environment.restore(setup, structuredClone(snapshot));
  demand(
    isDeepStrictEqual(await seenIn(world), await seenIn(restored)),
    "what can be seen after the snapshot is not what was seen before",
  );
}

async function seenIn(world: World): Promise<unknown> {
  return { names: world.names, look: await world.look?.() };
}

async function play(
  agent: Pick<Agent, "act">,
  task: AgentTask,
  tools: readonly Tool[],
): Promise<{ calls: ToolCall[] }> {
  const calls: ToolCall[] = [];
  const ending = await agent.act(task, handsOf(tools, new AbortController().signal, calls));
  const hows = ["answered", "declined", "gave_up", "finished", "limit"];
  demand(
    hows.includes(ending?.how),
    `it ended with ${JSON.stringify(ending)}, and an ending says how: ${hows.join(", ")}`,
  );
  demand(ending.text === null || typeof ending.text === "string", "the text of its ending is neither text nor null");
  return { calls };
}

async function stopsWhenStopped(agent: Pick<Agent, "act">, task: AgentTask): Promise<void> {
  const stop = new AbortController();
  const stopped = new Error("the agent was stopped");
  stop.abort(stopped);
  const ended = agent.act(task, handsOf([], stop.signal, [])).then(
    () => "ended",
    () => "ended",
  );
  const late = new Promise((resolve) => setTimeout(resolve, stopMsMax, "late").unref());
  demand((await Promise.race([ended, late])) === "ended", `it went on ${stopMsMax / 1000} s after it was stopped`);
}

function handsOf(tools: readonly Tool[], signal: AbortSignal, calls: ToolCall[]): Hands {
  const orStop = () => {
    if (signal.aborted) throw signal.reason;
  };
  return {
    signal,
    async call(asked) {
      orStop();
      calls.push(structuredClone(asked));
      return call(tools, asked);
    },
    async turn() {
      orStop();
    },
    async say() {
      orStop();
    },
    async ask() {
      orStop();
      throw new ContractBroken("it asked a model, which this test has none of");
    },
  };
}

function call(tools: readonly Tool[], asked: ToolCall): Promise<ToolReply> {
  return callTool(tools, asked, { signal: new AbortController().signal });
}

function isJson(value: unknown): boolean {
  try {
    return isDeepStrictEqual(JSON.parse(JSON.stringify(value)), value);
  } catch {
    return false;
  }
}

function demand(isKept: boolean, otherwise: string): asserts isKept {
  if (!isKept) throw new ContractBroken(otherwise);
}
