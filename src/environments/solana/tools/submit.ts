// The tools that run the pending transaction: `simulate` and `submit`.

import { z } from "zod";
import { defineTool, type Tool, toolFailed } from "../../../core/tool.ts";
import { simulatePending, submitPending } from "../execute.ts";
import type { SolanaState } from "../state.ts";

export function simulate(state: SolanaState): Tool {
  return defineTool({
    name: "simulate",
    description: "Simulates the pending transaction and tells its outcome. Nothing changes; it stays pending.",
    args: z.strictObject({}),
    run: async () => ({ ...(await simulatePending(state)) }),
  });
}

export function submit(state: SolanaState): Tool {
  return defineTool({
    name: "submit",
    description:
      "Signs and simulates the pending transaction, and sends it if the simulation succeeds. Either way the pending transaction is empty afterwards; after a failure add its instructions again.",
    args: z.strictObject({}),
    run: async () => {
      const { signature, slot, computeUnits, feeLamports, error, logs, landed } = await submitPending(state);
      if (error === null) return { signature, slot, computeUnits, feeLamports };
      const where = landed ? "the transaction failed" : "the simulation failed, nothing was sent";
      throw toolFailed(`${where}: ${error}. Logs: ${logs.join(" | ")}`);
    },
  });
}
