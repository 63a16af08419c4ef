// The tool `set_compute_budget`.

import { z } from "zod";
import { defineTool, type Tool, toolFailed } from "../../../core/tool.ts";
import { type ComputeBudget, unitLimitMax } from "../compute-budget.ts";
import type { SolanaState } from "../state.ts";
import { amountArgument } from "./arguments.ts";

export function setComputeBudget(state: SolanaState): Tool {
  return defineTool({
    name: "set_compute_budget",
    description:
      "Sets the compute unit limit of the pending transaction, the price paid per compute unit (the priority fee), or both. Replaces what was set for it before.",
    args: z.strictObject({
      unit_limit: z
        .int()
        .min(1)
        .max(unitLimitMax)
        .optional()
        .describe("Most compute units that the transaction may use."),
      unit_price_micro_lamports: amountArgument("Price of a compute unit in millionths of a lamport").optional(),
    }),
    run: ({ unit_limit: unitLimit, unit_price_micro_lamports: unitPrice }) => {
      if (unitLimit === undefined && unitPrice === undefined) {
        throw toolFailed("give unit_limit, unit_price_micro_lamports or both");
      }
      const budget: ComputeBudget = {};
      if (unitLimit !== undefined) budget.unitLimit = unitLimit;
      if (unitPrice !== undefined) budget.unitPriceMicroLamports = BigInt(unitPrice).toString();
      state.pending.budget = budget;
      return { ...budget };
    },
  });
}
