// What the wires of the test server have in common: the words of its script, and what a wire is.

import type { Json } from "../core/document-value.ts";

/** One answer of the model that the server plays, and how it goes wrong if it is meant to. */
export type WireAnswer = {
  text?: string;
  reasoning?: string;
  /** `argsText` replaces the arguments as they stand on the wire, also by what is no JSON. */
  calls?: readonly { tool: string; args?: Json; argsText?: string; callId?: string }[];
  /** The model that says it answers; the one that was asked where it is left out. */
  model?: string;
  /** Why it stops, in the wire's own word; by what it said where it is left out. */
  stop?: string;
  /** Null: the provider does not say. */
  usage?: { input: number; output: number; reasoning?: number; cached?: number } | null;
  /** Milliseconds before the first frame, and before each of the others. */
  firstTokenMs?: number;
  tokenMs?: number;
  /** Bytes are sent in pieces of this size, through the middle of characters too. */
  pieceBytes?: number;
  /** No answer of a model but one of the server: status, and a body in the wire's form around `message`. */
  status?: number;
  message?: string;
  headers?: Readonly<Record<string, string>>;
  /** Replaces the whole body. */
  body?: string;
  /** After this many frames: the connection breaks, the answer just ends, or what comes is no JSON. */
  breaksAfter?: number;
  endsAfter?: number;
  garblesAfter?: number;
  /** After this many frames the wire's own error event, and nothing more. */
  failsAfter?: number;
};

/** What a wire is asked, in the words of all of them. */
export type Conversation = {
  model: string;
  /** How often the model has spoken before: 0 at its first turn. */
  turn: number;
  /** What was said, in order; `text` of a result is what the tool returned. */
  messages: readonly { role: "system" | "user" | "assistant" | "tool"; text: string }[];
  tools: readonly string[];
};

/** Why the provider would refuse a request. */
export type Refusal = { status: number; message: string };

export type Wire = {
  contentType: string;
  /** The key that a request carries; null if it carries none. */
  keyIn: (headers: Readonly<Record<string, string | undefined>>) => string | null;
  /** What the published reference of the provider forbids in a request; null if it is in order. */
  refusal: (body: unknown, context: WireContext) => Refusal | null;
  /** Only asked of a body that was not refused. */
  conversation: (body: unknown, context: WireContext) => Conversation;
  /** The answer as it goes over the wire, frame by frame. */
  frames: (answer: WireAnswer, conversation: Conversation) => string[];
  errorBody: (refusal: Refusal) => string;
  /** The frame of an error within an answer that had begun well. */
  errorFrame: (message: string) => string;
  /** A frame whose content is no JSON. */
  garbledFrame: string;
};

export type WireContext = { provider: string; path: string; headers: Readonly<Record<string, string | undefined>> };

/** Text as a model streams it: word by word, with the white space behind each. */
export function tokensOf(text: string): string[] {
  return text.match(/\S+\s*|\s+/gu) ?? [];
}

/** A frame of server-sent events. */
export function sse(data: Json, event?: string): string {
  return `${event === undefined ? "" : `event: ${event}\n`}data: ${JSON.stringify(data)}\n\n`;
}

/** The arguments of a call as text. */
export function argsTextOf(call: { args?: Json; argsText?: string }): string {
  return call.argsText ?? JSON.stringify(call.args ?? {});
}

type Issue = {
  code: string;
  path: readonly PropertyKey[];
  message: string;
  keys?: readonly string[];
  errors?: readonly (readonly Issue[])[];
};

/** What a schema finds first, in the words of that wire. */
export function firstIssue(
  error: { issues: readonly Issue[] },
  say: { unknown: (path: string) => string; wrong: (path: string, message: string) => string },
): Refusal {
  const issue = deepest(error.issues[0]);
  const path = issue?.path.map(String) ?? [];
  if (issue?.code === "unrecognized_keys") {
    return { status: 400, message: say.unknown([...path, issue.keys?.[0] ?? ""].join(".")) };
  }
  return { status: 400, message: say.wrong(path.join("."), issue?.message ?? "wrong") };
}

/** Of several forms that a value might have had, what is wrong with the one that it resembles most. */
function deepest(issue: Issue | undefined): Issue | undefined {
  let best = issue;
  for (const inner of (issue?.errors ?? []).map((branch) => deepest(branch[0]))) {
    const path = [...(issue?.path ?? []), ...(inner?.path ?? [])];
    if (inner !== undefined && path.length > (best?.path.length ?? 0)) best = { ...inner, path };
  }
  return best;
}
