// JSON-RPC 2.0 over the methods of a world: what a request says, alone or in a batch, and what is answered.

import type { Json } from "../../../core/document-value.ts";
import { didYouMean } from "../../../core/nearest.ts";
import type { ToolCall, ToolReply } from "../../../core/tool.ts";
import { toolNameOf } from "./method.ts";
import { type RpcError, rpcCodes } from "./rpc-error.ts";
import type { Subscriptions } from "./subscriptions.ts";

export type RpcCalls = {
  /** Names of all methods. */
  methods: readonly string[];
  /** Makes a recorded call; rejects once the agent is stopped. */
  call(call: ToolCall): Promise<ToolReply>;
};

/** Requests of one batch. */
const batchMax = 100;

type Answer = { jsonrpc: "2.0"; id: Json; result?: Json; error?: RpcError };

/**
 * Answers a request or a batch of them, in order.
 * @param subscriptions Of the connection; null where none can be told, as over HTTP.
 * @returns the text to send back; null if nothing is to be said, as to a notification.
 */
export async function answerRpc(
  text: string,
  calls: RpcCalls,
  subscriptions: Subscriptions | null,
): Promise<string | null> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return JSON.stringify(refused(null, rpcCodes.parse, "Parse error"));
  }
  if (!Array.isArray(value)) {
    const answer = await answerOne(value, calls, subscriptions);
    return answer === null ? null : JSON.stringify(answer);
  }
  if (value.length === 0 || value.length > batchMax)
    return JSON.stringify(refused(null, rpcCodes.invalidRequest, `a batch holds 1 to ${batchMax} requests`));
  const answers: Answer[] = [];
  for (const one of value) {
    const answer = await answerOne(one, calls, subscriptions);
    if (answer !== null) answers.push(answer);
  }
  return answers.length === 0 ? null : JSON.stringify(answers);
}

async function answerOne(value: unknown, calls: RpcCalls, subscriptions: Subscriptions | null): Promise<Answer | null> {
  const { id = null, method, params = [] } = (value ?? {}) as { id?: Json; method?: unknown; params?: unknown };
  // A notification wants no answer; clients send such to keep a connection open.
  if (isRecord(value) && !Object.hasOwn(value, "id") && typeof method === "string") return null;
  if (!isRecord(value) || typeof method !== "string")
    return refused(id, rpcCodes.invalidRequest, "a request is an object with jsonrpc, id, method and params");
  if (!Array.isArray(params)) return refused(id, rpcCodes.invalidParams, "params must be a list");
  if (method.endsWith("Unsubscribe")) return endSubscription(id, method, params, subscriptions);
  const isSubscription = method.endsWith("Subscribe");
  if (isSubscription && subscriptions === null && calls.methods.includes(method))
    return refused(id, rpcCodes.unknownMethod, `Method not found: ${method} needs the WebSocket of SOLANA_WS_URL`);
  const reply = await calls.call({ tool: toolNameOf(method), args: { params: params as Json[] } });
  if (!reply.ok) return { jsonrpc: "2.0", error: errorOfReply(method, reply, calls.methods), id };
  if (!isSubscription || subscriptions === null) return { jsonrpc: "2.0", result: reply.result, id };
  const subscription = subscriptions.begin(method, params as Json[]);
  if (subscription === null) return refused(id, rpcCodes.internal, "this connection holds too many subscriptions");
  return { jsonrpc: "2.0", result: subscription, id };
}

/** It changes nothing in the world, and is not recorded. */
function endSubscription(
  id: Json,
  method: string,
  [subscription]: readonly unknown[],
  subscriptions: Subscriptions | null,
): Answer {
  // One that was told is over by itself; ending it again is no fault.
  if (subscriptions !== null && typeof subscription === "number") {
    subscriptions.end(subscription);
    return { jsonrpc: "2.0", result: true, id };
  }
  return refused(id, rpcCodes.invalidParams, `${method} takes the number of a subscription of this connection`);
}

function errorOfReply(
  method: string,
  { error }: Extract<ToolReply, { ok: false }>,
  methods: readonly string[],
): RpcError {
  if (error.code === "tool.unknown") {
    return { code: rpcCodes.unknownMethod, message: `Method not found: ${method}${didYouMean(method, methods)}` };
  }
  const { rpc } = (error.data ?? {}) as { rpc?: RpcError };
  return rpc ?? { code: rpcCodes.internal, message: error.message };
}

function refused(id: Json, code: number, message: string): Answer {
  return { jsonrpc: "2.0", error: { code, message }, id };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
