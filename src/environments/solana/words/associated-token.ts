// Instructions of the Associated Token Account program in words.

import { AssociatedTokenInstruction, parseAssociatedTokenInstruction } from "@solana-program/token";
import type { PlainInstruction } from "../plain-instruction.ts";
import type { Words } from "./words.ts";

const names: Record<AssociatedTokenInstruction, string> = {
  [AssociatedTokenInstruction.CreateAssociatedToken]: "create",
  [AssociatedTokenInstruction.CreateAssociatedTokenIdempotent]: "createIdempotent",
  [AssociatedTokenInstruction.RecoverNestedAssociatedToken]: "recoverNested",
};

/** Name of an Associated Token Account instruction; none has arguments. @throws if the data is none that it knows. */
export function associatedTokenWords(instruction: PlainInstruction): Words {
  // The program's first callers sent no data at all, and it still reads that as create.
  if (instruction.data.length === 0) return { name: "create", args: {} };
  return { name: names[parseAssociatedTokenInstruction(instruction).instructionType], args: {} };
}
