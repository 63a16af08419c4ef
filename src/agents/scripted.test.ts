import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ToolCall, ToolReply } from "../core/tool.ts";
import type { AgentTask, Hands } from "./agent.ts";
import { agentIdentity, makeAgent } from "./known-agents.ts";
import { readScript } from "./scripted.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "runledger-script-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function script(text: string) {
  const path = join(folder, "script.jsonl");
  writeFileSync(path, text);
  return readScript(path);
}

const nothing = { calls: null, steps: [] };
const task: AgentTask = { prompt: "", tools: [], step: null, carry: "state", earlier: [], world: {} };

/** Plays the script and answers with the calls that it made. */
async function callsOf(text: string, rest: Partial<AgentTask> = {}, reply: ToolReply = { ok: true, result: { n: 1 } }) {
  const calls: ToolCall[] = [];
  const hands: Hands = {
    call: async (call) => {
      calls.push(call);
      return reply;
    },
    turn: async () => {},
    ask: async () => Promise.reject(new Error("a script asks nobody")),
    say: async () => {},
    signal: new AbortController().signal,
  };
  const agent = makeAgent("scripted", { solution: nothing, params: { script: script(text) } });
  const ending = await agent.act({ ...task, ...rest }, hands);
  return { calls, ending };
}

test("a script is a list of calls, as JSON lines or as one list, and references are followed", async () => {
  const lines = '{"tool":"a","as":"x"}\n\n{"tool":"b","args":{"v":{"$ref":"calls.x.result.n"}}}\n';
  const made = [
    { tool: "a", args: {} },
    { tool: "b", args: { v: 1 } },
  ];
  expect((await callsOf(lines)).calls).toEqual(made);
  expect((await callsOf(`[${lines.trim().replaceAll(/\n+/g, ",")}]`)).calls).toEqual(made);
});

test("a script for a flow has a list for each step", async () => {
  const text = '{"steps": [[{"tool":"a"}], [{"tool":"b"}]]}';
  expect((await callsOf(text, { step: { name: "two", index: 1 } })).calls).toEqual([{ tool: "b", args: {} }]);
  expect((await callsOf(text, { step: { name: "three", index: 2 } })).calls).toEqual([]);
});

test("a call that fails unasked ends the script", async () => {
  const failed: ToolReply = { ok: false, error: { code: "tool.failed", message: "no" } };
  const { calls, ending } = await callsOf('{"tool":"a"}\n{"tool":"b"}', {}, failed);
  expect(calls).toHaveLength(1);
  expect(ending.how).toBe("gave_up");
});

test("what is no script is refused with what is wrong", () => {
  const code = (text: string) => {
    try {
      return script(text);
    } catch (error) {
      return (error as { code: string }).code;
    }
  };
  expect(code("{")).toBe("usage.bad-value");
  expect(code('{"tool":"a","arg":{}}')).toBe("usage.bad-value");
  expect(code('[{"args":{}}]')).toBe("usage.bad-value");
  expect(code(" ".repeat(50_000))).toBe("file.unreadable");
  expect(() => readScript(join(folder, "none"))).toThrowError(expect.objectContaining({ code: "file.not-found" }));
  expect(() => makeAgent("scripted", { solution: nothing })).toThrowError(
    expect.objectContaining({ code: "agent.failed" }),
  );
});

test("the script is part of the agent's identity", () => {
  const digest = (text: string) => agentIdentity("scripted", { script: script(text) }).digest;
  expect(digest('{"tool":"a"}')).toBe(digest('[{"tool":"a"}]'));
  expect(digest('{"tool":"a"}')).not.toBe(digest('{"tool":"b"}'));
  expect(agentIdentity("scripted").reference).toBe(true);
});
