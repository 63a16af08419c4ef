import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { secretOf, signerOf } from "./keys.ts";

test("a key is the hash of domain, seed and name, as documented", () => {
  const documented = createHash("sha256").update("runledger/solana/key/v1\n7\nUSER_WALLET_PUBKEY").digest();
  expect(secretOf({ seed: 7, name: "USER_WALLET_PUBKEY" })).toEqual(documented);
});

test("the address of a recorded seed is the same in every build", async () => {
  const { address } = await signerOf({ seed: 1, name: "USER_WALLET_PUBKEY" });
  expect(address).toBe("Egwceq12tsJdVZy36zwx5PtkCBvvAkTEvaP2XnBpBGi1");
});

test("another seed or another name is another key", async () => {
  const keys = [
    { seed: 1, name: "A" },
    { seed: 2, name: "A" },
    { seed: 1, name: "B" },
    { seed: 11, name: "A" },
  ];
  const addresses = await Promise.all(keys.map(async (key) => (await signerOf(key)).address));
  expect(new Set(addresses).size).toBe(keys.length);
});
