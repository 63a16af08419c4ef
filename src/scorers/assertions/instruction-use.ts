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
      /** Decoded arguments that it must have been given, as the record shows them. */
      args: z.record(z.string(), text(z.string())).optional(),
      weight: assertionFields.weight,
      invariant: assertionFields.invariant,
    }),
    // The program is looked at so that a misspelt one is refused, and never stands for one that nobody calls.
    subjects: ({ program_id: program }) => [{ kind: "account", pubkey: program }],
    claim: (fields) => `${inWords(fields)} ${isWanted ? "is used" : "is not used"}`,
    judge: (fields, { now }) => {
      const programId = now.accounts[fields.program_id]?.address ?? fields.program_id;
      const times = executed(now).filter((one) => isMeant(one, programId, fields)).length;
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

type Meant = { program_id: string; name?: string | undefined; args?: Record<string, string> | undefined };

function isMeant(instruction: InstructionRecord, programId: string, { name, args = {} }: Meant): boolean {
  if (instruction.programId !== programId || (name !== undefined && instruction.name !== name)) return false;
  return Object.entries(args).every(([key, value]) => instruction.args[key] === value);
}

function inWords({ program_id: programId, name, args = {} }: Meant): string {
  const what = name === undefined ? `program ${programId}` : `instruction ${name} of program ${programId}`;
  const given = Object.entries(args).map(([key, value]) => `${key} ${JSON.stringify(value)}`);
  return given.length === 0 ? what : `${what} with ${given.join(", ")}`;
}
