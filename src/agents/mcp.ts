// Tools that an agent brings along: those of servers that speak the Model Context Protocol, each as a tool like any other.
// How a server is reached is the business of who connects it.

import { createMCPClient, type MCPClient, type MCPTransport } from "@ai-sdk/mcp";
import { z } from "zod";
import type { Json } from "../core/document-value.ts";
import { RunledgerError } from "../core/errors.ts";
import { systemLimits } from "../core/system-limits.ts";
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
  const calls = new Set<AbortController>();
  const transport = "url" in way ? overHttp(way, calls) : way;
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
    const tools = listed.map((tool) => toolOf(name, tool, { client: connected, calls }));
    refuseTwins(tools);
    return {
      tools,
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

/**
 * Of two tools with one name only the first would ever be called. Names are cut and have signs replaced, so that two
 * that differ where they come from may be the same here.
 * @throws `agent.mcp-failed` with the name
 */
export function refuseTwins(tools: readonly Tool[]): void {
  const names = new Set<string>();
  for (const { name } of tools) {
    if (names.has(name)) throw new RunledgerError("agent.mcp-failed", `two tools would have the name ${name}`);
    names.add(name);
  }
}

/** Over HTTP no redirect is followed, which would take the token along, and no answer is read beyond the limit. */
function overHttp({ url, headers }: Exclude<McpWay, MCPTransport>, calls: ReadonlySet<AbortController>) {
  const boundedFetch: typeof fetch = async (input, init) => {
    const response = await fetch(input, { ...init, redirect: "error" });
    if (response.body === null) return response;
    let bytes = 0;
    const count = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        bytes += chunk.length;
        if (bytes <= systemLimits.mcpReplyBytesMax) return controller.enqueue(chunk);
        const error = new Error(`it sent more than ${systemLimits.mcpReplyBytesMax / 1024 / 1024} MiB in one answer`);
        controller.error(error);
        // A stream of events that breaks ends no call by itself, and does not say which one it was for.
        if (init?.method === "POST") for (const call of calls) call.abort(error);
      },
    });
    return new Response(response.body.pipeThrough(count), response);
  };
  return { type: "http" as const, url, headers: { ...headers }, redirect: "error" as const, fetch: boundedFetch };
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

/** @param of The connection, and its calls that are under way. */
function toolOf(server: string, listed: Listed, of: { client: MCPClient; calls: Set<AbortController> }): Tool {
  return {
    name: mcpToolName(server, listed.name),
    description: listed.description ?? `The tool ${listed.name} of the server ${server}.`,
    // The server checks what it is given by its own schema, which agents are told as it is.
    args: z.record(z.string(), z.json()),
    parameters: listed.inputSchema as unknown as Json,
    async run(args, context) {
      const call = new AbortController();
      of.calls.add(call);
      const signal = AbortSignal.any([context.signal, call.signal]);
      try {
        const asked = { name: listed.name, arguments: args as Record<string, unknown>, options: { signal } };
        return resultOf(await of.client.callTool(asked));
      } catch (error) {
        if (error instanceof RunledgerError) throw error;
        throw toolFailed(`${server}: ${wordsOf(call.signal.aborted ? call.signal.reason : error)}`);
      } finally {
        of.calls.delete(call);
      }
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
