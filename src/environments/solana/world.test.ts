import { expect, test } from "vitest";
import type { Json } from "../../core/document-value.ts";
import { callTool, type ToolReply } from "../../core/tool.ts";
import type { World, WorldEvent, WorldSetup } from "../environment.ts";
import { type AccountSubject, subjectKey, type TransactionRecord } from "../observation.ts";
import { openWorld } from "../open-world.ts";
import { accountEntrySchema } from "./account-entry.ts";
import { isAddress } from "./base58.ts";
import { solanaOptionsSchema } from "./options.ts";

const two = [
  { pubkey: "USER_WALLET_PUBKEY", lamports: "1000000000" },
  { pubkey: "RECIPIENT_WALLET_PUBKEY", lamports: "0" },
];

function setup(entries: object[] = two, seed = 7): WorldSetup & { events: WorldEvent[] } {
  const events: WorldEvent[] = [];
  const record = async (event: WorldEvent) => void events.push(event);
  const initialState = entries.map((entry) => accountEntrySchema.parse(entry));
  return { initialState, options: solanaOptionsSchema.parse({}), seed, record, events };
}

const call = (world: World, tool: string, args: Record<string, Json> = {}): Promise<ToolReply> =>
  callTool(world.tools, { tool, args }, { signal: new AbortController().signal });

const transfer = (lamports: Json, to = "RECIPIENT_WALLET_PUBKEY", from = "USER_WALLET_PUBKEY") => ({
  from,
  to,
  lamports,
});

const subjects = two.map(({ pubkey }) => ({ kind: "account" as const, pubkey }));

test("a transfer leaves the recipient with the amount and the sender without it and the fee", async () => {
  await using world = await openWorld("solana", setup());
  await call(world, "sol_transfer", transfer(100_000_000));
  expect(await call(world, "submit")).toMatchObject({ ok: true, result: { computeUnits: 150, feeLamports: "5000" } });
  const { accounts, transactions } = await world.observe(subjects);
  expect(accounts.RECIPIENT_WALLET_PUBKEY).toMatchObject({ exists: true, lamports: "100000000" });
  expect(accounts.USER_WALLET_PUBKEY?.lamports).toBe("899995000");
  expect(transactions).toMatchObject([
    {
      status: "success",
      landed: true,
      slot: 1,
      instructions: [
        {
          program: "System Program",
          name: "transfer",
          args: { lamports: "100000000" },
          accounts: [
            { name: "USER_WALLET_PUBKEY", signer: true, writable: true },
            { name: "RECIPIENT_WALLET_PUBKEY", signer: false, writable: true },
          ],
        },
      ],
      logs: ["Program 11111111111111111111111111111111 invoke [1]", "Program 11111111111111111111111111111111 success"],
    },
  ]);
});

test("the same seed gives the same record to the byte, another seed another one", async () => {
  const play = async (seed: number) => {
    const made = setup(two, seed);
    await using world = await openWorld("solana", made);
    for (const lamports of [100_000_000, 1_000_000]) {
      await call(world, "sol_transfer", transfer(lamports));
      await call(world, "submit");
    }
    return JSON.stringify(made.events);
  };
  const first = await play(7);
  expect(await play(7)).toBe(first);
  expect(await play(8)).not.toBe(first);
});

test("one more account moves no other key", async () => {
  await using before = await openWorld("solana", setup());
  await using after = await openWorld("solana", setup([{ pubkey: "THIRD", lamports: "5000000" }, ...two]));
  expect(after.names).toMatchObject(before.names);
  expect(after.names.THIRD).toSatisfy(isAddress);
});

test("after a landed transaction the slot is one further and the blockhash is new", async () => {
  const made = setup();
  await using world = await openWorld("solana", made);
  for (const _ of [1, 2]) {
    await call(world, "sol_transfer", transfer(50_000_000));
    await call(world, "submit");
  }
  const [first, second] = made.events.map(({ data }) => data) as [TransactionRecord, TransactionRecord];
  expect([first.slot, second.slot]).toEqual([1, 2]);
  expect(second.blockhash).not.toBe(first.blockhash);
  expect(second.signature).not.toBe(first.signature);
});

test("what does not simulate is not sent, costs nothing, and is recorded as a failure", async () => {
  const made = setup();
  await using world = await openWorld("solana", made);
  await call(world, "sol_transfer", transfer("2000000000"));
  const reply = await call(world, "submit");
  expect(reply).toMatchObject({ ok: false, error: { code: "tool.failed" } });
  expect(reply.ok ? "" : reply.error.message).toContain("insufficient lamports");
  expect(made.events[0]?.data).toMatchObject({
    status: "failure",
    landed: false,
    feeLamports: "0",
    error: "InstructionError(0, Custom(1))",
  });
  expect((await world.observe(subjects)).accounts.USER_WALLET_PUBKEY?.lamports).toBe("1000000000");
  expect(await call(world, "submit")).toMatchObject({
    ok: false,
    error: { message: expect.stringContaining("nothing to send") },
  });
});

test("simulate tells the outcome and changes nothing", async () => {
  const made = setup();
  await using world = await openWorld("solana", made);
  await call(world, "sol_transfer", transfer(100_000_000));
  expect(await call(world, "simulate")).toMatchObject({ ok: true, result: { error: null, computeUnits: 150 } });
  expect(made.events).toEqual([]);
  expect(await call(world, "submit")).toMatchObject({ ok: true });
});

test("a wrong argument is an error that names its field, and nothing is corrected in silence", async () => {
  await using world = await openWorld("solana", setup());
  const fieldOf = async (args: Record<string, Json>) => {
    const reply = await call(world, "sol_transfer", args);
    return reply.ok ? null : [reply.error.code, reply.error.field];
  };
  const bad = "tool.bad-arguments";
  expect(await fieldOf(transfer(0.1))).toEqual([bad, "lamports"]);
  expect(await fieldOf(transfer(-1))).toEqual([bad, "lamports"]);
  expect(await fieldOf(transfer("1e9"))).toEqual([bad, "lamports"]);
  expect(await fieldOf(transfer("18446744073709551616"))).toEqual([bad, "lamports"]);
  expect(await fieldOf(transfer(1, "RECIPIENT_WALET_PUBKEY"))).toEqual([bad, "to"]);
  expect(await fieldOf(transfer(1, "USER_WALLET_PUBKEY", "RECIPIENT_WALLET_PUBKEY"))).toEqual([bad, "from"]);
  expect(await fieldOf({ from: "USER_WALLET_PUBKEY", to: "RECIPIENT_WALLET_PUBKEY" })).toEqual([bad, "lamports"]);
  const near = await call(world, "get_balance", { pubkey: "USER_WALET_PUBKEY" });
  expect(near).toMatchObject({ ok: false, error: { nearest: ["USER_WALLET_PUBKEY"] } });
});

test("the fee holds the priority fee that was asked for, and the limit is the one the runtime keeps", async () => {
  const made = setup();
  await using world = await openWorld("solana", made);
  await call(world, "set_compute_budget", { unit_limit: 10_000, unit_price_micro_lamports: 2_000_000 });
  await call(world, "sol_transfer", transfer(100_000_000));
  expect(await call(world, "submit")).toMatchObject({ ok: true, result: { feeLamports: "25000" } });
  expect(made.events[0]?.data).toMatchObject({ computeUnitLimit: 10_000 });
  expect(made.events[0]?.data.instructions.map(({ name }) => name)).toEqual([
    "setComputeUnitLimit",
    "setComputeUnitPrice",
    "transfer",
  ]);
});

test("a limit below what is needed makes the transaction fail, so the recorded limit is enforced", async () => {
  await using world = await openWorld("solana", setup());
  await call(world, "set_compute_budget", { unit_limit: 1 });
  await call(world, "sol_transfer", transfer(100_000_000));
  expect(await call(world, "submit")).toMatchObject({ ok: false });
});

test("a world goes on from its snapshot as if it had never stopped, with what was pending", async () => {
  const straight = setup();
  await using world = await openWorld("solana", straight);
  await call(world, "sol_transfer", transfer(60_000_000));
  await call(world, "submit");
  await call(world, "sol_transfer", transfer(40_000_000));
  const snapshot = await world.snapshot();
  await call(world, "submit");

  const resumed = setup();
  await using restored = await openWorld("solana", resumed, snapshot);
  await call(restored, "submit");
  expect(resumed.events).toEqual(straight.events.slice(1));
  expect(await restored.observe(subjects)).toEqual(await world.observe(subjects));
});

test("the clock is the one of the options", async () => {
  const made = setup();
  const options = solanaOptionsSchema.parse({ clock: { slot: 99n } });
  await using world = await openWorld("solana", { ...made, options });
  await call(world, "sol_transfer", transfer(100_000_000));
  await call(world, "submit");
  expect(made.events[0]?.data.slot).toBe(99);
});

test("a world tells its declared accounts by name, with what their data says", async () => {
  const mint = { pubkey: "USDC_MINT", kind: "mint", data: { decimals: 6, supply: "5" } };
  const tokens = { pubkey: "USER_USDC_ATA", data: { mint: "USDC_MINT", owner: "USER_WALLET_PUBKEY", amount: "5" } };
  await using world = await openWorld("solana", setup([...two, tokens, mint]));
  expect(await world.look?.()).toMatchObject({
    accounts: {
      USER_WALLET_PUBKEY: { address: world.names.USER_WALLET_PUBKEY, exists: true, lamports: "1000000000" },
      RECIPIENT_WALLET_PUBKEY: { exists: false, lamports: "0" },
      USER_USDC_ATA: { amount: "5", mint: world.names.USDC_MINT, delegate: "none" },
      USDC_MINT: { supply: "5" },
    },
  });
  expect(Object.keys(world.names)).toEqual([
    "USER_WALLET_PUBKEY",
    "RECIPIENT_WALLET_PUBKEY",
    "USER_USDC_ATA",
    "USDC_MINT",
  ]);
});

test("an associated token account is seen at its address, whether it exists or not", async () => {
  const mint = { pubkey: "NEW_MINT", kind: "mint", owner: "token-2022", data: { decimals: 6, supply: "5" } };
  const tokens = { pubkey: "USER_NEW_ATA", data: { mint: "NEW_MINT", owner: "USER_WALLET_PUBKEY", amount: "5" } };
  await using world = await openWorld("solana", setup([...two, tokens, mint]));
  const of = (owner: string, tokenProgram?: string): AccountSubject => ({
    kind: "associated_token_account",
    owner,
    mint: "NEW_MINT",
    ...(tokenProgram === undefined ? {} : { tokenProgram }),
  });
  const subjects = [of("USER_WALLET_PUBKEY"), of("USER_WALLET_PUBKEY", "token"), of("RECIPIENT_WALLET_PUBKEY")];
  const { accounts } = await world.observe(subjects);
  const [own, elsewhere, none] = subjects.map((subject) => accounts[subjectKey(subject)]);
  expect(own).toMatchObject({ address: world.names.USER_NEW_ATA, exists: true, fields: { amount: "5" } });
  expect(elsewhere).toMatchObject({ exists: false });
  expect(none).toMatchObject({ exists: false, fields: {} });
});

test("an environment that does not exist is refused with the nearest name", async () => {
  await expect(openWorld("solna", setup())).rejects.toMatchObject({
    code: "environment.unknown",
    message: expect.stringContaining("solana"),
  });
});

test("an address is base58 of 32 bytes, and nothing else is", () => {
  expect(isAddress("11111111111111111111111111111111")).toBe(true);
  expect(isAddress("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA")).toBe(true);
  expect(isAddress("1111111111111111111111111111111")).toBe(false);
  expect(isAddress("111111111111111111111111111111111")).toBe(false);
  expect(isAddress("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5D0")).toBe(false);
  expect(isAddress("z".repeat(44))).toBe(false);
});
