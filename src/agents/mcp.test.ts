import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { callTool, describeTools } from "../core/tool.ts";
import { connectMcp } from "./mcp.ts";

let server: Server;
let url: string;
let tokens: (string | undefined)[];

const inputSchema = { type: "object", properties: { word: { type: "string" } }, required: ["word"] };
const answers: Record<string, (params: { protocolVersion: string; arguments: { word: string } }) => object> = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: "w", version: "1" },
  }),
  "tools/list": () => ({ tools: [{ name: "shout", description: "Shouts.", inputSchema }] }),
  "tools/call": ({ arguments: { word } }) =>
    word === ""
      ? { isError: true, content: [{ type: "text", text: "no word" }] }
      : { content: [{ type: "text", text: word.toUpperCase() }] },
};

/** A server of the streamable HTTP transport that answers each request with one JSON message. */
beforeEach(async () => {
  tokens = [];
  server = createServer(async (request, response) => {
    tokens.push(request.headers.authorization);
    if (request.method !== "POST") return void response.writeHead(405).end();
    const { id, method, params } = JSON.parse(await text(request));
    if (id === undefined) return void response.writeHead(202).end();
    const answer = answers[method];
    const said =
      answer === undefined ? { error: { code: -32601, message: `no ${method}` } } : { result: answer(params) };
    response
      .writeHead(200, { "content-type": "application/json" })
      .end(JSON.stringify({ jsonrpc: "2.0", id, ...said }));
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
