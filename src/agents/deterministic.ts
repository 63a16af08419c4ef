// The agent `deterministic` plays the benchmark's own solution through the same tools as any other agent. It shows
// that a benchmark can be passed, and is left out of rankings.

import type { Json } from "../core/document-value.ts";
import { RunledgerError } from "../core/errors.ts";
import { type ReferenceScope, resolveReferences } from "../core/references.ts";
import type { AgentEnding, PlannedCall, ToolReply } from "../core/tool.ts";
import type { Agent, AgentTask, EarlierStep, Hands } from "./agent.ts";

/** The calls to play: of a benchmark that is one task, and of each step of a flow, in order. */
export type Solution = { calls: readonly PlannedCall[] | null; steps: readonly (readonly PlannedCall[])[] };

/** @throws `agent.failed` if the benchmark has no solution to play. */
export function deterministicAgent(solution: Solution): Agent {
  if (solution.calls === null && solution.steps.every((calls) => calls.length === 0)) {
    throw new RunledgerError(
      "agent.failed",
      "the agent deterministic plays the file's solution, and this file has none",
    );
  }
  return { name: "deterministic", act: (task, hands) => playSolution(solution, task, hands) };
}

/** Plays the calls of the task, or of the step that it is. */
export function playSolution({ calls, steps }: Solution, task: AgentTask, hands: Hands): Promise<AgentEnding> {
  if (task.step === null) return playCalls(calls ?? [], hands, {});
  return playCalls(steps[task.step.index] ?? [], hands, scopeOf(steps, task.earlier));
}

/** What references of a step can lead into: `steps.NAME.…`, and the named calls of the steps before. */
function scopeOf(steps: Solution["steps"], earlier: readonly EarlierStep[]): ReferenceScope {
  const named = earlier.flatMap(({ calls }, index) =>
    (steps[index] ?? []).flatMap(({ as: name }, place) => {
      const reply = calls[place]?.reply;
      return name === undefined || reply === undefined ? [] : [[name, referable(reply)]];
    }),
  );
  const ended = earlier.map(({ step, status, answer, world }) => [step, { status, answer, ...world }]);
  return { steps: Object.fromEntries(ended), calls: Object.fromEntries(named) };
}

/** A reply as `calls.NAME` of a reference. */
function referable(reply: ToolReply): Json {
  return reply.ok ? { result: reply.result } : { error: { ...reply.error } };
}

/**
 * Makes the calls in order, each with its references replaced by what they lead to: into the calls before it that have
 * a name (`calls.NAME.result.…`), and into `scope`.
 * @throws `agent.failed` if a reference leads nowhere.
 */
async function playCalls(calls: readonly PlannedCall[], hands: Hands, scope: ReferenceScope): Promise<AgentEnding> {
  const named: Record<string, Json> = { ...(scope.calls as Record<string, Json> | undefined) };
  for (const [index, { tool, args, expect_error: isErrorMeant, as: name }] of calls.entries()) {
    const given = resolveReferences(args, { ...scope, calls: named }) as Record<string, Json>;
    const reply = await hands.call({ tool, args: given });
    if (reply.ok && reply.farewell) return reply.farewell;
    if (reply.ok === isErrorMeant) return { how: "gave_up", text: whyNot(index, calls.length, tool, reply) };
    if (name !== undefined) named[name] = referable(reply);
  }
  return { how: "finished", text: null };
}

function whyNot(index: number, total: number, tool: string, reply: ToolReply): string {
  const outcome = reply.ok ? "succeeded, and the solution says expect_error" : reply.error.message;
  return `call ${index + 1} of ${total}, ${tool}: ${outcome}`;
}
