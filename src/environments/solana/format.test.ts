import { expect, test } from "vitest";
import type { FilesBeside } from "../environment-format.ts";
import { accountEntrySchema } from "./account-entry.ts";
import { solanaFormat } from "./format.ts";

const user = { pubkey: "USER_WALLET_PUBKEY" };
const token = { mint: "MINT", owner: "USER_WALLET_PUBKEY", amount: "1" };
const mint = { pubkey: "MINT", kind: "mint", data: { decimals: 6n } };

/** The faults of a state, in words; an entry that does not fit its schema is one. */
function faultsOf(...entries: object[]): string[] {
  const parsed = entries.map((entry) => accountEntrySchema.safeParse(entry));
  const broken = parsed.flatMap(
    ({ error }) => error?.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`) ?? [],
  );
  if (broken.length > 0) return broken;
  return solanaFormat
    .faults(parsed.map(({ data }) => data))
    .map(({ path, message }) => `${path.join(".")}: ${message}`);
}

test("a state of every kind is without fault, and its kind may be left out for wallets and token accounts", () => {
  const state = [
    user,
    mint,
    { pubkey: "A_ATA", data: token },
    { pubkey: "NONCE", kind: "nonce", data: { authority: "USER_WALLET_PUBKEY" } },
    { pubkey: "STAKE", kind: "stake", data: { staker: "MINT", withdrawer: "MINT", amount: 1n } },
    { pubkey: "TABLE", kind: "lookup_table", data: { addresses: ["MINT"] } },
    { pubkey: "RAW", kind: "raw", owner: "vote", data: { hex: "00" } },
  ];
  expect(faultsOf(...state)).toEqual([]);
  expect(state.map((entry) => accountEntrySchema.parse(entry).kind)).toEqual([
    "wallet",
    "mint",
    "token_account",
    "nonce",
    "stake",
    "lookup_table",
    "raw",
  ]);
});

test("the owning program is written by name or address, and a kind has no other", () => {
  const owner = (entry: object) => accountEntrySchema.parse(entry).owner;
  const token2022 = "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb";
  expect(owner({ ...mint, owner: "token-2022" })).toBe(token2022);
  expect(owner({ ...mint, owner: token2022 })).toBe(token2022);
  expect(owner(mint)).toBe("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA");
  expect(owner({ ...user, owner: 11111111111111111111111111111111n })).toBe("11111111111111111111111111111111");
  expect(faultsOf(user, { ...mint, owner: "stake" })[0]).toMatch(/^owner: /);
});

test("who is named must be declared, once, and two names cannot lie at one derived address", () => {
  expect(faultsOf(user, { pubkey: "A_ATA", data: token })).toEqual([
    "initial_state.1.data.mint: no account is declared as MINT",
  ]);
  expect(faultsOf(user, mint, mint)).toEqual(["initial_state.2.pubkey: MINT is declared twice"]);
  const [twice] = faultsOf(user, mint, { pubkey: "A_ATA", data: token }, { pubkey: "B_ATA", data: token });
  expect(twice).toBe(
    "initial_state.3.pubkey: the associated token account of USER_WALLET_PUBKEY for MINT is declared twice",
  );
  expect(faultsOf(mint)).toEqual([expect.stringContaining("USER_WALLET_PUBKEY must be declared")]);
});

test("nobody signs without a key, and the payer is a wallet that always signs", () => {
  const [derived] = faultsOf(user, mint, { pubkey: "A_ATA", agent_signs: true, data: token });
  expect(derived).toContain("lies at a derived address");
  expect(faultsOf(user, { pubkey: "So11111111111111111111111111111111111111112", agent_signs: true })[0]).toContain(
    "nobody has the key",
  );
  expect(faultsOf({ ...user, agent_signs: false })[0]).toContain("always signs");
  expect(faultsOf({ ...mint, pubkey: "USER_WALLET_PUBKEY" })[0]).toContain("must be a wallet");
});

test("what contradicts itself is refused", () => {
  expect(faultsOf(user, mint, { pubkey: "A", data: { ...token, delegate: "MINT" } })[0]).toContain("come together");
  expect(faultsOf(user, mint, { pubkey: "A", data: { ...token, is_native: true } })[0]).toContain("wrapped SOL");
  expect(faultsOf(user, { pubkey: "R", kind: "raw", owner: "vote", data: { hex: "00", base64: "AA==" } })[0]).toContain(
    "needs one of",
  );
});

test("files that the state and the options name are read into them", () => {
  const dump = (account: object) => JSON.stringify({ pubkey: "So11111111111111111111111111111111111111112", account });
  const contents: Record<string, string> = {
    "a.bin": "\u0001\u0002",
    "dump.json": dump({
      lamports: 5,
      data: ["AQ==", "base64"],
      owner: "11111111111111111111111111111111",
      executable: false,
      rentEpoch: 0,
    }),
    "bad.json": dump({ lamports: 5 }),
    "no.json": "{",
  };
  const files = { read: (path: string) => Buffer.from(contents[path] ?? "") } as unknown as FilesBeside;
  const entry = accountEntrySchema.parse({ pubkey: "R", kind: "raw", owner: "vote", data: { file: "a.bin" } });
  expect(solanaFormat.embedEntry?.(entry, files)).toMatchObject({ data: { base64: "AQI=" } });
  const embed = (accounts: string[]) =>
    solanaFormat.embedOptions?.({ accounts, programs: [{ id: "x", file: "a.bin" }] }, files);
  expect(embed(["dump.json"])).toMatchObject({
    programs: [{ id: "x", base64: "AQI=" }],
    accounts: [{ lamports: "5", base64: "AQ==" }],
  });
  expect(() => embed(["bad.json"])).toThrow("bad.json is not what solana account --output json writes: account.");
  expect(() => embed(["no.json"])).toThrow("no.json is not what");
});

test("a fee that the VM does not know is refused by name", () => {
  const options = (fee: bigint) => ({ initialState: [], options: { fee_lamports_per_signature: fee } });
  expect(solanaFormat.notYet(options(5000n))).toEqual([]);
  expect(solanaFormat.notYet(options(1n))).toMatchObject([{ isNotYet: true }]);
});
