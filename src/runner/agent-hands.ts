// The hands of an agent: every call of a tool or of its model goes through here, is recorded before and after, counted
// against the limits, and made only if nobody has asked the run to stop. What an earlier attempt did is answered from
// its record.

import { setTimeout as sleep } from "node:timers/promises";
import type { Hands, Saying } from "../agents/agent.ts";
import { canonicalJson } from "../core/document-value.ts";
import { RunledgerError } from "../core/errors.ts";
import type { Usage } from "../core/events.ts";
import type { RunLimits } from "../core/limits.ts";
import { callTool, type Farewell, type Tool, type ToolCall, type ToolReply } from "../core/tool.ts";
import type { ModelReply, ModelRequest } from "../models/model.ts";
import { requestDigest } from "../models/request-key.ts";
import { furtherOf, nothingSpent, type Past, type PastCall, type PastReply, type Spent } from "./agent-past.ts";
import type { Control, Emit } from "./attempt-ports.ts";
import { Blamed, blame } from "./blame.ts";
import { type Answer, type AskedModel, askRecorded, priceOfReply, replyFacts, tokensOf } from "./model-calls.ts";

/** Why an agent was stopped; `done` is its own last word. */
export type Stop = { why: "cancel" } | { why: "pause" } | { why: "limit"; limit: string } | { why: "done" };

/** Rejects the calls of an agent that is stopped; it means nothing to anybody but the runner. */
class AgentStopped extends Error {
  override readonly name = "AgentStopped";
}

export type HandsOptions = {
  tools: readonly Tool[];
  limits: RunLimits;
  emit: Emit;
  control: Control;
  past: Past;
  /** What earlier steps of the same run have used of its limits. */
  before?: Spent;
  /** The step of a flow that this is; null for a benchmark that is one task. */
  step?: string | null;
  /** The agent's model; null for an agent without one. */
  model?: AskedModel | null;
};

/** Between two looks at what is asked of the run while a provider is left alone, milliseconds. */
const backoffLookMs = 200;

export class AgentHands implements Hands {
  readonly #of: HandsOptions;
  readonly #before: Spent;
  readonly #made: PastCall[] = [];
  readonly #replies: PastReply[] = [];
  readonly #said: Saying[] = [];
  readonly #abort = new AbortController();
  readonly #stopped = Promise.withResolvers<Stop>();
  #stop: Stop | null = null;
  #turns: number;
  #tokens: number;
  #costUsd: number;
  #farewell: Farewell | null = null;
  #fault: Blamed | null = null;
  #lastWork: Promise<unknown> = Promise.resolve();

  constructor(options: HandsOptions) {
    this.#of = options;
    this.#before = options.before ?? nothingSpent;
    this.#turns = this.#before.turns;
    this.#tokens = this.#before.tokens;
    this.#costUsd = this.#before.costUsd;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** All that was done so far, by earlier attempts too. */
  get history(): Past {
    return furtherOf(this.#of.past, { calls: this.#made, said: this.#said, replies: this.#replies });
  }

  /** What was really used in this attempt. */
  get usage(): Usage {
    const { past } = this.#of;
    const asked = this.#of.model?.isReplayed ? [] : this.#replies.slice(past.replies.length);
    const costs = asked.flatMap(({ costUsd }) => (costUsd === null ? [] : [costUsd]));
    return {
      tokens: asked.reduce((sum, { reply }) => sum + tokensOf(reply.usage), 0),
      costUsd: costs.length === 0 ? null : costs.reduce((sum, cost) => sum + cost, 0),
      modelCalls: asked.length,
      toolCalls: Math.max(0, this.#made.length - past.calls.length),
    };
  }

  /** What of the run's limits is used, earlier steps included. */
  get spent(): Spent {
    const { calls, modelCalls } = this.#before;
    return {
      calls: calls + this.#made.length,
      turns: this.#turns,
      modelCalls: modelCalls + this.#replies.length,
      tokens: this.#tokens,
      costUsd: this.#costUsd,
    };
  }

  get farewell(): Farewell | null {
    return this.#farewell;
  }

  /** What broke under the agent's hands; it ends the run even if the agent shrugged it off. */
  get fault(): Blamed | null {
    return this.#fault;
  }

  /** Resolves when the agent is stopped from outside, by a limit, or by its own last word. */
  get stopped(): Promise<Stop> {
    return this.#stopped.promise;
  }

  /** Stops the agent; the first reason counts. Calls already under way are waited for by `idle`. */
  stop(stop: Stop): void {
    if (this.#stop !== null) return;
    this.#stop = stop;
    this.#stopped.resolve(stop);
    this.#abort.abort(new AgentStopped(stop.why));
  }

  /** Resolves when no call is under way. */
  async idle(): Promise<void> {
    await this.#lastWork;
  }

  async turn(): Promise<void> {
    await this.#safePoint();
    this.#turns += 1;
    const { turns } = this.#of.limits;
    if (turns !== null && this.#turns > turns) this.#refuse({ why: "limit", limit: "turns" });
  }

  call(call: ToolCall): Promise<ToolReply> {
    return this.#inTurn(() => this.#callAlone(call));
  }

  ask(request: ModelRequest): Promise<ModelReply> {
    return this.#inTurn(() => this.#askAlone(request));
  }

  say(saying: Saying): Promise<void> {
    return this.#inTurn(async () => {
      const isNew = this.#said.length >= this.#of.past.said.length;
      this.#said.push(saying);
      if (isNew) await this.#of.emit("agent.messaged", { ...saying, ...this.#where() });
    });
  }

  /** One thing after another, in the order in which the agent asked for them. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#lastWork.then(() => {
      if (this.#fault !== null) throw this.#fault;
      if (this.#stop !== null) throw new AgentStopped(this.#stop.why);
      return work();
    });
    this.#lastWork = done.catch((error: unknown) => {
      if (error instanceof Blamed) this.#fault ??= error;
    });
    return done;
  }

  async #callAlone(call: ToolCall): Promise<ToolReply> {
    const { past, limits, emit, tools } = this.#of;
    const known = past.calls[this.#made.length];
    if (known !== undefined) return this.#answerFromRecord(call, known);
    await this.#safePoint();
    const callsBefore = this.#before.calls + this.#made.length;
    if (limits.tool_calls !== null && callsBefore >= limits.tool_calls) {
      this.#refuse({ why: "limit", limit: "tool_calls" });
    }
    const callId = `call-${callsBefore + 1}`;
    await emit("tool.called", { callId, tool: call.tool, args: call.args });
    const begunMs = performance.now();
    const reply = await blame("environment", () => callTool(tools, call, { signal: this.#callSignal() }));
    const ms = Math.round((performance.now() - begunMs) * 1000) / 1000;
    const outcome = reply.ok ? { ok: true, result: reply.result } : { ok: false, error: reply.error };
    await emit("tool.returned", { callId, tool: call.tool, ...outcome, ms });
    this.#remember(call, reply);
    return reply;
  }

  #answerFromRecord(call: ToolCall, known: PastCall): ToolReply {
    if (canonicalJson(call) !== canonicalJson(known.call)) {
      throw differs(`called ${call.tool} where it had called ${known.call.tool} before`);
    }
    this.#remember(call, known.reply);
    return known.reply;
  }

  #remember(call: ToolCall, reply: ToolReply): void {
    this.#made.push({ call, reply });
    if (!reply.ok || reply.farewell === undefined) return;
    this.#farewell = reply.farewell;
    this.stop({ why: "done" });
  }

  async #askAlone(request: ModelRequest): Promise<ModelReply> {
    const { model = null, past, emit } = this.#of;
    if (model === null) {
      throw new Blamed("agent", new RunledgerError("agent.failed", "the agent asked a model, and it has none"));
    }
    const digest = requestDigest(request, model.model.name);
    const known = past.replies[this.#replies.length];
    const callId = `model-${this.spent.modelCalls + 1}`;
    if (known !== undefined) {
      if (known.request !== digest) throw differs("asked its model something else than before");
      this.#rememberReply(known);
      model.skip?.(request);
      const told = { callId, purpose: "agent" as const, costUsd: known.costUsd, ms: 0, tries: 1, replayed: true };
      await emit("model.answered", { ...replyFacts(known.reply), ...told, ...this.#where() });
      return known.reply;
    }
    await this.#safePoint();
    this.#refuseIfUsedUp(true);
    const where = { callId, purpose: "agent" as const, turn: this.#turns, ...this.#where() };
    const answer = await askRecorded(model, request, {
      ...{ ...where, digest, emit, signal: this.signal },
      wait: (ms, signal) => this.#waitAtSafePoints(ms, signal),
    });
    const { reply, costUsd } = answer;
    this.#rememberReply({ request: digest, reply, costUsd });
    if (reply.text !== null && reply.text.trim() !== "") {
      await emit("agent.messaged", { role: "assistant", text: reply.text, turn: this.#turns, ...this.#where() });
    }
    if (!model.isReplayed) refuseUncounted(model.model.name, answer, this.#of.limits);
    this.#refuseIfUsedUp(false);
    return reply;
  }

  #rememberReply(past: PastReply): void {
    this.#replies.push(past);
    this.#tokens += tokensOf(past.reply.usage);
    const { model = null } = this.#of;
    // A replay costs nothing, and ends where the original did: by the limit that this met.
    const costUsd = model?.isReplayed ? priceOfReply(model, past.reply) : past.costUsd;
    this.#costUsd += costUsd ?? 0;
  }

  /** @param isBefore Whether another call is to be made: then nothing may be left, too. */
  #refuseIfUsedUp(isBefore: boolean): void {
    const { tokens, costUsd } = this.spent;
    const isOver = (used: number, max: number | null) => max !== null && (isBefore ? used >= max : used > max);
    if (isOver(tokens, this.#of.limits.tokens)) this.#refuse({ why: "limit", limit: "tokens" });
    if (isOver(costUsd, this.#of.limits.cost_usd)) this.#refuse({ why: "limit", limit: "cost_usd" });
  }

  #where(): { step?: string } {
    const { step = null } = this.#of;
    return step === null ? {} : { step };
  }

  async #safePoint(): Promise<void> {
    const asked = await blame("runner", () => this.#of.control.check());
    if (asked !== "go") this.#refuse({ why: asked });
    if (this.#stop !== null) throw new AgentStopped(this.#stop.why);
  }

  /** Nothing is under way between two tries, which may be minutes: whoever asks for a pause need not wait for the next. */
  async #waitAtSafePoints(ms: number, signal: AbortSignal): Promise<void> {
    const untilMs = performance.now() + ms;
    for (let leftMs = ms; leftMs > 0; leftMs = untilMs - performance.now()) {
      await sleep(Math.min(leftMs, backoffLookMs), undefined, { signal });
      await this.#safePoint();
    }
  }

  #refuse(stop: Stop): never {
    this.stop(stop);
    throw new AgentStopped(stop.why);
  }

  #callSignal(): AbortSignal {
    const seconds = this.#of.limits.tool_call_s;
    return seconds === null ? this.signal : AbortSignal.any([this.signal, AbortSignal.timeout(seconds * 1000)]);
  }
}

/** A limit that cannot be kept is none: what nobody counted would never meet it. @throws Blamed with `provider.no-usage` */
function refuseUncounted(name: string, { reply, costUsd }: Answer, limits: RunLimits): void {
  const { inputTokens, outputTokens } = reply.usage;
  const isCounted = inputTokens !== null && outputTokens !== null;
  const limit =
    limits.tokens !== null && !isCounted ? "tokens" : limits.cost_usd !== null && costUsd === null ? "cost_usd" : null;
  if (limit === null) return;
  const detail = `${name} did not say how many tokens its answer used, and limits.${limit} is set`;
  throw new Blamed("operator", new RunledgerError("provider.no-usage", detail, { data: { model: name, limit } }));
}

/** After a pause the agent is started anew, and has to do what it had done. */
function differs(what: string): Blamed {
  return new Blamed("agent", new RunledgerError("agent.failed", `after the pause the agent ${what}`));
}
