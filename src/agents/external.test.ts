import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { agentSchema } from "../core/events.ts";
import { chooseCommand, commandOfParams, splitCommand } from "./external-command.ts";
import { readProgramLine, resultLine } from "./external-protocol.ts";
import { mcpToolName } from "./mcp.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "runledger-agent-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test.each([
  ["python3 agent.py --fast", ["python3", "agent.py", "--fast"]],
  [`  sh -c 'echo "a b"' `, ["sh", "-c", 'echo "a b"']],
  [String.raw`a\ b "c\"d" ''`, ["a b", 'c"d', ""]],
  [" ", []],
])("the words of %s are parted as a shell would, without being one", (text, words) => {
  expect(splitCommand(text)).toEqual(words);
});

test("a quote that stays open is refused", () => {
  expect(() => splitCommand("python3 'agent.py")).toThrowError(expect.objectContaining({ code: "usage.bad-value" }));
});

describe("the command of an agent", () => {
  const choose = (...words: string[]) => chooseCommand({ name: null, words, folder });

  test("finds its files from the folder it was named in, and leaves all other words alone", () => {
    mkdirSync(join(folder, "python3"));
    writeFileSync(join(folder, "agent.py"), "1");
    const { argv } = commandOfParams(choose("python3", "agent.py", "./new.txt", "-x", "other").params);
    expect(argv).toEqual(["python3", join(folder, "agent.py"), join(folder, "new.txt"), "-x", "other"]);
  });

  test("is another agent when its words or its files change, and the same anywhere else", () => {
    writeFileSync(join(folder, "agent.py"), "1");
    const { identity } = choose("python3", "agent.py");
    expect(agentSchema.parse(identity)).toMatchObject({ name: "command:agent.py", kind: "command", reference: false });
    const elsewhere = mkdtempSync(join(tmpdir(), "runledger-agent-"));
    writeFileSync(join(elsewhere, "agent.py"), "1");
    expect(chooseCommand({ name: null, words: ["python3", "agent.py"], folder: elsewhere }).identity).toEqual(identity);
    rmSync(elsewhere, { recursive: true });
    expect(choose("python3", "agent.py", "-v").identity.digest).not.toBe(identity.digest);
    writeFileSync(join(folder, "agent.py"), "2");
    expect(choose("python3", "agent.py").identity.digest).not.toBe(identity.digest);
  });
});

test.each([
  ['{"type":"call","id":1,"tool":"a"}', { line: { type: "call", id: 1, tool: "a", args: {} } }],
  ['{"type":"finish"}', { line: { type: "finish", how: "finished", text: null } }],
  ["hello", { stray: "hello" }],
  ["42", { stray: "42" }],
  ['{"step":3}', { stray: '{"step":3}' }],
  ['{"type":"call","id":"x"}', { id: "x", fault: expect.stringContaining("call: tool: ") }],
  ['{"type":"done"}', { id: null, fault: expect.stringContaining("a program says call, message, usage, finish") }],
])("the line %s is read as what it is", (text, read) => {
  expect(readProgramLine(text)).toEqual(read);
});

test("a result is one line, whatever is in it", () => {
  const line = resultLine(1, { ok: true, result: "a\nb\u2028c" });
  expect(line.trimEnd()).not.toContain("\n");
  expect(JSON.parse(line)).toEqual({ type: "result", id: 1, ok: true, result: "a\nb\u2028c" });
});

test("the name of a tool of a server is one that providers of models take", () => {
  expect(mcpToolName("docs", "search.web v2")).toBe("mcp__docs__search_web_v2");
  expect(mcpToolName("docs", "x".repeat(100))).toHaveLength(64);
});
