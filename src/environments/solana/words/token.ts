// Instructions of the Token Program in words. Token-2022 took them all over with the same numbers.

import { AuthorityType, parseTokenInstruction, TokenInstruction } from "@solana-program/token";
import type { PlainInstruction } from "../plain-instruction.ts";
import { argsInWords, firstLower, type Words } from "./words.ts";

/** Name and arguments of a Token Program instruction. @throws if the data is none that the program knows. */
export function tokenWords(instruction: PlainInstruction): Words {
  const parsed = parseTokenInstruction(instruction);
  const name = firstLower(TokenInstruction[parsed.instructionType]);
  if (parsed.instructionType !== TokenInstruction.SetAuthority) return { name, args: argsInWords(parsed.data) };
  const { authorityType, ...others } = parsed.data;
  return {
    name,
    args: argsInWords({ authorityType: firstLower(AuthorityType[authorityType] ?? `${authorityType}`), ...others }),
  };
}
