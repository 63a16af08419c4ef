import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemLimits } from "../core/system-limits.ts";
import { callTool, describeTools } from "../core/tool.ts";
import { connectMcp } from "./mcp.ts";

let server: Server;
let url: string;
let tokens: (string | undefined)[];
let names: string[];
/** How a call's answer is sent, where it is not one JSON message. */
let sendAs: "json" | "events" | "elsewhere";

const inputSchema = { type: "object", properties: { word: { type: "string" } }, required: ["word"] };
const answers: Record<string, (params: { protocolVersion: string; arguments: { word: string } }) => object> = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: "w", version: "1" },
  }),
  "tools/list": () => ({ tools: names.map((name) => ({ name, description: "Shouts.", inputSchema })) }),
  "tools/call": ({ arguments: { word } }) =>
    word === ""
      ? { isError: true, content: [{ type: "text", text: "no word" }] }
      : { content: [{ type: "text", text: word.toUpperCase() }] },
};

/** A server of the streamable HTTP transport that answers each request with one JSON message. */
beforeEach(async () => {
  tokens = [];
  names = ["shout"];
  sendAs = "json";
  server = createServer(async (request, response) => {
    tokens.push(request.headers.authorization);
    if (request.method !== "POST") return void response.writeHead(405).end();
    const { id, method, params } = JSON.parse(await text(request));
    if (id === undefined) return void response.writeHead(202).end();
    const answer = answers[method];
    const said =
      answer === undefined ? { error: { code: -32601, message: `no ${method}` } } : { result: answer(params) };
    const message = JSON.stringify({ jsonrpc: "2.0", id, ...said });
    if (method === "tools/call" && sendAs === "elsewhere") {
      return void response.writeHead(307, { location: `${url}/other` }).end();
    }
    if (method === "tools/call" && sendAs === "events") {
      return void response.writeHead(200, { "content-type": "text/event-stream" }).end(`data: ${message}\n\n`);
    }
    response.writeHead(200, { "content-type": "application/json" }).end(message);
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test("a server over HTTP offers its tools as they are, and gets its token with each request", async () => {
  await using connection = await connectMcp("words", { url, headers: { Authorization: "Bearer t" } });
  expect(describeTools(connection.tools)).toEqual([
    { name: "mcp__words__shout", description: "Shouts.", parameters: inputSchema },
  ]);
  const call = (word: string) =>
    callTool(connection.tools, { tool: "mcp__words__shout", args: { word } }, { signal: new AbortController().signal });
  expect(await call("hey")).toEqual({ ok: true, result: "HEY" });
  expect(await call("")).toMatchObject({ ok: false, error: { code: "tool.failed", message: "no word" } });
  expect(new Set(tokens)).toEqual(new Set(["Bearer t"]));
});

test("a server that is not there is an error that names it", async () => {
  await expect(connectMcp("words", { url: "http://127.0.0.1:1/mcp", headers: {} })).rejects.toMatchObject({
    ...{ code: "agent.mcp-failed", message: expect.stringContaining("the MCP server words cannot be had") },
  });
});

test("an answer that is too long ends its call, and not the next one", async () => {
  await using connection = await connectMcp("words", { url, headers: {} });
  const signal = AbortSignal.timeout(60_000);
  const call = (word: string) => callTool(connection.tools, { tool: "mcp__words__shout", args: { word } }, { signal });
  const long = "a".repeat(systemLimits.mcpReplyBytesMax);
  for (const way of ["json", "events"] as const) {
    sendAs = way;
    const message = "words: it sent more than 8 MiB in one answer";
    expect(await call(long)).toMatchObject({ ok: false, error: { code: "tool.failed", message } });
    expect(await call("hey")).toEqual({ ok: true, result: "HEY" });
  }
});

test("a redirect is not followed, with the token or without", async () => {
  await using connection = await connectMcp("words", { url, headers: { Authorization: "Bearer t" } });
  sendAs = "elsewhere";
  const asked = tokens.length;
  const call = { tool: "mcp__words__shout", args: { word: "hey" } };
  expect(await callTool(connection.tools, call, { signal: AbortSignal.timeout(60_000) })).toMatchObject({ ok: false });
  expect(tokens.length).toBe(asked + 1);
});

test("a server whose tools would have one name is refused", async () => {
  names = ["out.loud", "out_loud"];
  await expect(connectMcp("words", { url, headers: {} })).rejects.toMatchObject({
    ...{
      code: "agent.mcp-failed",
      message: expect.stringContaining("two tools would have the name mcp__words__out_loud"),
    },
  });
});
