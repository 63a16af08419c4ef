// Tools that an agent brings along: those of servers that speak the Model Context Protocol, each as a tool like any other.
// How a server is reached is the business of who connects it.

import { createMCPClient, type MCPClient, type MCPTransport } from "@ai-sdk/mcp";
import { z } from "zod";
import type { Json } from "../core/document-value.ts";
import { RunledgerError } from "../core/errors.ts";
import { type Tool, toolFailed } from "../core/tool.ts";

/** A server by its way: a transport of its own, or an address. */
export type McpWay = MCPTransport | { url: string; headers: Readonly<Record<string, string>> };

/** The server's tools while it is connected. */
export type McpConnection = AsyncDisposable & { tools: readonly Tool[] };

/** How long a server may take to say what it has, milliseconds. */
const connectMsMax = 30_000;
/** Pages of a server's list of tools. */
const pagesMax = 20;
/** What providers of models take as a tool's name. */
const nameCharsMax = 64;

type Listed = Awaited<ReturnType<MCPClient["listTools"]>>["tools"][number];
type Called = Awaited<ReturnType<MCPClient["callTool"]>>;

/**
 * Connects a server and lists its tools.
 * @throws `agent.mcp-failed` with why, if it cannot be had.
 */
export async function connectMcp(name: string, way: McpWay): Promise<McpConnection> {
  const transport = "url" in way ? { type: "http" as const, url: way.url, headers: { ...way.headers } } : way;
  const signal = AbortSignal.timeout(connectMsMax);
  let client: MCPClient | null = null;
  try {
    client = await createMCPClient({
      ...{ transport, clientName: "runledger", initializationOptions: { signal } },
      // What a server says unasked, or wrong, is told by the call that misses it.
      onUncaughtError: () => {},
    });
    const connected = client;
    const listed = await listAll(connected, signal);
    return {
      tools: listed.map((tool) => toolOf(name, tool, connected)),
      [Symbol.asyncDispose]: () => connected.close(),
    };
  } catch (error) {
    await client?.close();
    const why = signal.aborted ? `it did not answer in ${connectMsMax / 1000} s` : wordsOf(error);
    throw new RunledgerError("agent.mcp-failed", `the MCP server ${name} cannot be had: ${why}`, { cause: error });
  }
}

/** The name under which a server's tool is offered and recorded. */
export function mcpToolName(server: string, tool: string): string {
  return `mcp__${server}__${tool}`.replaceAll(/[^A-Za-z0-9_-]/g, "_").slice(0, nameCharsMax);
}

async function listAll(client: MCPClient, signal: AbortSignal): Promise<Listed[]> {
  const tools: Listed[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < pagesMax; page += 1) {
    const listed = await client.listTools({
      ...(cursor === undefined ? {} : { params: { cursor } }),
      options: { signal },
    });
    tools.push(...listed.tools);
    if (listed.nextCursor == null) break;
    cursor = listed.nextCursor;
  }
  return tools;
}

function toolOf(server: string, listed: Listed, client: MCPClient): Tool {
  return {
    name: mcpToolName(server, listed.name),
    description: listed.description ?? `The tool ${listed.name} of the server ${server}.`,
    // The server checks what it is given by its own schema, which agents are told as it is.
    args: z.record(z.string(), z.json()),
    parameters: listed.inputSchema as unknown as Json,
    async run(args, { signal }) {
      const called = await client
        .callTool({ name: listed.name, arguments: args as Record<string, unknown>, options: { signal } })
        .catch((error: unknown) => {
          throw toolFailed(`${server}: ${wordsOf(error)}`);
        });
      return resultOf(called);
    },
  };
}

/** What the server answered, in as plain a form as it has. @throws `tool.failed` for an answer that is an error. */
function resultOf(called: Called): Json {
  const {
    content = [],
    isError = false,
    structuredContent,
  } = called as {
    content?: { type: string; text?: string }[];
    isError?: boolean;
    structuredContent?: Json;
  };
  const text = content
    .flatMap((part) => (part.type === "text" && part.text !== undefined ? [part.text] : []))
    .join("\n");
  if (isError) throw toolFailed(text === "" ? "the tool failed and did not say why" : text);
  if (structuredContent !== undefined) return structuredContent;
  return content.every(({ type }) => type === "text") ? text : (content as unknown as Json);
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
