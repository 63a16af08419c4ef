// `InstructionUsed` and `InstructionAbsent`: whether a transaction that landed and succeeded executed an instruction,
// itself or through a program that it called.

import { z } from "zod";
import { text } from "../../core/document-value.ts";
import type { InstructionRecord, Observation } from "../../environments/observation.ts";
import { type AssertionKind, assertionFields, defineAssertion } from "../assertion.ts";

export const instructionUsed = use("InstructionUsed", true);
export const instructionAbsent = use("InstructionAbsent", false);

function use(type: string, isWanted: boolean): AssertionKind {
  return defineAssertion({
    list: "final_state_assertions",
    environments: ["solana"],
    schema: z.strictObject({
      type: z.literal(type),
      program_id: text(z.string()),
      /** In words, as the record shows it; without it, any instruction of the program. */
      name: text(z.string().min(1).max(200)).optional(),
      weight: assertionFields.weight,
      invariant: assertionFields.invariant,
    }),
    subjects: () => [],
    claim: (fields) => `${inWords(fields)} ${isWanted ? "is used" : "is not used"}`,
    judge: ({ program_id: programId, name }, { now }) => {
      const times = executed(now).filter(
        (one) => one.programId === programId && (name === undefined || one.name === name),
      ).length;
      return {
        held: times > 0 === isWanted,
        expected: isWanted ? "at least 1" : "0",
        actual: times.toString(),
      };
    },
  });
}

function executed({ transactions }: Observation): InstructionRecord[] {
  return transactions.filter(({ landed, status }) => landed && status === "success").flatMap((one) => one.instructions);
}

function inWords({ program_id: programId, name }: { program_id: string; name?: string | undefined }): string {
  return name === undefined ? `program ${programId}` : `instruction ${name} of program ${programId}`;
}
