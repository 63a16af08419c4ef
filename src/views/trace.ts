// The spans of a run, derived from its events. A span is the two events that opened and closed it; nothing in it is
// measured a second time. What was open when its attempt ended is closed by that ending, and says so.

import { type EventData, isKnown, type KnownEvent, type LedgerEvent } from "../core/events.ts";

export type SpanKind = "run" | "attempt" | "step" | "agent" | "tool" | "model";

/** Tokens that an agent's models were billed for. */
export type SpanUsage = { inputTokens: number; outputTokens: number };

export type TraceSpan = {
  kind: SpanKind;
  runId: string;
  /** What was asked for, as `run.queued` holds it. */
  queued: EventData<"run.queued">;
  begin: KnownEvent;
  /** Null while it is open. */
  end: KnownEvent | null;
  /** True if the attempt's ending closed it: an end of its own was never recorded. */
  isCut: boolean;
  /** `seq` of the event that opened the span around it; null for the run itself. */
  parentSeq: number | null;
  /** What happened at one point of time within it, or was said of it afterwards. */
  moments: KnownEvent[];
  /** Moments that were too many to keep. */
  momentsDropped: number;
  /** Of an agent: what the calls of its models within it used; null before the first answer that says so. */
  usage: SpanUsage | null;
};

/** Moments that one span keeps: a program may score itself without end. */
const momentsMax = 1_000;

export type TraceFold = {
  /** Takes the run's next event, in order of `seq`; gives the spans to which nothing can be added any more. */
  take(event: LedgerEvent): TraceSpan[];
  /** The spans that are left: the run's own, and whatever is still open. */
  rest(): TraceSpan[];
};

/** A fold that has seen no event yet. It holds the spans that may still change, and no others. */
export function collectTrace(): TraceFold {
  const state: State = { run: null, attempt: null, agents: [], steps: [], tools: [], models: [] };
  return {
    take: (event) => (isKnown(event) ? fold(state, event) : []),
    rest: () => {
      const { run, attempt, agents, steps, tools, models } = state;
      return [...tools, ...models, ...steps, ...agents, attempt, run].filter((span) => span !== null);
    },
  };
}

type State = {
  run: TraceSpan | null;
  attempt: TraceSpan | null;
  /** All agents of the present attempt: a score that comes after an agent's end is still of that agent. */
  agents: TraceSpan[];
  /** Open ones, in the order in which they began; so are the calls of tools and of models. */
  steps: TraceSpan[];
  tools: TraceSpan[];
  models: TraceSpan[];
};

function fold(state: State, event: KnownEvent): TraceSpan[] {
  switch (event.type) {
    case "run.queued":
      state.run = newSpan({ kind: "run", event, queued: event.data, parent: null });
      return [];
    case "run.completed":
    case "run.failed":
    case "run.timed_out":
    case "run.cancelled":
    case "run.lost":
      if (state.run !== null) state.run.end = event;
      return [];
    case "run.retried":
      if (state.run !== null) state.run.end = null;
      return [];
    case "attempt.claimed":
      state.attempt = open(state, "attempt", event, state.run);
      return [];
    case "attempt.ended":
      return endAttempt(state, event);
    default:
      return foldWork(state, event);
  }
}

function foldWork(state: State, event: KnownEvent): TraceSpan[] {
  switch (event.type) {
    case "run.progressed":
      if (event.data.phase === "acting") beginAgent(state, event);
      else if (event.data.phase !== undefined) endAgent(state, event);
      return [];
    case "agent.finished":
      // In a flow it is said once a step, and the agent goes on to the next one.
      if (event.data.step === undefined) endAgent(state, event);
      else addMoment(innermost(state), event);
      return [];
    case "step.started":
      keep(state.steps, open(state, "step", event, openAgent(state) ?? state.attempt));
      return [];
    case "step.completed":
    case "step.failed":
      return endStep(state, event);
    case "tool.called":
      keep(state.tools, open(state, "tool", event, innermost(state)));
      return [];
    case "tool.returned":
      return close(state.tools, openCall(state.tools, event.data.callId), event);
    case "model.requested":
      // A judge is asked when the agent is over: what it is asked about is no longer the agent's doing.
      keep(
        state.models,
        open(state, "model", event, event.data.purpose === "judge" ? state.attempt : innermost(state)),
      );
      return [];
    case "model.retried":
      addMoment(openCall(state.models, event.data.callId) ?? innermost(state), event);
      return [];
    case "model.answered":
      return modelAnswered(state, event);
    case "model.failed":
      return close(state.models, openCall(state.models, event.data.callId), event);
    case "transaction.executed":
      // With several calls under way nobody knows whose transaction it is.
      addMoment(state.tools.length === 1 ? (state.tools[0] ?? null) : innermost(state), event);
      return [];
    case "score.recorded":
      addMoment(state.agents.at(-1) ?? state.attempt, event);
      return [];
    default:
      return []; // the rest is no work that lasts, and nothing that a trace is read for
  }
}

type Answered = KnownEvent & { type: "model.answered" };

/** An answer that was not asked for in this attempt is one that an earlier attempt was given. */
function modelAnswered(state: State, event: Answered): TraceSpan[] {
  const call = openCall(state.models, event.data.callId);
  if (call === undefined) {
    addMoment(innermost(state), event);
    return [];
  }
  const agent = openAgent(state);
  const { purpose, replayed, usage } = event.data;
  if (agent !== null && purpose === "agent" && !replayed) {
    const { inputTokens, outputTokens } = agent.usage ?? { inputTokens: 0, outputTokens: 0 };
    agent.usage = {
      inputTokens: inputTokens + (usage.inputTokens ?? 0),
      outputTokens: outputTokens + (usage.outputTokens ?? 0),
    };
  }
  return close(state.models, call, event);
}

/** The call of this id that waits for its answer. */
function openCall(among: readonly TraceSpan[], callId: string): TraceSpan | undefined {
  return among.find(
    ({ begin }) => (begin.type === "tool.called" || begin.type === "model.requested") && begin.data.callId === callId,
  );
}

function beginAgent(state: State, event: KnownEvent): void {
  if (state.run?.queued.agent == null || openAgent(state) !== null) return;
  keep(state.agents, open(state, "agent", event, state.attempt));
}

function endAgent(state: State, event: KnownEvent): void {
  const agent = openAgent(state);
  if (agent !== null) agent.end = event;
}

type StepEnd = KnownEvent & { type: "step.completed" | "step.failed" };

function endStep(state: State, event: StepEnd): TraceSpan[] {
  const { step: name, score } = event.data;
  const step = state.steps.findLast(({ begin }) => begin.type === "step.started" && begin.data.step === name);
  // A step of which only the end is told was never begun: that is told too.
  if (step === undefined) addMoment(innermost(state), event);
  else if (score !== undefined) addMoment(step, event);
  return close(state.steps, step, event);
}

/** Closes the attempt and all that is open in it. */
function endAttempt(state: State, event: KnownEvent): TraceSpan[] {
  const { tools, models, steps, agents, attempt } = state;
  for (const span of [...tools, ...models, ...steps, ...agents]) {
    if (span.end !== null) continue;
    span.end = event;
    span.isCut = true;
  }
  if (attempt !== null) attempt.end = event;
  Object.assign(state, { attempt: null, agents: [], steps: [], tools: [], models: [] });
  return [...tools, ...models, ...steps, ...agents, ...(attempt === null ? [] : [attempt])];
}

/** Where a call happens: in the agent or step that began last. */
function innermost(state: State): TraceSpan | null {
  const agent = openAgent(state);
  const step = state.steps.at(-1) ?? null;
  if (agent === null || step === null) return agent ?? step ?? state.attempt;
  return agent.begin.seq > step.begin.seq ? agent : step;
}

function openAgent(state: State): TraceSpan | null {
  return state.agents.findLast(({ end }) => end === null) ?? null;
}

function open(state: State, kind: SpanKind, event: KnownEvent, parent: TraceSpan | null): TraceSpan | null {
  return state.run === null ? null : newSpan({ kind, event, queued: state.run.queued, parent });
}

function newSpan(of: {
  kind: SpanKind;
  event: KnownEvent;
  queued: EventData<"run.queued">;
  parent: TraceSpan | null;
}): TraceSpan {
  const { kind, event, queued, parent } = of;
  return {
    kind,
    runId: event.runId ?? "",
    queued,
    begin: event,
    end: null,
    isCut: false,
    parentSeq: parent?.begin.seq ?? null,
    moments: [],
    momentsDropped: 0,
    usage: null,
  };
}

function keep(among: TraceSpan[], span: TraceSpan | null): void {
  if (span !== null) among.push(span);
}

function close(among: TraceSpan[], span: TraceSpan | undefined, event: KnownEvent): TraceSpan[] {
  if (span === undefined) return [];
  among.splice(among.indexOf(span), 1);
  span.end = event;
  return [span];
}

function addMoment(span: TraceSpan | null, event: KnownEvent): void {
  if (span === null) return;
  if (span.moments.length < momentsMax) span.moments.push(event);
  else span.momentsDropped += 1;
}
