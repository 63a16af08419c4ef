// Instructions of the Stake Program in words.

import { parseStakeInstruction, StakeInstruction } from "@solana-program/stake";
import type { PlainInstruction } from "../plain-instruction.ts";
import { argsInWords, firstLower, type Words } from "./words.ts";

/** Name and arguments of a Stake Program instruction. @throws if the data is none that the program knows. */
export function stakeWords(instruction: PlainInstruction): Words {
  const parsed = parseStakeInstruction(instruction);
  const name = firstLower(StakeInstruction[parsed.instructionType]);
  if (parsed.instructionType === StakeInstruction.Withdraw) {
    return { name, args: { lamports: parsed.data.args.toString() } };
  }
  if (parsed.instructionType === StakeInstruction.Initialize) {
    const { staker, withdrawer } = parsed.data.arg0;
    return { name, args: { staker, withdrawer } };
  }
  return { name, args: argsInWords(parsed.data) };
}
