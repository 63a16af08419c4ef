// The conversation of a model with its tools, made from what was really said and done: the same task, replies and
// results give the same messages, in whichever process and attempt they are put together.

import type { Json } from "../core/document-value.ts";
import type { ToolReply } from "../core/tool.ts";
import type { ModelCall, ModelMessage, ModelReply } from "../models/model.ts";
import type { EarlierStep } from "./agent.ts";

/** What a model is told about a call that was never made, since the work had ended by then. */
const notMade = "not called: the work had ended";

/** What the model said, as the conversation goes on from it. */
export function assistantMessage({ text, reasoning, calls, opaque }: ModelReply): ModelMessage {
  const said = { role: "assistant" as const, text, reasoning, calls };
  return opaque === undefined ? said : { ...said, opaque };
}

/** The answer to one call of the model. */
export function toolMessage({ callId, tool }: ModelCall, reply: ToolReply): ModelMessage {
  const result: Json = reply.ok ? reply.result : { error: { ...reply.error } };
  return { role: "tool", callId, tool, result, isError: !reply.ok };
}

/** The answer to a call whose arguments are no JSON object: it reaches no tool, and the model may mend it. */
export function unreadableArguments({ tool, argsText }: ModelCall): ToolReply {
  const begin = argsText.length <= argsShownMax ? argsText : `${argsText.slice(0, argsShownMax).toWellFormed()}…`;
  const message = `the arguments of ${tool} are no JSON object: ${begin === "" ? "(nothing)" : begin}`;
  return { ok: false, error: { code: "tool.bad-arguments", message } };
}

const argsShownMax = 200;

/** An earlier step of a flow as it was said and done, for an agent that goes on with its conversation. */
export function messagesOfStep({ said, replies, calls }: EarlierStep): ModelMessage[] {
  const messages: ModelMessage[] = said.filter(({ role }) => role === "user");
  let made = 0;
  for (const reply of replies) {
    messages.push(assistantMessage(reply));
    for (const call of reply.calls) {
      // Those whose arguments could not be read never became calls.
      const answered = call.args === null ? unreadableArguments(call) : calls[made++]?.reply;
      messages.push(answered === undefined ? unmade(call) : toolMessage(call, answered));
    }
  }
  return messages;
}

function unmade({ callId, tool }: ModelCall): ModelMessage {
  return { role: "tool", callId, tool, result: notMade, isError: true };
}
