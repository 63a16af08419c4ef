import type { Address } from "@solana/kit";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { InstructionRecord } from "../../observation.ts";
import { openWorld } from "../../open-world.ts";
import { makeAddressBook } from "../address-book.ts";
import { programNames, token2022Program } from "../programs.ts";
import { fieldsOf } from "../read-account.ts";
import { call, done, setupOf } from "../world.fixture.ts";
import { describeInstruction } from "./describe-instruction.ts";

const user = "USER_WALLET_PUBKEY";
const entries = [
  { pubkey: "MINT", kind: "mint", data: { decimals: 6, supply: "1000", mint_authority: user, freeze_authority: user } },
  { pubkey: "MINT_22", kind: "mint", owner: "token-2022", data: { decimals: 6, supply: "1000" } },
  { pubkey: "A_ATA", data: { mint: "MINT", owner: user, amount: "500" } },
  { pubkey: "B", data: { mint: "MINT", owner: user, amount: "500" } },
  { pubkey: "C", data: { mint: "MINT_22", owner: user, amount: "500" } },
];

/** What one tool's instructions are in the record, whether they succeed or not. */
async function recorded(tool: string, args: Parameters<typeof done>[2]): Promise<InstructionRecord[]> {
  const made = setupOf(entries);
  await using world = await openWorld("solana", made);
  await done(world, tool, args);
  await call(world, "submit");
  const [event] = made.events;
  if (event === undefined) throw new Error(`${tool} led to no transaction`);
  return event.data.instructions;
}

test("instructions are told by program, name, accounts and arguments", async () => {
  const words = async (...given: Parameters<typeof recorded>) => {
    const [first] = await recorded(...given);
    return [`${first?.program}: ${first?.name}`, first?.args];
  };
  const account = { account: "A_ATA", mint: "MINT", authority: user };
  expect(await words("spl_transfer", { source: "A_ATA", destination: "B", authority: user, amount: 5 })).toEqual([
    "Token Program: transfer",
    { amount: "5" },
  ]);
  expect(await words("burn_checked", { ...account, amount: 5, decimals: 6 })).toEqual([
    "Token Program: burnChecked",
    { amount: "5", decimals: "6" },
  ]);
  expect(await words("set_token_authority", { account: "MINT", authority: user, kind: "mint_tokens" })).toEqual([
    "Token Program: setAuthority",
    { authorityType: "mintTokens", newAuthority: "none" },
  ]);
  expect(await words("freeze_account", account)).toEqual(["Token Program: freezeAccount", {}]);
  expect(await words("require_memo", { account: "C", authority: user, required: true })).toEqual([
    "Token-2022: enableRequiredMemoTransfers",
    {},
  ]);
  const withFee = { source: "C", destination: "C", mint: "MINT_22", authority: user, amount: 7, decimals: 6, fee: 1 };
  expect(await words("spl_transfer_with_fee", withFee)).toEqual([
    "Token-2022: transferCheckedWithFee",
    { amount: "7", decimals: "6", fee: "1" },
  ]);
  expect(await words("add_memo", { text: "grüezi" })).toEqual(["Memo: memo", { text: "grüezi" }]);
});

test("programs that a program called follow it, one deeper, in words as well", async () => {
  const all = await recorded("create_associated_token_account", { payer: user, owner: "B", mint: "MINT" });
  expect(all[0]).toMatchObject({ program: "Associated Token Account", name: "create", depth: 1 });
  const called = all.slice(1).map(({ program, name, depth }) => `${depth} ${program}: ${name}`);
  expect(called).toContain("2 Token Program: initializeAccount3");
  expect(called.some((one) => one.startsWith("2 System Program: createAccount"))).toBe(true);
});

test("stake instructions name who may do what", async () => {
  const made = setupOf([{ pubkey: "STAKE", agent_signs: true }]);
  await using world = await openWorld("solana", made);
  const whose = { staker: user, withdrawer: user };
  await done(world, "create_stake_account", { payer: user, account: "STAKE", ...whose, lamports: 5 });
  await done(world, "submit");
  await done(world, "withdraw_stake", { account: "STAKE", to: user, authority: user, lamports: 5 });
  await done(world, "submit");
  const [make, take] = made.events.map(({ data }) => data.instructions);
  expect(make?.[1]).toMatchObject({
    program: "Stake Program",
    name: "initialize",
    args: { staker: world.names[user] },
  });
  expect(take?.[0]).toMatchObject({ name: "withdraw", args: { lamports: "5" } });
});

test("data that no program understands is kept as data, without a name", async () => {
  const program_id = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA";
  const [first] = await recorded("add_instruction", { program_id, accounts: [], data: "fe", encoding: "hex" });
  expect(first).toMatchObject({ program: "Token Program", name: null, args: {}, data: "5P" });
  const [memo] = await recorded("add_instruction", {
    program_id: "MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr",
    data: "ff",
    encoding: "hex",
  });
  expect(memo).toMatchObject({ program: "Memo", name: null, data: "5Q" });
});

test("no bytes of an agent break the record: what cannot be read has no name, and an account no fields", async () => {
  const book = await makeAddressBook([], 7, () => null);
  const programs = [...Object.values(programNames), "ComputeBudget111111111111111111111111111111" as Address];
  const bytes = fc.uint8Array({ maxLength: 400 });
  fc.assert(
    fc.property(fc.constantFrom(...programs), bytes, (programAddress, data) => {
      const { name, args } = describeInstruction({ programAddress, accounts: [], data }, 1, book);
      expect(name === null ? Object.keys(args).length : 0).toBe(0);
      expect(Object.values(args).every((value) => typeof value === "string")).toBe(true);
      fieldsOf({ lamports: 1n, owner: programAddress, data });
    }),
    { numRuns: 2_000 },
  );
  expect(fieldsOf({ lamports: 1n, owner: token2022Program, data: new Uint8Array(170).fill(255) })).toEqual({});
});
