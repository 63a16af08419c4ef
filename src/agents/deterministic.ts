// The agent `deterministic` plays the benchmark's own solution through the same tools as any other agent. It shows
// that a benchmark can be passed, and is left out of rankings.

import { RunledgerError } from "../core/errors.ts";
import type { PlannedCall, ToolReply } from "../core/tool.ts";
import type { Agent } from "./agent.ts";

/** @throws `agent.failed` if the benchmark has no solution to play. */
export function deterministicAgent(solution: readonly PlannedCall[] | null): Agent {
  if (solution === null) {
    throw new RunledgerError(
      "agent.failed",
      "the agent deterministic plays the file's solution, and this file has none",
    );
  }
  return {
    name: "deterministic",
    async act(_task, hands) {
      for (const [index, { tool, args, expect_error: isErrorMeant }] of solution.entries()) {
        const reply = await hands.call({ tool, args });
        if (reply.ok && reply.farewell) return reply.farewell;
        if (reply.ok === isErrorMeant) return { how: "gave_up", text: whyNot(index, solution.length, tool, reply) };
      }
      return { how: "finished", text: null };
    },
  };
}

function whyNot(index: number, total: number, tool: string, reply: ToolReply): string {
  const outcome = reply.ok ? "succeeded, and the solution says expect_error" : reply.error.message;
  return `call ${index + 1} of ${total}, ${tool}: ${outcome}`;
}
