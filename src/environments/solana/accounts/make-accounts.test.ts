import { expect, test } from "vitest";
import { openWorld } from "../../open-world.ts";
import { solanaOptionsSchema } from "../options.ts";
import { memoProgram, systemProgram } from "../programs.ts";
import { Vm } from "../vm.ts";
import { call, done, refusal, see, setupOf, worldOf } from "../world.fixture.ts";

const user = "USER_WALLET_PUBKEY";
const mint = (extra: object = {}, owner = "token") => ({
  pubkey: "MINT",
  kind: "mint",
  owner,
  data: { decimals: 6, supply: "1000", ...extra },
});
const account = (pubkey: string, extra: object = {}) => ({
  pubkey,
  data: { mint: "MINT", owner: user, amount: "100", ...extra },
});
const other = { pubkey: "OTHER_WALLET", lamports: "1000000000" };
const send = (extra: object = {}) => ({ source: "A_ATA", destination: "B", authority: user, amount: 10, ...extra });
const sendChecked = (extra: object = {}) => ({
  ...send(extra),
  mint: "MINT",
  decimals: 6,
  token_program: "token-2022",
});

test("an account without lamports of its own holds the rent-exempt minimum of its size", async () => {
  await using world = await worldOf(mint(), account("A_ATA"), {
    pubkey: "NONCE",
    kind: "nonce",
    data: { authority: user },
  });
  expect((await see(world, "MINT")).lamports).toBe("1461600");
  expect((await see(world, "A_ATA")).lamports).toBe("2039280");
  expect((await see(world, "NONCE")).lamports).toBe("1447680");
});

test("a token account whose name ends in _ATA lies where every wallet looks for it", async () => {
  await using world = await worldOf(mint(), account("A_ATA"));
  const found = await done(world, "find_associated_token_account", { owner: user, mint: "MINT" });
  expect(found).toEqual({ address: world.names.A_ATA, exists: true });
});

test("the mint of an associated account may come from a file, under either program", async () => {
  await using origin = await worldOf(mint({}, "token-2022"));
  const { data, lamports, owner } = await done(origin, "get_account", { pubkey: "MINT" });
  const pubkey = "9pan9bMn5HatX4EJdBwg9VgCa7Uz5HL8N1m5D3NdXej9";
  const dumped = { pubkey, lamports, owner, executable: false, base64: data };
  const made = setupOf([{ pubkey: "A_ATA", data: { mint: pubkey, owner: user, amount: "1" } }], { accounts: [dumped] });
  await using world = await openWorld("solana", made);
  const wanted = { owner: user, mint: pubkey, token_program: "token-2022" };
  expect(await done(world, "find_associated_token_account", wanted)).toEqual({
    address: world.names.A_ATA,
    exists: true,
  });
});

test("a frozen account moves nothing, and the freeze authority thaws it", async () => {
  const frozen = account("A_ATA", { frozen: true });
  await using world = await worldOf(mint({ freeze_authority: user }), frozen, account("B"));
  await done(world, "spl_transfer", send());
  expect(await refusal(world)).toContain("frozen");
  await done(world, "thaw_account", { account: "A_ATA", mint: "MINT", authority: user });
  await done(world, "spl_transfer", send());
  await done(world, "submit");
  expect((await see(world, "B")).fields).toMatchObject({ amount: "110", state: "initialized" });
});

test("a declared delegate spends up to the delegated amount and no more", async () => {
  const shared = { owner: "OTHER_WALLET", delegate: user, delegated_amount: "15" };
  await using world = await worldOf(other, mint(), account("A_ATA", shared), account("B"));
  await done(world, "spl_transfer", send({ amount: 16 }));
  expect(await refusal(world)).toContain("insufficient");
  await done(world, "spl_transfer", send({ amount: 15 }));
  await done(world, "submit");
  expect((await see(world, "A_ATA")).fields).toMatchObject({ amount: "85", delegate: "none", delegated_amount: "0" });
});

test("a declared close authority closes the account of another", async () => {
  const closable = account("A_ATA", { owner: "OTHER_WALLET", amount: "0", close_authority: user });
  await using world = await worldOf(other, mint(), closable);
  await done(world, "close_token_account", { account: "A_ATA", destination: user, authority: user });
  await done(world, "submit");
  expect((await see(world, "A_ATA")).exists).toBe(false);
});

test("wrapped SOL is lamports in the account, above its rent", async () => {
  const wrapped = { mint: "So11111111111111111111111111111111111111112", owner: user, amount: "5000", is_native: true };
  await using world = await worldOf({ pubkey: "W_ATA", data: wrapped });
  expect(await see(world, "W_ATA")).toMatchObject({
    lamports: "2044280",
    fields: { amount: "5000", is_native: "true" },
  });
});

test("Token-2022 keeps what extensions promise: fee, memo, no transfer, permanent delegate, closing", async () => {
  const fee = { type: "transfer_fee", basis_points: 1000, maximum_fee: "5", withdraw_authority: user };
  await using taxed = await worldOf(
    mint({ extensions: [fee] }, "token-2022"),
    account("A_ATA"),
    account("B", { amount: "0" }),
  );
  expect((await see(taxed, "MINT")).fields).toMatchObject({
    transfer_fee_basis_points: "1000",
    transfer_fee_maximum: "5",
    transfer_fee_authority: "none",
    withdraw_withheld_authority: taxed.names[user],
  });
  await done(taxed, "spl_transfer_checked", sendChecked());
  await done(taxed, "submit");
  expect((await see(taxed, "B")).fields).toMatchObject({ amount: "9", withheld_fee: "1" });
  expect((await see(taxed, "A_ATA")).fields).toMatchObject({ immutable_owner: "true" });

  const memo = account("B", { amount: "0", extensions: [{ type: "memo_required" }] });
  await using strict = await worldOf(mint({}, "token-2022"), account("A_ATA"), memo);
  await done(strict, "spl_transfer_checked", sendChecked());
  expect(await refusal(strict)).toMatch(/memo/i);
  await done(strict, "require_memo", { account: "B", authority: user, required: false });
  await done(strict, "spl_transfer_checked", sendChecked());
  await done(strict, "submit");
  expect((await see(strict, "B")).fields).toMatchObject({ amount: "10", memo_required: "false" });

  await using bound = await worldOf(
    mint({ extensions: [{ type: "non_transferable" }] }, "token-2022"),
    account("A_ATA"),
    account("B"),
  );
  await done(bound, "spl_transfer_checked", sendChecked());
  expect(await refusal(bound)).toMatch(/transfer/i);

  const extensions = [
    { type: "permanent_delegate", delegate: user },
    { type: "close_authority", authority: user },
  ];
  const taken = account("A_ATA", { owner: "OTHER_WALLET" });
  await using ruled = await worldOf(other, mint({ extensions }, "token-2022"), taken, account("B"));
  expect((await see(ruled, "MINT")).fields).toMatchObject({
    permanent_delegate: ruled.names[user],
    close_authority: ruled.names[user],
  });
  await done(ruled, "spl_transfer_checked", sendChecked());
  await done(ruled, "submit");
  expect((await see(ruled, "B")).fields.amount).toBe("110");
});

test("a delegated stake account is active: its lamports cannot be withdrawn", async () => {
  const vote = { pubkey: "VOTE", kind: "raw", owner: "vote", data: { hex: "02000000", bytes: 3762 } };
  const data = { staker: user, withdrawer: user, amount: "1000000000" };
  await using world = await worldOf(
    vote,
    { pubkey: "ACTIVE", kind: "stake", data: { ...data, vote: "VOTE" } },
    { pubkey: "IDLE", kind: "stake", data },
  );
  const withdraw = (from: string) =>
    done(world, "withdraw_stake", { account: from, to: user, authority: user, lamports: 1000000000 });
  await withdraw("ACTIVE");
  expect(await refusal(world)).toContain("InsufficientFunds");
  await withdraw("IDLE");
  await done(world, "submit");
  expect((await see(world, "IDLE")).lamports).toBe("2282880");
  expect((await see(world, "ACTIVE")).fields).toMatchObject({
    "stake.voter": world.names.VOTE,
    "stake.amount": "1000000000",
  });
});

test("a lookup table makes room for accounts that would not fit, and the record names them all the same", async () => {
  const wallets = Array.from({ length: 30 }, (_, index) => ({ pubkey: `PAYEE_${index}`, lamports: "1000000" }));
  const table = {
    pubkey: "TABLE",
    kind: "lookup_table",
    data: { authority: user, addresses: wallets.map(({ pubkey }) => pubkey) },
  };
  const made = setupOf([...wallets, table]);
  await using world = await openWorld("solana", made);
  const pay = async () => {
    for (const { pubkey } of wallets) await done(world, "sol_transfer", { from: user, to: pubkey, lamports: 1 });
  };
  await pay();
  expect(await refusal(world)).toContain("at most 1232 fit");
  await pay();
  await done(world, "use_lookup_table", { lookup_table: "TABLE" });
  await done(world, "submit");
  expect(await see(world, "PAYEE_29")).toMatchObject({ lamports: "1000001" });
  expect(await see(world, "TABLE")).toMatchObject({ fields: { "lookup_table.addresses": "30" } });
  const paid = made.events[0]?.data;
  expect(paid?.feeLamports).toBe("5000");
  expect(paid?.instructions.at(-1)?.accounts).toMatchObject([
    { name: user },
    { name: "PAYEE_29", signer: false, writable: true },
  ]);
});

test("raw bytes, dumped accounts and programs stand as they were given", async () => {
  const pubkey = "9pan9bMn5HatX4EJdBwg9VgCa7Uz5HL8N1m5D3NdXej9";
  const dumped = { pubkey, lamports: "77", owner: systemProgram, executable: false, base64: "" };
  const bytes = { pubkey: "BYTES", kind: "raw", owner: "system", data: { hex: "0a0b", bytes: 4 } };
  await using world = await openWorld("solana", setupOf([bytes], { accounts: [dumped] }));
  expect(await done(world, "get_account", { pubkey: "BYTES" })).toMatchObject({ dataBytes: 4, data: "CgsAAA==" });
  expect(await see(world, pubkey)).toMatchObject({ exists: true, lamports: "77" });
});

test("a program from a file runs at its own address", async () => {
  const id = "9pan9bMn5HatX4EJdBwg9VgCa7Uz5HL8N1m5D3NdXej9";
  // Any program's file will do; that of the Memo program lies in the VM.
  const memo = Vm.create(solanaOptionsSchema.parse({})).account(memoProgram);
  const base64 = Buffer.from(memo?.data ?? []).toString("base64");
  const made = setupOf([], { programs: [{ id, base64 }] });
  await using world = await openWorld("solana", made);
  await done(world, "add_instruction", { program_id: id, data: "6869", encoding: "hex" });
  await done(world, "submit");
  expect(made.events[0]?.data.logs).toContain(`Program ${id} success`);
  const broken = setupOf([], { programs: [{ id, base64: Buffer.from("no ELF").toString("base64") }] });
  await expect(openWorld("solana", broken)).rejects.toMatchObject({ code: "benchmark.invalid" });
});

test("what programs would not take is refused when the world is made, by the account's name", async () => {
  const refused = (...entries: { pubkey: string }[]) =>
    worldOf(...entries).then(
      () => "made",
      (error: Error) => error.message,
    );
  expect(await refused({ ...account("A_ATA", { mint: "9pan9bMn5HatX4EJdBwg9VgCa7Uz5HL8N1m5D3NdXej9" }) })).toContain(
    "A_ATA",
  );
  expect(await refused(mint({ extensions: [{ type: "non_transferable" }] }))).toContain("must be token-2022");
  expect(await refused(mint(), account("A", { extensions: [{ type: "memo_required" }] }))).toContain(
    "not of token-2022",
  );
  expect(await refused(mint({}, "token-2022"), { ...account("A"), owner: "token" } as never)).toContain(
    "its mint's is",
  );
  const withheld = account("A", { extensions: [{ type: "withheld_fee", amount: "1" }] });
  expect(await refused(mint({}, "token-2022"), withheld)).toContain("its mint has none");
});

test("a declared mint mints for its authority alone", async () => {
  await using world = await worldOf(other, mint({ mint_authority: "OTHER_WALLET" }), account("A_ATA"));
  const reply = await call(world, "mint_to", {
    mint: "MINT",
    account: "A_ATA",
    mint_authority: "OTHER_WALLET",
    amount: 1,
  });
  expect(reply).toMatchObject({ ok: false, error: { field: "mint_authority" } });
  await done(world, "mint_to", { mint: "MINT", account: "A_ATA", mint_authority: user, amount: 1 });
  expect(await refusal(world)).toContain("owner does not match");
});
