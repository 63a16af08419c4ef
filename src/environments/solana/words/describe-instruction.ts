// Turns instructions into words for the record. A program whose instructions we cannot read is named all the same.

import { getBase58Decoder, isSignerRole, isWritableRole } from "@solana/kit";
import type { InstructionRecord } from "../../observation.ts";
import type { AddressBook } from "../address-book.ts";
import { computeBudgetProgram } from "../compute-budget.ts";
import type { PlainInstruction } from "../plain-instruction.ts";
import { computeBudgetWords } from "./compute-budget.ts";
import { systemProgram, systemWords } from "./system.ts";
import type { Words } from "./words.ts";

type Program = { title: string; words?: (instruction: PlainInstruction) => Words };

const programs: Readonly<Record<string, Program>> = {
  [systemProgram]: { title: "System Program", words: systemWords },
  [computeBudgetProgram]: { title: "Compute Budget", words: computeBudgetWords },
  TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA: { title: "Token Program" },
  TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb: { title: "Token-2022" },
  ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL: { title: "Associated Token Account" },
  MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr: { title: "Memo" },
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
