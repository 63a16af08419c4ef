// Compute units: the instructions by which a transaction asks for a limit and offers a price, and the limit that the
// runtime gives it.

import { type Address, getU32Encoder, getU64Encoder } from "@solana/kit";
import type { PlainInstruction } from "./plain-instruction.ts";

export const computeBudgetProgram = "ComputeBudget111111111111111111111111111111" as Address;

/** What the agent asked for; absent means the runtime's default. The price is in millionths of a lamport, as digits. */
export type ComputeBudget = { unitLimit?: number; unitPriceMicroLamports?: string };

/** Most compute units of one transaction. */
export const unitLimitMax = 1_400_000;
const unitsPerBuiltin = 3_000;
const unitsPerProgram = 200_000;

/** Programs that are part of the runtime; an instruction of theirs is given fewer units (SIMD-0170). */
const builtinPrograms: ReadonlySet<string> = new Set([
  "11111111111111111111111111111111",
  computeBudgetProgram,
  "Vote111111111111111111111111111111111111111",
  "BPFLoader1111111111111111111111111111111111",
  "BPFLoader2111111111111111111111111111111111",
  "BPFLoaderUpgradeab1e11111111111111111111111",
  "LoaderV411111111111111111111111111111111111",
  "Ed25519SigVerify111111111111111111111111111",
  "KeccakSecp256k11111111111111111111111111111",
]);

const setUnitLimitTag = 2;
const setUnitPriceTag = 3;

/** The instructions that ask for this budget. */
export function computeBudgetInstructions({ unitLimit, unitPriceMicroLamports }: ComputeBudget): PlainInstruction[] {
  const instructions: PlainInstruction[] = [];
  const add = (tag: number, value: Iterable<number>) => {
    instructions.push({ programAddress: computeBudgetProgram, accounts: [], data: new Uint8Array([tag, ...value]) });
  };
  if (unitLimit !== undefined) add(setUnitLimitTag, getU32Encoder().encode(unitLimit));
  if (unitPriceMicroLamports !== undefined)
    add(setUnitPriceTag, getU64Encoder().encode(BigInt(unitPriceMicroLamports)));
  return instructions;
}

/** Compute units that the runtime allows a transaction with these instructions. */
export function computeUnitLimit(instructions: readonly { programAddress: Address; data: Uint8Array }[]): number {
  let limit = 0;
  for (const { programAddress, data } of instructions) {
    if (programAddress === computeBudgetProgram && data[0] === setUnitLimitTag && data.length >= 5) {
      return Math.min(new DataView(data.buffer, data.byteOffset).getUint32(1, true), unitLimitMax);
    }
    limit += builtinPrograms.has(programAddress) ? unitsPerBuiltin : unitsPerProgram;
  }
  return Math.min(limit, unitLimitMax);
}
