// Servers of tools that are programs, with real ones that do what they should not.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { callTool } from "../core/tool.ts";
import { attemptFiles } from "../protocol/attempt-files.ts";
import { type McpSetting, openMcp } from "./mcp-tools.ts";

/** Answers by lines; a call's word is given back as often as it says, after a word on stderr. */
const program = `
import { createInterface } from "node:readline";
const answers = {
  initialize: ({ protocolVersion }) => ({ protocolVersion, capabilities: { tools: {} }, serverInfo: { name: "w", version: "1" } }),
  "tools/list": () => ({ tools: [{ name: "repeat", inputSchema: { type: "object" } }] }),
  "tools/call": ({ arguments: { times } }) => ({ content: [{ type: "text", text: "a".repeat(times) }] }),
};
for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params } = JSON.parse(line);
  console.error(method);
  if (id === undefined) continue;
  const said = answers[method] ? { result: answers[method](params) } : { error: { code: -32601, message: "no" } };
  console.log(JSON.stringify({ jsonrpc: "2.0", id, ...said }));
}`;

let folder: string;
let setting: McpSetting;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "runledger-mcp-tools-"));
  writeFileSync(join(folder, "server.mjs"), program);
  const assignment = {
    ...{ workDir: join(folder, "work"), attemptDir: folder, containment: "sweep", env: {} },
    spec: { runId: "r", limits: { output_mib: 1 } },
  };
  setting = { assignment: assignment as unknown as McpSetting["assignment"], secrets: {}, conceal: [] };
});
afterEach(() => rmSync(folder, { recursive: true }));

const server = (name: string) => ({
  name,
  command: [process.execPath, join(folder, "server.mjs")] as [string, string],
});

test("an answer that is too long ends its call with words, and words that cannot be filed cost nothing", {
  timeout: 60_000,
}, async () => {
  // A folder in the place of the file is a fault of every write, as a full disk is.
  mkdirSync(join(folder, attemptFiles.stderr));
  await using opened = await openMcp([server("words")], setting);
  const signal = AbortSignal.timeout(30_000);
  const call = (times: number) => callTool(opened.tools, { tool: "mcp__words__repeat", args: { times } }, { signal });
  expect(await call(2 * 1024 * 1024)).toMatchObject({
    ...{ ok: false, error: { code: "tool.failed", message: expect.stringContaining("a line of more than 1048576") } },
  });
  expect(await call(3)).toEqual({ ok: true, result: "aaa" });
});

test("two servers whose tools would have one name are refused", { timeout: 60_000 }, async () => {
  await expect(openMcp([server("w.x"), server("w_x")], setting)).rejects.toMatchObject({
    ...{ code: "agent.mcp-failed", message: "two tools would have the name mcp__w_x__repeat" },
  });
});
