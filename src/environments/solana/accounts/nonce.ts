// The account kind `nonce`: a value that stands in for a blockhash until its authority advances it.

import { createHash } from "node:crypto";
import { getAddressDecoder } from "@solana/kit";
import { getNonceEncoder, NonceState, NonceVersion } from "@solana-program/system";
import type { EntryOf } from "../account-entry.ts";
import { systemProgram } from "../programs.ts";
import { addressOf, type Place, putAccount } from "./place.ts";

const lamportsPerSignature = 5000n;

/** Makes the nonce account, initialized; its first value derives from its address, so that it is the same each time. */
export function makeNonce(place: Place, entry: EntryOf<"nonce">): void {
  const first = createHash("sha256").update(`runledger/solana/nonce/v1\n${place.address}`, "utf8").digest();
  const data = getNonceEncoder().encode({
    version: NonceVersion.Current,
    state: NonceState.Initialized,
    authority: addressOf(place, entry.data.authority),
    blockhash: getAddressDecoder().decode(first),
    lamportsPerSignature,
  });
  putAccount(place, { owner: systemProgram, data: new Uint8Array(data), lamports: entry.lamports });
}
