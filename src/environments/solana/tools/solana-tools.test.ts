import { expect, test } from "vitest";
import { describeTool } from "../../../core/tool.ts";
import { openWorld } from "../../open-world.ts";
import { solanaToolNames } from "../tool-names.ts";
import { call, done, refusal, see, setupOf, worldOf } from "../world.fixture.ts";

const user = "USER_WALLET_PUBKEY";

test("the names that files are checked against are those of the tools", async () => {
  await using world = await worldOf();
  expect(world.tools.map(({ name }) => name)).toEqual(solanaToolNames);
});

test("every argument of every tool is described, and whatever is missing, unknown or of a wrong form is named", async () => {
  await using world = await worldOf();
  for (const tool of world.tools) {
    const { parameters } = describeTool(tool) as {
      parameters: { properties?: Record<string, { description?: string }>; required?: string[] };
    };
    for (const [field, schema] of Object.entries(parameters.properties ?? {})) {
      expect(schema.description, `${tool.name} ${field}`).toBeTruthy();
    }
    const unknown = await call(world, tool.name, { nonsense: 1 });
    expect(unknown).toMatchObject({ ok: false, error: { code: "tool.bad-arguments" } });
    const required = (parameters.required ?? []).filter(
      (field) => !Object.hasOwn(parameters.properties?.[field] ?? {}, "default"),
    );
    if (required.length === 0) continue;
    const missing = await call(world, tool.name, {});
    expect(required, tool.name).toContain(missing.ok ? "" : missing.error.field);
  }
});

test("amounts are whole numbers or digits, and nothing else is made into one", async () => {
  await using world = await worldOf();
  const amount = async (lamports: number | string) => {
    const reply = await call(world, "sol_transfer", { from: user, to: user, lamports });
    return reply.ok ? "taken" : reply.error.field;
  };
  expect(await amount(7)).toBe("taken");
  expect(await amount("18446744073709551615")).toBe("taken");
  for (const wrong of [-1, 1.5, "", "1.0", "1_000", " 1", "0x10", "18446744073709551616", 2 ** 60]) {
    expect(await amount(wrong), String(wrong)).toBe("lamports");
  }
});

test("an account that is named and an account by its address are the same; a misspelt name is answered with the near one", async () => {
  await using world = await worldOf({ pubkey: "FRIEND_WALLET", lamports: "1000000" });
  await done(world, "sol_transfer", { from: user, to: world.names.FRIEND_WALLET ?? "", lamports: 5 });
  await done(world, "submit");
  expect((await see(world, "FRIEND_WALLET")).lamports).toBe("1000005");
  const near = await call(world, "sol_transfer", { from: user, to: "FREIND_WALLET", lamports: 5 });
  expect(near).toMatchObject({ ok: false, error: { field: "to", nearest: ["FRIEND_WALLET"] } });
});

test("an instruction that has no tool is built from its parts, in three encodings, and bad bytes are refused", async () => {
  const made = setupOf([{ pubkey: "FRIEND_WALLET", lamports: "1000000" }]);
  await using world = await openWorld("solana", made);
  const accounts = [
    { pubkey: user, is_signer: true, is_writable: true },
    { pubkey: "FRIEND_WALLET", is_writable: true },
  ];
  const program_id = "11111111111111111111111111111111";
  for (const [encoding, data] of [
    ["hex", "020000000a00000000000000"],
    ["base64", "AgAAAAoAAAAAAAAA"],
    ["base58", "3Bxs42XfycdnAUWj"],
  ]) {
    await done(world, "add_instruction", { program_id, accounts, data: data ?? "", encoding: encoding ?? "" });
  }
  await done(world, "submit");
  expect((await see(world, "FRIEND_WALLET")).lamports).toBe("1000030");
  for (const [encoding, data] of [
    ["hex", "0"],
    ["hex", "zz"],
    ["base64", "a*"],
    ["base58", "0OIl"],
  ]) {
    const reply = await call(world, "add_instruction", {
      program_id,
      accounts: [],
      data: data ?? "",
      encoding: encoding ?? "",
    });
    expect(reply).toMatchObject({ ok: false, error: { field: "data" } });
  }
  const nested = await call(world, "add_instruction", { program_id, accounts: [{ pubkey: "NOBODY" }] });
  expect(nested).toMatchObject({ ok: false, error: { field: "accounts.0.pubkey" } });
});

test("fresh keys sign, are the same for one seed, and live on in a snapshot", async () => {
  const made = setupOf([]);
  await using world = await openWorld("solana", made);
  const first = (await done(world, "generate_keypair")).address as string;
  const second = (await done(world, "generate_keypair")).address as string;
  expect(second).not.toBe(first);
  await using again = await openWorld("solana", setupOf([]));
  expect((await done(again, "generate_keypair")).address).toBe(first);
  const minimum = (await done(world, "get_minimum_balance", { bytes: 0 })).lamports as string;
  await done(world, "create_account", { payer: user, account: first, lamports: minimum, space: 0, owner: "system" });
  await using restored = await openWorld("solana", setupOf([]), await world.snapshot());
  for (const one of [world, restored]) {
    await done(one, "submit");
    expect(await see(one, first)).toMatchObject({ exists: true, lamports: minimum });
    await done(one, "sol_transfer", { from: first, to: user, lamports: minimum });
    await done(one, "submit");
  }
  expect((await done(restored, "generate_keypair")).address).toBe((await done(world, "generate_keypair")).address);
});

test("a durable nonce is advanced by the transaction that lives by it, also after a snapshot, and only by its authority", async () => {
  const entries = [
    { pubkey: "NONCE", kind: "nonce", data: { authority: user } },
    { pubkey: "FOREIGN", kind: "nonce", data: { authority: "FRIEND_WALLET" } },
    { pubkey: "FRIEND_WALLET", lamports: "1000000" },
  ];
  const made = setupOf(entries);
  await using world = await openWorld("solana", made);
  const before = (await see(world, "NONCE")).fields.nonce;
  await done(world, "use_durable_nonce", { nonce_account: "NONCE", authority: user });
  await done(world, "set_compute_budget", { unit_price_micro_lamports: 1000 });
  await done(world, "sol_transfer", { from: user, to: "FRIEND_WALLET", lamports: 5 });
  await using restored = await openWorld("solana", setupOf(entries), await world.snapshot());
  for (const one of [world, restored]) {
    await done(one, "submit");
    expect((await see(one, "NONCE")).fields.nonce).not.toBe(before);
  }
  expect(made.events[0]?.data).toMatchObject({
    blockhash: before,
    instructions: [{ name: "advanceNonceAccount" }, { name: "setComputeUnitPrice" }, { name: "transfer" }],
  });
  await done(world, "use_durable_nonce", { nonce_account: "FOREIGN", authority: user });
  await done(world, "sol_transfer", { from: user, to: "FRIEND_WALLET", lamports: 5 });
  expect(await refusal(world)).toContain("BlockhashNotFound");
  expect(await call(world, "use_durable_nonce", { nonce_account: user, authority: user })).toMatchObject({ ok: false });
});

test("a nonce account is made, and closed by taking all that it holds", async () => {
  await using world = await worldOf({ pubkey: "NEW_NONCE", agent_signs: true });
  await done(world, "create_nonce_account", { payer: user, account: "NEW_NONCE", authority: user });
  await done(world, "submit");
  expect((await see(world, "NEW_NONCE")).fields.nonce_authority).toBe(world.names[user]);
  await done(world, "withdraw_nonce_account", { account: "NEW_NONCE", to: user, authority: user, lamports: 1447680 });
  await done(world, "submit");
  expect((await see(world, "NEW_NONCE")).exists).toBe(false);
});

test("what is pending can be dropped, and then there is nothing to send", async () => {
  await using world = await worldOf();
  await done(world, "sol_transfer", { from: user, to: user, lamports: 1 });
  expect(await done(world, "clear_transaction")).toEqual({ droppedInstructions: 1 });
  expect(await refusal(world)).toContain("nothing to send");
});

test("token accounts of an owner are listed under both programs", async () => {
  const token = (pubkey: string, mint: string) => ({ pubkey, data: { mint, owner: user, amount: "4" } });
  await using world = await worldOf(
    { pubkey: "OLD_MINT", kind: "mint", data: { decimals: 0 } },
    { pubkey: "NEW_MINT", kind: "mint", owner: "token-2022", data: { decimals: 0 } },
    token("A_ATA", "OLD_MINT"),
    token("B", "NEW_MINT"),
    { pubkey: "STRANGER", lamports: "1" },
    { pubkey: "C", data: { mint: "OLD_MINT", owner: "STRANGER", amount: "9" } },
  );
  const { accounts, total } = await done(world, "list_token_accounts", { owner: user });
  expect(total).toBe(2);
  expect(accounts).toMatchObject([
    { name: "A_ATA", amount: "4", mint: world.names.OLD_MINT },
    { name: "B", mint: world.names.NEW_MINT },
  ]);
});
