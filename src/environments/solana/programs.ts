// Addresses of the programs that this environment knows, and the short names under which files and tools know some.

import type { Address } from "@solana/kit";

export const systemProgram = "11111111111111111111111111111111" as Address;
export const tokenProgram = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA" as Address;
export const token2022Program = "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb" as Address;
export const associatedTokenProgram = "ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL" as Address;
export const memoProgram = "MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr" as Address;
/** The Memo program's first version, which some wallets still call. */
export const firstMemoProgram = "Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo" as Address;
export const stakeProgram = "Stake11111111111111111111111111111111111111" as Address;
export const voteProgram = "Vote111111111111111111111111111111111111111" as Address;
export const lookupTableProgram = "AddressLookupTab1e1111111111111111111111111" as Address;
export const nativeMint = "So11111111111111111111111111111111111111112" as Address;

/** Names that may stand for a program where a file or a tool asks for one. */
export const programNames: Readonly<Record<string, Address>> = {
  system: systemProgram,
  token: tokenProgram,
  "token-2022": token2022Program,
  stake: stakeProgram,
  vote: voteProgram,
  "lookup-table": lookupTableProgram,
};

/** Whether the program is one of the two that keep tokens. */
export function isTokenProgram(program: string): boolean {
  return program === tokenProgram || program === token2022Program;
}
