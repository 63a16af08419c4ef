// Contract tests for what a project adds: each throws where something does not keep what the rest of the system relies
// on, and resolves otherwise, so that any test runner can call it. This is the package's entry `runledger/testing`.

import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import type { Agent, AgentTask, Hands } from "../agents/agent.ts";
import type { Json } from "../core/document-value.ts";
import { callTool, commonTools, describeTool, type Tool, type ToolCall, type ToolReply } from "../core/tool.ts";
import type { Environment, World, WorldSetup } from "../environments/environment.ts";
import type { Subject } from "../environments/observation.ts";
import { checkedEnvironment, type ProjectEnvironment, schemasOf } from "../environments/project-environment.ts";
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
 * An environment makes the same world of the same seed, and worlds that share nothing; it offers tools that can be
 * described, tells what scorers ask for without changing it, and goes on in another process from its snapshot.
 * @param setup What a benchmark declares, as it stands in the file; the seed is 0 where it is left out.
 * @param calls Calls that must succeed, in order; the snapshot is taken after them.
 * @param subjects What scorers will ask for.
 */
export async function testEnvironment(
  environment: Environment | ProjectEnvironment,
  setup: Partial<WorldSetup> = {},
  calls: readonly ToolCall[] = [],
  subjects: readonly Subject[] = [],
): Promise<void> {
  const whole: WorldSetup = { initialState: [], options: {}, seed: 0, record: async () => {}, ...setup };
  const made = "toolNames" in environment ? ownEnvironment(environment) : environment;
  await using world = await made.open(structuredCloneOf(whole));
  await using twin = await made.open(structuredCloneOf(whole));
  for (const tool of world.tools)
    demand(isJson(describeTool(tool)), `the arguments of ${tool.name} cannot be told as JSON Schema`);
  const before = await seenIn(twin, subjects);
  demand(isDeepStrictEqual(await seenIn(world, subjects), before), "the same seed gave another world");
  demand(isJson(before), "what can be seen of it is no JSON");
  demand(isDeepStrictEqual(await seenIn(twin, subjects), before), "looking at it changed it");
  const replies = await callAll(world, calls);
  demand(isDeepStrictEqual(await seenIn(twin, subjects), before), "calls in one world changed another one");
  demand(isDeepStrictEqual(await callAll(twin, calls), replies), "two worlds of the same seed gave different answers");
  const snapshot = await world.snapshot();
  demand(isJson(snapshot.state), "the state of its snapshot is no JSON");
  await using restored = await made.restore(structuredCloneOf(whole), structuredClone(snapshot));
  demand(
    isDeepStrictEqual(await seenIn(world, subjects), await seenIn(restored, subjects)),
    "what can be seen after the snapshot is not what was seen before",
  );
}

/** A project's environment as runs have it; its schemas must be fit for whoever only reads benchmarks. */
function ownEnvironment(environment: ProjectEnvironment): Environment {
  for (const [name, schema] of Object.entries(schemasOf(environment)))
    demand(
      isJson(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" })),
      `the schema of its ${name} cannot be told as JSON Schema`,
    );
  return checkedEnvironment("under test", environment);
}

/** What a benchmark declares, new for each world: none may keep a hold on another's. */
function structuredCloneOf(setup: WorldSetup): WorldSetup {
  const { initialState, options } = setup;
  return { ...setup, ...structuredClone({ initialState, options }) };
}

async function callAll(world: World, calls: readonly ToolCall[]): Promise<ToolReply[]> {
  const replies: ToolReply[] = [];
  for (const one of calls) {
    const reply = await call(world.tools, one);
    const words = `${one.tool}(${JSON.stringify(one.args)})`;
    demand(reply.ok, `${words} failed: ${reply.ok ? "" : reply.error.message}`);
    demand(isJson(reply.result), `${words} gave what JSON cannot hold`);
    replies.push(reply);
  }
  return replies;
}

async function seenIn(world: World, subjects: readonly Subject[]): Promise<unknown> {
  const { names, summary } = world;
  const look = (await world.look?.()) ?? {};
  return structuredClone({ names, summary, look, observed: await world.observe(subjects) });
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
