// Instructions of the System Program in words.

import { parseSystemInstruction, SystemInstruction } from "@solana-program/system";
import type { PlainInstruction } from "../plain-instruction.ts";
import { argsInWords, firstLower, type Words } from "./words.ts";

/** Name and arguments of a System Program instruction. @throws if the data is none that the program knows. */
export function systemWords(instruction: PlainInstruction): Words {
  const parsed = parseSystemInstruction(instruction);
  // The client library says SOL where the program, explorers and these benchmarks say transfer and lamports.
  const name = SystemInstruction[parsed.instructionType].replace("Sol", "");
  const { amount, ...others } = parsed.data as Record<string, unknown>;
  const args = argsInWords(amount === undefined ? others : { lamports: amount, ...others });
  return { name: firstLower(name), args };
}
