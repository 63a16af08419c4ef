// What our spans are called in the OpenTelemetry semantic conventions for generative AI: the one file that knows their
// names. Names that the conventions do not have begin with `runledger.`.

import { unreachable } from "../core/errors.ts";
import type { EventData, KnownEvent, RunError } from "../core/events.ts";
import type { TraceSpan } from "./trace.ts";

/**
 * The version that the names are of: the last one that has them in the main repository of the conventions, before they
 * moved into a repository of their own.
 */
export const semconvVersion = "1.41.0";
export const semconvSchemaUrl = `https://opentelemetry.io/schemas/${semconvVersion}`;

/** A bigint is an integer, a number a double, whatever its value; null is left out. */
export type Attributes = Record<string, string | boolean | bigint | number | readonly string[] | null>;

export type SpanWords = {
  name: string;
  attributes: Attributes;
  /** Why the span counts as an error; null if it does not. */
  fault: string | null;
};

const evaluationResult = "gen_ai.evaluation.result";

/** The provider of agents that are no models. */
const ownProvider = "runledger";

/** What a span that has ended is called, and what is said of it. */
export function describeSpan(span: TraceSpan): SpanWords {
  const own = describeOwn(span);
  if (!span.isCut || span.end?.type !== "attempt.ended") return own;
  const { outcome, evidence } = span.end.data;
  return {
    ...own,
    attributes: { ...own.attributes, "error.type": "unfinished", "runledger.closed_by": evidence.seenBy },
    fault: `no end was recorded; closed with the attempt (${outcome}) by the ${evidence.seenBy}`,
  };
}

/** What an event within a span is called. */
export function describeMoment(event: KnownEvent): { name: string; attributes: Attributes } {
  switch (event.type) {
    case "score.recorded":
      return { name: evaluationResult, attributes: evaluation({ name: event.data.scoring?.profile, ...event.data }) };
    case "transaction.executed": {
      const { signature, status, landed, computeUnits, feeLamports, error } = event.data;
      const attributes = {
        "runledger.transaction.signature": signature,
        "runledger.transaction.status": status,
        "runledger.transaction.landed": landed,
        "runledger.transaction.compute_units": BigInt(computeUnits),
        "runledger.transaction.fee_lamports": feeLamports,
        "runledger.transaction.error": error,
      };
      return { name: "runledger.transaction", attributes };
    }
    case "step.completed":
    case "step.failed": {
      const { step, score, passed } = event.data;
      if (typeof score !== "number") return { name: `runledger.${event.type}`, attributes: stepFault(event.data) };
      return { name: evaluationResult, attributes: evaluation({ name: step, score, passed: passed === true }) };
    }
    case "agent.finished":
      return { name: "runledger.agent.finished", attributes: { "runledger.agent.finished": event.data.how } };
    case "model.retried": {
      const { try: next, cause, status } = event.data;
      const attributes = {
        "runledger.try": BigInt(next),
        "runledger.cause": cause,
        "http.response.status_code": status === null ? null : BigInt(status),
      };
      return { name: "runledger.model.retried", attributes };
    }
    case "model.answered":
      return { name: "runledger.model.replayed", attributes: answerAttributes(event.data) };
    default:
      return { name: `runledger.${event.type}`, attributes: {} };
  }
}

function describeOwn(span: TraceSpan): SpanWords {
  switch (span.kind) {
    case "run":
      return run(span);
    case "attempt":
      return attempt(span);
    case "step":
      return step(span);
    case "agent":
      return agent(span);
    case "tool":
      return tool(span);
    case "model":
      return chat(span);
    default:
      return unreachable(span.kind);
  }
}

function run({ runId, queued, end }: TraceSpan): SpanWords {
  const { subject, experimentId, trial, seed, kind, minScore } = queued;
  const result = end?.type === "run.completed" ? end.data : null;
  return {
    name: `run ${subject.id}`,
    attributes: {
      "runledger.run.id": runId,
      "runledger.run.kind": kind,
      "runledger.run.status": end?.type.slice("run.".length) ?? null,
      "runledger.run.passed": result?.passed ?? null,
      "runledger.run.score": result?.score ?? null,
      "runledger.run.min_score": minScore,
      "runledger.run.ended_by": result?.endedBy ?? null,
      "runledger.subject.id": subject.id,
      "runledger.subject.digest": subject.digest,
      "runledger.experiment.id": experimentId,
      "runledger.trial": BigInt(trial),
      "runledger.seed": seed === null ? null : BigInt(seed),
      ...faultAttributes(errorOf(end)),
    },
    fault: errorOf(end)?.message ?? null,
  };
}

function attempt({ begin, end }: TraceSpan): SpanWords {
  const ending = end?.type === "attempt.ended" ? end.data : null;
  const error = ending?.error ?? null;
  const usage = ending?.usage ?? null;
  return {
    name: `attempt ${begin.attempt}`,
    attributes: {
      "runledger.attempt": BigInt(begin.attempt ?? 0),
      "runledger.worker": begin.type === "attempt.claimed" ? begin.data.worker : null,
      "runledger.attempt.outcome": ending?.outcome ?? null,
      "runledger.attempt.seen_by": ending?.evidence.seenBy ?? null,
      // The conventions count input and output tokens apart; an attempt's ending has their sum.
      "runledger.usage.tokens": usage === null ? null : BigInt(usage.tokens),
      "runledger.usage.model_calls": usage === null ? null : BigInt(usage.modelCalls),
      "runledger.usage.tool_calls": usage === null ? null : BigInt(usage.toolCalls),
      "runledger.usage.cost_usd": usage?.costUsd ?? null,
      ...faultAttributes(error),
    },
    fault: error?.message ?? (ending?.outcome === "lost" ? "nobody saw the end" : null),
  };
}

function step({ begin, end }: TraceSpan): SpanWords {
  const data = begin.type === "step.started" ? begin.data : null;
  const failed = end?.type === "step.failed" ? end.data : null;
  return {
    name: `step ${data?.step}`,
    attributes: {
      "runledger.step": data?.step ?? null,
      "runledger.step.description": data?.description ?? null,
      ...faultAttributes(failed === null ? null : (failed.error ?? null)),
    },
    fault: failed === null ? null : (failed.error?.message ?? "the step failed"),
  };
}

function stepFault({ step, error }: EventData<"step.failed">): Attributes {
  return {
    "runledger.step": step,
    "runledger.error.message": error?.message ?? null,
    ...faultAttributes(error ?? null),
  };
}

function agent({ runId, queued, end, usage }: TraceSpan): SpanWords {
  const { name = null, digest = null, model = null } = queued.agent ?? {};
  const finished = end?.type === "agent.finished" ? end.data : null;
  return {
    name: name === null ? "invoke_agent" : `invoke_agent ${name}`,
    attributes: {
      "gen_ai.operation.name": "invoke_agent",
      "gen_ai.provider.name": providerOf(queued.agent),
      "gen_ai.agent.name": name,
      "gen_ai.agent.version": digest,
      "gen_ai.request.model": model === null ? null : withoutProvider(model),
      "gen_ai.conversation.id": runId,
      "gen_ai.usage.input_tokens": usage === null ? null : BigInt(usage.inputTokens),
      "gen_ai.usage.output_tokens": usage === null ? null : BigInt(usage.outputTokens),
      "runledger.agent.finished": finished?.how ?? null,
      "runledger.agent.limit": finished?.limit ?? null,
    },
    fault: null,
  };
}

function tool({ begin, end }: TraceSpan): SpanWords {
  const called = begin.type === "tool.called" ? begin.data : null;
  const returned = end?.type === "tool.returned" ? end.data : null;
  const isFault = returned !== null && !returned.ok;
  const code = (returned?.error as { code?: unknown } | null | undefined)?.code;
  const message = (returned?.error as { message?: unknown } | null | undefined)?.message;
  return {
    name: `execute_tool ${called?.tool}`,
    attributes: {
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": called?.tool ?? null,
      "gen_ai.tool.type": "function",
      "gen_ai.tool.call.id": called?.callId ?? null,
      "gen_ai.tool.call.arguments": called === null ? null : JSON.stringify(called.args),
      "gen_ai.tool.call.result": returned?.result === undefined ? null : JSON.stringify(returned.result),
      "error.type": isFault ? (typeof code === "string" ? code : "_OTHER") : null,
    },
    fault: isFault ? (typeof message === "string" ? message : JSON.stringify(returned.error ?? "error")) : null,
  };
}

/** A call of a model, with all its tries. */
function chat({ runId, begin, end }: TraceSpan): SpanWords {
  const asked = begin.type === "model.requested" ? begin.data : null;
  const failed = end?.type === "model.failed" ? end.data : null;
  const model = asked === null ? null : withoutProvider(asked.model);
  return {
    name: `chat ${model}`,
    attributes: {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": asked === null ? null : providerName(asked.provider),
      "gen_ai.request.model": model,
      "gen_ai.request.stream": true,
      ...requestAttributes(asked?.params ?? {}),
      "gen_ai.conversation.id": runId,
      "runledger.model.purpose": asked?.purpose ?? null,
      "runledger.model.call": asked?.callId ?? null,
      ...(end?.type === "model.answered" ? answerAttributes(end.data) : {}),
      ...(failed === null ? {} : { ...faultAttributes(failed.error), "runledger.tries": BigInt(failed.tries) }),
      "http.response.status_code": failed?.status == null ? null : BigInt(failed.status),
    },
    fault: failed?.error.message ?? null,
  };
}

function answerAttributes(data: EventData<"model.answered">): Attributes {
  const { model, finish, usage, costUsd, firstTokenMs, tries, replayed } = data;
  const whole = (value: number | null): bigint | null => (value === null ? null : BigInt(value));
  return {
    "gen_ai.response.model": model,
    "gen_ai.response.finish_reasons": [finish],
    "gen_ai.response.time_to_first_chunk": firstTokenMs === null ? null : firstTokenMs / 1000,
    "gen_ai.usage.input_tokens": whole(usage.inputTokens),
    "gen_ai.usage.output_tokens": whole(usage.outputTokens),
    "gen_ai.usage.reasoning.output_tokens": whole(usage.reasoningTokens),
    "gen_ai.usage.cache_read.input_tokens": whole(usage.cachedInputTokens),
    "runledger.usage.cost_usd": costUsd,
    "runledger.tries": BigInt(tries),
    "runledger.replayed": replayed,
  };
}

/** Parameters of a call that the conventions have a name for. */
function requestAttributes(params: Readonly<Record<string, unknown>>): Attributes {
  const numberOf = (name: string): number | null => (typeof params[name] === "number" ? params[name] : null);
  const wholeOf = (name: string): bigint | null =>
    Number.isInteger(params[name]) ? BigInt(params[name] as number) : null;
  return {
    "gen_ai.request.temperature": numberOf("temperature"),
    "gen_ai.request.top_p": numberOf("topP"),
    "gen_ai.request.max_tokens": wholeOf("maxOutputTokens"),
    "gen_ai.request.seed": wholeOf("seed"),
  };
}

function evaluation(of: { name: string | undefined; score: number | null; passed: boolean | null }): Attributes {
  const { name = "score", score, passed } = of;
  return {
    "gen_ai.evaluation.name": name,
    "gen_ai.evaluation.score.value": score,
    "gen_ai.evaluation.score.label": passed === null ? null : passed ? "pass" : "fail",
  };
}

/** `provider:model` names its provider; what is no model is ours. */
function providerOf(of: EventData<"run.queued">["agent"]): string {
  const [provider = ownProvider, model] = of?.model?.split(":") ?? [];
  return model === undefined ? ownProvider : providerName(provider);
}

/** The conventions' own word for a provider, where they have one. */
function providerName(provider: string): string {
  return provider === "google" ? "gcp.gemini" : provider;
}

/** `gpt-5` of `openai:gpt-5`; a name without a provider is the model's own. */
function withoutProvider(model: string): string {
  return model.slice(model.indexOf(":") + 1);
}

function errorOf(end: KnownEvent | null): RunError | null {
  return end?.type === "run.failed" || end?.type === "run.timed_out" || end?.type === "run.lost"
    ? end.data.error
    : null;
}

function faultAttributes(error: RunError | null): Attributes {
  return error === null ? {} : { "error.type": error.code, "runledger.error.origin": error.origin };
}
