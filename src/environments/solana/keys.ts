// Keys of placeholders. Each derives from the run's seed and its own name alone, so the same seed gives the same
// addresses anywhere, and declaring one more account moves no other key.

import { createHash } from "node:crypto";
import { createKeyPairSignerFromPrivateKeyBytes, type KeyPairSigner } from "@solana/kit";

/** Changing this text changes every address and signature of every recorded seed. */
const domain = "runledger/solana/key/v1";

/**
 * The Ed25519 secret of a placeholder: sha256 of three lines, the domain above, the seed in decimal, and the name.
 * @param seed 32 bits without sign.
 * @returns 32 bytes.
 */
export function secretOf({ seed, name }: { seed: number; name: string }): Uint8Array {
  return createHash("sha256").update(`${domain}\n${seed}\n${name}`, "utf8").digest();
}

/** The signer of a placeholder; see `secretOf`. */
export function signerOf(key: { seed: number; name: string }): Promise<KeyPairSigner> {
  return createKeyPairSignerFromPrivateKeyBytes(secretOf(key));
}
