// The hands of an agent: every tool call goes through here, is recorded before and after, counted against the limits,
// and made only if nobody has asked the run to stop. Calls that an earlier attempt made are answered from its record.

import type { Hands } from "../agents/agent.ts";
import { canonicalJson } from "../core/document-value.ts";
import { RunledgerError } from "../core/errors.ts";
import type { EventData, JournalEventType } from "../core/events.ts";
import type { RunLimits } from "../core/limits.ts";
import { callTool, type Farewell, type Tool, type ToolCall, type ToolReply } from "../core/tool.ts";
import { Blamed, blame } from "./blame.ts";

/** Writes an event; resolves when it is durable. */
export type Emit = <T extends JournalEventType>(type: T, data: EventData<T>) => Promise<void>;

/** What the supervisor has asked for; looked at where the run can stop without losing anything. */
export type Control = { check(): "go" | "cancel" | "pause" | Promise<"go" | "cancel" | "pause"> };

/** Why an agent was stopped; `done` is its own last word. */
export type Stop = { why: "cancel" } | { why: "pause" } | { why: "limit"; limit: string } | { why: "done" };

/** A call and its reply, as a checkpoint keeps them. */
export type PastCall = { call: ToolCall; reply: ToolReply };

/** How much of the limits that count over a whole run is used. */
export type Spent = { calls: number; turns: number };

/** Rejects the calls of an agent that is stopped; it means nothing to anybody but the runner. */
class AgentStopped extends Error {
  override readonly name = "AgentStopped";
}

export class AgentHands implements Hands {
  readonly #tools: readonly Tool[];
  readonly #limits: RunLimits;
  readonly #emit: Emit;
  readonly #control: Control;
  readonly #past: readonly PastCall[];
  readonly #before: Spent;
  readonly #made: PastCall[] = [];
  readonly #abort = new AbortController();
  readonly #stopped = Promise.withResolvers<Stop>();
  #stop: Stop | null = null;
  #turns: number;
  #farewell: Farewell | null = null;
  #fault: Blamed | null = null;
  #lastCall: Promise<unknown> = Promise.resolve();

  constructor(options: {
    tools: readonly Tool[];
    limits: RunLimits;
    emit: Emit;
    control: Control;
    past: readonly PastCall[];
    /** What earlier steps of the same run have used of its limits. */
    before?: Spent;
  }) {
    this.#tools = options.tools;
    this.#limits = options.limits;
    this.#emit = options.emit;
    this.#control = options.control;
    this.#past = options.past;
    this.#before = options.before ?? { calls: 0, turns: 0 };
    this.#turns = this.#before.turns;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Calls made so far, those of earlier attempts included. */
  get history(): readonly PastCall[] {
    return this.#made;
  }

  /** Calls that were really made in this attempt. */
  get callsMade(): number {
    return Math.max(0, this.#made.length - this.#past.length);
  }

  /** What of the run's limits is used, earlier steps included. */
  get spent(): Spent {
    return { calls: this.#before.calls + this.#made.length, turns: this.#turns };
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
    await this.#lastCall;
  }

  async turn(): Promise<void> {
    await this.#safePoint();
    this.#turns += 1;
    const { turns } = this.#limits;
    if (turns !== null && this.#turns > turns) this.#refuse({ why: "limit", limit: "turns" });
  }

  call(call: ToolCall): Promise<ToolReply> {
    const made = this.#lastCall.then(() => this.#callAlone(call));
    this.#lastCall = made.catch((error: unknown) => {
      if (error instanceof Blamed) this.#fault ??= error;
    });
    return made;
  }

  async #callAlone(call: ToolCall): Promise<ToolReply> {
    if (this.#fault !== null) throw this.#fault;
    if (this.#stop !== null) throw new AgentStopped(this.#stop.why);
    const known = this.#past[this.#made.length];
    if (known !== undefined) return this.#answerFromRecord(call, known);
    await this.#safePoint();
    const limit = this.#limits.tool_calls;
    const callsBefore = this.#before.calls + this.#made.length;
    if (limit !== null && callsBefore >= limit) this.#refuse({ why: "limit", limit: "tool_calls" });
    const callId = `call-${callsBefore + 1}`;
    await this.#emit("tool.called", { callId, tool: call.tool, args: call.args });
    const begunMs = performance.now();
    const reply = await blame("environment", () => callTool(this.#tools, call, { signal: this.#callSignal() }));
    const ms = Math.round((performance.now() - begunMs) * 1000) / 1000;
    const outcome = reply.ok ? { ok: true, result: reply.result } : { ok: false, error: reply.error };
    await this.#emit("tool.returned", { callId, tool: call.tool, ...outcome, ms });
    this.#remember(call, reply);
    return reply;
  }

  #answerFromRecord(call: ToolCall, known: PastCall): ToolReply {
    if (canonicalJson(call) !== canonicalJson(known.call)) {
      const detail = `after the pause the agent called ${call.tool} where it had called ${known.call.tool} before`;
      throw new Blamed("agent", new RunledgerError("agent.failed", detail));
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

  async #safePoint(): Promise<void> {
    const asked = await blame("runner", () => this.#control.check());
    if (asked !== "go") this.#refuse({ why: asked });
    if (this.#stop !== null) throw new AgentStopped(this.#stop.why);
  }

  #refuse(stop: Stop): never {
    this.stop(stop);
    throw new AgentStopped(stop.why);
  }

  #callSignal(): AbortSignal {
    const seconds = this.#limits.tool_call_s;
    return seconds === null ? this.signal : AbortSignal.any([this.signal, AbortSignal.timeout(seconds * 1000)]);
  }
}
