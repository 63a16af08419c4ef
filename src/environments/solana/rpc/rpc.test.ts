import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Address,
  appendTransactionMessageInstruction,
  type Blockhash,
  createKeyPairSignerFromBytes,
  createTransactionMessage,
  getBase64EncodedWireTransaction,
  getSignatureFromTransaction,
  lamports,
  pipe,
  setTransactionMessageFeePayerSigner,
  setTransactionMessageLifetimeUsingBlockhash,
  signTransactionMessageWithSigners,
} from "@solana/kit";
import { getTransferSolInstruction } from "@solana-program/system";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Json } from "../../../core/document-value.ts";
import { callTool, type ToolCall } from "../../../core/tool.ts";
import type { Door, World, WorldDoor } from "../../environment.ts";
import { setupOf, worldOf } from "../world.fixture.ts";
import { transactionErrorJson } from "./rpc-error.ts";

type Answer = {
  result?: { context?: { slot: number }; value?: Json } & Json;
  error?: { code: number; message: string; data?: Json };
};

let folder: string;
let world: World;
let way: WorldDoor;
let door: Door;
let calls: ToolCall[];

const signal = new AbortController().signal;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "runledger-rpc-"));
  calls = [];
  world = await worldOf(
    { pubkey: "RECIPIENT", lamports: 0 },
    { pubkey: "MINT", kind: "mint", data: { decimals: 6, supply: 5_000_000 } },
    {
      pubkey: "USER_ATA",
      kind: "token_account",
      data: { mint: "MINT", owner: "USER_WALLET_PUBKEY", amount: 1_500_000 },
    },
  );
  way = (await world.door?.()) as WorldDoor;
  door = await way.open({
    folder,
    call: (call) => {
      calls.push(call);
      return callTool(way.tools, call, { signal });
    },
  });
});
afterEach(async () => {
  await door[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

function addressOf(name: string): Address {
  return world.names[name] as Address;
}

async function post(body: unknown): Promise<unknown> {
  const response = await fetch(door.env.SOLANA_RPC_URL as string, { method: "POST", body: JSON.stringify(body) });
  return response.json();
}

async function rpc(method: string, ...params: Json[]): Promise<Answer> {
  return (await post({ jsonrpc: "2.0", id: 1, method, params })) as Answer;
}

async function valueBy(method: string, ...params: Json[]): Promise<Json> {
  const { result, error } = await rpc(method, ...params);
  if (error !== undefined) throw new Error(`${method}: ${error.message}`);
  return (result?.context === undefined ? result : result.value) as Json;
}

/** A transfer from the user's wallet, signed with the key that lies in the folder. */
async function transfer(amount: bigint, blockhash?: string) {
  const latest = blockhash ?? ((await valueBy("getLatestBlockhash")) as { blockhash: string }).blockhash;
  const bytes = Uint8Array.from(JSON.parse(readFileSync(door.env.SOLANA_KEYPAIR as string, "utf8")));
  const source = await createKeyPairSignerFromBytes(bytes);
  const message = pipe(
    createTransactionMessage({ version: 0 }),
    (empty) => setTransactionMessageFeePayerSigner(source, empty),
    (paid) =>
      setTransactionMessageLifetimeUsingBlockhash({ blockhash: latest as Blockhash, lastValidBlockHeight: 0n }, paid),
    (living) =>
      appendTransactionMessageInstruction(
        getTransferSolInstruction({ source, destination: addressOf("RECIPIENT"), amount: lamports(amount) }),
        living,
      ),
  );
  const signed = await signTransactionMessageWithSigners(message);
  return { wire: getBase64EncodedWireTransaction(signed), signature: getSignatureFromTransaction(signed) };
}

const base64 = { encoding: "base64" };

test("looking is answered as a node would, and recorded", async () => {
  expect(await valueBy("getHealth")).toBe("ok");
  expect(await valueBy("getBalance", addressOf("USER_WALLET_PUBKEY"))).toBe(10_000_000_000);
  expect(await valueBy("getAccountInfo", addressOf("RECIPIENT"), base64)).toBeNull();
  expect(await valueBy("getTokenAccountBalance", addressOf("USER_ATA"))).toEqual({
    ...{ amount: "1500000", decimals: 6, uiAmount: 1.5, uiAmountString: "1.5" },
  });
  const owned = await valueBy(
    "getTokenAccountsByOwner",
    addressOf("USER_WALLET_PUBKEY"),
    { mint: addressOf("MINT") },
    { encoding: "jsonParsed" },
  );
  expect(owned).toMatchObject([
    {
      pubkey: addressOf("USER_ATA"),
      account: { data: { parsed: { type: "account", info: { mint: addressOf("MINT") } } } },
    },
  ]);
  expect(calls.map(({ tool }) => tool)).toContain("rpc.getTokenAccountsByOwner");
});

test("a signed transaction lands, takes a slot, and is told of by its signature", async () => {
  const before = (await valueBy("getSlot")) as number;
  const { wire, signature } = await transfer(1_000_000n);
  expect(await valueBy("sendTransaction", wire, base64)).toBe(signature);
  expect(await valueBy("getSignatureStatuses", [signature, signature.replace(/.$/, "x")])).toMatchObject([
    { err: null, confirmationStatus: "finalized", slot: before },
    null,
  ]);
  expect(await valueBy("getSlot")).toBe(before + 1);
  expect(await valueBy("getBalance", addressOf("RECIPIENT"))).toBe(1_000_000);
  expect((await world.observe([])).transactions).toMatchObject([{ signature, landed: true, feeLamports: "5000" }]);
  expect(await valueBy("sendTransaction", wire, base64)).toBe(signature);
  expect((await world.observe([])).transactions).toHaveLength(1);
});

test("a blockhash of an earlier slot is good as on chain, one that never was is not", async () => {
  const { blockhash } = (await valueBy("getLatestBlockhash")) as { blockhash: string };
  for (const amount of [1_000_000n, 2_000_000n]) {
    const { wire, signature } = await transfer(amount, blockhash);
    expect(await valueBy("sendTransaction", wire, base64)).toBe(signature);
  }
  expect(await valueBy("isBlockhashValid", blockhash)).toBe(true);
  const foreign = await transfer(1n, addressOf("RECIPIENT"));
  expect((await rpc("sendTransaction", foreign.wire, base64)).error).toMatchObject({
    code: -32002,
    data: { err: "BlockhashNotFound" },
  });
});

describe("a transaction that would fail", () => {
  test("is refused with the error and the logs, and stands in the record as not landed", async () => {
    const { error } = await rpc("sendTransaction", (await transfer(99_000_000_000n)).wire, base64);
    expect(error).toMatchObject({ code: -32002, data: { err: { InstructionError: [0, { Custom: 1 }] } } });
    expect(JSON.stringify(error?.data)).toContain("insufficient lamports");
    expect((await world.observe([])).transactions).toMatchObject([{ landed: false, status: "failure" }]);
  });

  test("lands and costs its fee if it is not to be simulated first", async () => {
    const { wire, signature } = await transfer(99_000_000_000n);
    expect(await valueBy("sendTransaction", wire, { ...base64, skipPreflight: true })).toBe(signature);
    expect(await valueBy("getSignatureStatuses", [signature])).toMatchObject([
      { err: { InstructionError: [0, { Custom: 1 }] } },
    ]);
    expect(await valueBy("getBalance", addressOf("USER_WALLET_PUBKEY"))).toBe(9_999_995_000);
  });

  test("does not get by with a signature that is not its signer's", async () => {
    const wire = Buffer.from((await transfer(1_000_000n)).wire, "base64");
    wire[5] = (wire[5] ?? 0) ^ 1;
    const { error } = await rpc("sendTransaction", wire.toString("base64"), base64);
    expect(error).toMatchObject({ code: -32002, data: { err: "SignatureFailure" } });
  });
});

test("a simulation tells what would be, without signatures if so asked, and changes nothing", async () => {
  const wire = Buffer.from((await transfer(1_000_000n)).wire, "base64");
  wire.fill(0, 1, 65);
  const accounts = { addresses: [addressOf("RECIPIENT")], encoding: "base64" };
  const simulated = await valueBy("simulateTransaction", wire.toString("base64"), { ...base64, accounts });
  expect(simulated).toMatchObject({ err: null, unitsConsumed: 150, accounts: [{ lamports: 1_000_000 }] });
  expect(await valueBy("simulateTransaction", wire.toString("base64"), { ...base64, sigVerify: true })).toMatchObject({
    err: "SignatureFailure",
  });
  expect(await valueBy("getBalance", addressOf("RECIPIENT"))).toBe(0);
  const message = wire.subarray(65).toString("base64");
  expect(await valueBy("getFeeForMessage", message)).toBe(5_000);
});

test("a wrong method is refused with the nearest, wrong params by their place", async () => {
  expect((await rpc("getBalence", "x")).error).toEqual({
    code: -32601,
    message: "Method not found: getBalence; did you mean getBalance?",
  });
  expect((await rpc("getBalance", "x")).error).toEqual({
    code: -32602,
    message: "Invalid params: 0: must be a base58 address",
  });
  expect((await rpc("sendTransaction", "!!")).error?.code).toBe(-32602);
  expect((await rpc("sendTransaction", "AQID", base64)).error?.message).toContain("failed to deserialize");
  expect(await post([])).toMatchObject({ error: { code: -32600 } });
  expect(await post([{ jsonrpc: "2.0", id: 4, method: "getSlot" }])).toEqual([{ jsonrpc: "2.0", id: 4, result: 1 }]);
});

test("who does not know the whole address comes in nowhere", async () => {
  const { origin } = new URL(door.env.SOLANA_RPC_URL as string);
  expect((await fetch(origin, { method: "POST", body: "{}" })).status).toBe(404);
});

test.each(["the port of HTTP", "the port after it"])("a WebSocket on %s tells of a signature once", async (which) => {
  const url =
    which === "the port of HTTP"
      ? (door.env.SOLANA_RPC_URL as string).replace("http", "ws")
      : (door.env.SOLANA_WS_URL as string);
  const socket = new WebSocket(url);
  const heard: { id?: number; method?: string; result?: unknown; params?: unknown }[] = [];
  const isHeard = (count: number) => expect.poll(() => heard.length, { timeout: 10_000, interval: 5 }).toBe(count);
  socket.addEventListener("message", ({ data }) => heard.push(JSON.parse(String(data))));
  await new Promise((resolve) => socket.addEventListener("open", resolve));
  const { wire, signature } = await transfer(1_000_000n);
  socket.send(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "signatureSubscribe", params: [signature] }));
  await isHeard(1);
  expect(heard[0]).toEqual({ jsonrpc: "2.0", id: 1, result: 1 });
  await rpc("sendTransaction", wire, base64);
  await isHeard(2);
  expect(heard[1]).toEqual({
    ...{ jsonrpc: "2.0", method: "signatureNotification" },
    params: { subscription: 1, result: { context: { slot: 1 }, value: { err: null } } },
  });
  socket.send(JSON.stringify({ jsonrpc: "2.0", id: 2, method: "signatureUnsubscribe", params: [1] }));
  await isHeard(3);
  socket.close();
});

test("the keys that the agent may sign with lie in files, and no others", async () => {
  const files = mkdtempSync(join(tmpdir(), "runledger-rpc-"));
  const { openWorld } = await import("../../open-world.ts");
  const setup = setupOf([{ pubkey: "SECOND", agent_signs: true, lamports: 1 }, { pubkey: "FOREIGN" }]);
  const other = await openWorld("solana", setup);
  const otherWay = (await other.door?.()) as WorldDoor;
  const opened = await otherWay.open({
    folder: files,
    call: () => Promise.reject(new Error("unused")),
  });
  const bytes = Uint8Array.from(
    JSON.parse(readFileSync(join(opened.env.SOLANA_KEYS as string, "SECOND.json"), "utf8")),
  );
  expect((await createKeyPairSignerFromBytes(bytes)).address).toBe(other.names.SECOND);
  expect(() => readFileSync(join(opened.env.SOLANA_KEYS as string, "FOREIGN.json"))).toThrow("ENOENT");
  await opened[Symbol.asyncDispose]();
  rmSync(files, { recursive: true });
});

test.each([
  ["BlockhashNotFound", "BlockhashNotFound"],
  ["InstructionError(0, Custom(1))", { InstructionError: [0, { Custom: 1 }] }],
  ["InsufficientFundsForRent { account_index: 2 }", { InsufficientFundsForRent: { account_index: 2 } }],
  ["something else (", "something else ("],
])("the VM's word %s is said as nodes say it", (word, json) => {
  expect(transactionErrorJson(word)).toEqual(json);
});
