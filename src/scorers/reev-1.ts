// The profile `reev-1`, for comparison with published figures: three quarters for the right instructions at the right
// places, one quarter for a transaction that succeeded. Pure.

import type { InstructionRecord, Observation } from "../environments/observation.ts";
import type { GroundTruth } from "./ground-truth.ts";
import { alignedShare, positionalShare } from "./match-instructions.ts";
import { tidy } from "./outcome.ts";

export type Reev1 = { score: number; instructions: number; onchain: number };

const instructionsWeight = 0.75;
const onchainWeight = 0.25;

/** The breakdown, or null if the file says nothing by which it could be computed. */
export function reev1(groundTruth: GroundTruth, end: Observation): Reev1 | null {
  const { expected_instructions: expected, skip_instruction_validation: isSkipped } = groundTruth;
  if (expected.length === 0 && !isSkipped) return null;
  const onchain = end.transactions.at(-1)?.status === "success" ? 1 : 0;
  // Where instructions are not validated, success stands for them: else doing nothing would earn three quarters.
  const instructions = isSkipped ? onchain : positionalShare(expected, instructionsToCompare(end));
  const score = tidy(instructionsWeight * instructions + onchainWeight * onchain);
  return { score, instructions: tidy(instructions), onchain };
}

/** Share of the expected instructions under the best alignment, or null if none are expected. */
export function instructionsMatched({ expected_instructions: expected }: GroundTruth, end: Observation): number | null {
  return expected.length === 0 ? null : tidy(alignedShare(expected, instructionsToCompare(end)));
}

const computeBudgetProgram = "ComputeBudget111111111111111111111111111111";

/**
 * The transactions' own instructions, in order: of all that landed, or else of the last that was tried. Instructions
 * that only set fee and compute budget are left out: a fee paid for speed is no fault.
 */
function instructionsToCompare({ transactions }: Observation): InstructionRecord[] {
  const landed = transactions.filter((one) => one.landed);
  const compared = landed.length > 0 ? landed : transactions.slice(-1);
  return compared
    .flatMap(({ instructions }) => instructions)
    .filter(({ depth, programId }) => depth === 1 && programId !== computeBudgetProgram);
}
