// `ground_truth` of a benchmark: what must be true in the end. It never comes within an agent's reach.

import { z } from "zod";
import { number, text } from "../core/document-value.ts";
import type { Assertion } from "./assertion.ts";

const weight = number(z.number().nonnegative().max(1e9));

const expectedAccountSchema = z.strictObject({
  pubkey: text(z.string()),
  is_signer: z.boolean(),
  is_writable: z.boolean(),
  weight: weight.default(1),
});

const expectedInstructionSchema = z.strictObject({
  program_id: text(z.string()),
  program_id_weight: weight.default(1),
  accounts: z.array(expectedAccountSchema).max(64).default([]),
  /** In base58. */
  data: text(z.string()).optional(),
  data_weight: weight.default(1),
});
export type ExpectedInstruction = z.infer<typeof expectedInstructionSchema>;

export const transactionStatuses = ["Success", "Failure", "None", "Any"] as const;

/** All of it but the assertions, which are parsed by their kinds. */
export const groundTruthSchema = z.strictObject({
  transaction_status: z.enum(transactionStatuses).optional(),
  final_state_assertions: z.array(z.unknown()).max(200).default([]),
  answer_assertions: z.array(z.unknown()).max(200).default([]),
  expected_instructions: z.array(expectedInstructionSchema).max(64).default([]),
  skip_instruction_validation: z.boolean().default(false),
  min_score: number(z.number().gt(0, "must be above 0: doing nothing must never pass").max(1)).default(1),
});

export type GroundTruth = {
  /** What the last submitted transaction must have come to; null outside of `solana`. */
  transaction_status: (typeof transactionStatuses)[number] | null;
  assertions: Assertion[];
  expected_instructions: ExpectedInstruction[];
  skip_instruction_validation: boolean;
  min_score: number;
};
