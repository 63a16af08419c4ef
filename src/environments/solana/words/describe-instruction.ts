// Turns instructions into words for the record. A program whose instructions we cannot read is named all the same.

import { getBase58Decoder, isSignerRole, isWritableRole } from "@solana/kit";
import type { InstructionRecord } from "../../observation.ts";
import type { AddressBook } from "../address-book.ts";
import { computeBudgetProgram } from "../compute-budget.ts";
import type { PlainInstruction } from "../plain-instruction.ts";
import {
  associatedTokenProgram,
  firstMemoProgram,
  lookupTableProgram,
  memoProgram,
  stakeProgram,
  systemProgram,
  token2022Program,
  tokenProgram,
  voteProgram,
} from "../programs.ts";
import { associatedTokenWords } from "./associated-token.ts";
import { computeBudgetWords } from "./compute-budget.ts";
import { memoWords } from "./memo.ts";
import { stakeWords } from "./stake.ts";
import { systemWords } from "./system.ts";
import { tokenWords } from "./token.ts";
import { token2022Words } from "./token-2022.ts";
import type { Words } from "./words.ts";

type Program = { title: string; words?: (instruction: PlainInstruction) => Words };

const programs: Readonly<Record<string, Program>> = {
  [systemProgram]: { title: "System Program", words: systemWords },
  [computeBudgetProgram]: { title: "Compute Budget", words: computeBudgetWords },
  [tokenProgram]: { title: "Token Program", words: tokenWords },
  [token2022Program]: { title: "Token-2022", words: token2022Words },
  [associatedTokenProgram]: { title: "Associated Token Account", words: associatedTokenWords },
  [memoProgram]: { title: "Memo", words: memoWords },
  [firstMemoProgram]: { title: "Memo", words: memoWords },
  [stakeProgram]: { title: "Stake Program", words: stakeWords },
  [lookupTableProgram]: { title: "Address Lookup Table" },
  [voteProgram]: { title: "Vote Program" },
};

/** The instruction as the record shows it; `depth` is 1 for the transaction's own instructions. */
export function describeInstruction(
  instruction: PlainInstruction,
  depth: number,
  book: AddressBook,
): InstructionRecord {
  const program = programs[instruction.programAddress];
  const words = wordsOf(program, instruction);
  return {
    program: program?.title ?? instruction.programAddress,
    programId: instruction.programAddress,
    name: words?.name ?? null,
    accounts: instruction.accounts.map(({ address, role }) => ({
      name: book.nameOf(address),
      address,
      signer: isSignerRole(role),
      writable: isWritableRole(role),
    })),
    args: words?.args ?? {},
    data: getBase58Decoder().decode(instruction.data),
    depth,
  };
}

function wordsOf(program: Program | undefined, instruction: PlainInstruction): Words | null {
  try {
    return program?.words?.(instruction) ?? null;
  } catch {
    // An agent may send bytes that no program understands; the VM judges them, and the record keeps them as data.
    return null;
  }
}
