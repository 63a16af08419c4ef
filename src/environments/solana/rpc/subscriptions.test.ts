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
  pipe,
  setTransactionMessageFeePayerSigner,
  setTransactionMessageLifetimeUsingBlockhash,
  signTransactionMessageWithSigners,
} from "@solana/kit";
import { getTransferSolInstruction } from "@solana-program/system";
import { expect, test, vi } from "vitest";
import type { Json } from "../../../core/document-value.ts";
import { callTool, type ToolCall } from "../../../core/tool.ts";
import { worldOf } from "../world.fixture.ts";

const signal = new AbortController().signal;
const waitMs = { timeout: 20_000 };

test("who watches an account is told once of each transaction that touched it, and none fails by what it is told", async () => {
  await using site = await openSite();
  await using socket = await openSocket(site.env);
  for (const name of ["RECIPIENT", "USER_ATA"]) socket.ask("accountSubscribe", site.names[name] ?? "");
  expect(await socket.heard(2)).toMatchObject([{ result: 1 }, { result: 2 }]);
  socket.ask("sendTransaction", await site.transfer(1_000_000n, "RECIPIENT"), { encoding: "base64" });
  // In base58 a token account is longer than nodes give: who asks for it is refused, and who is told gets a word for it.
  socket.ask("sendTransaction", await site.transfer(2_000_000n, "USER_ATA"), { encoding: "base64" });
  expect((await socket.heard(6)).slice(2)).toMatchObject([
    { params: { subscription: 1, result: { value: { lamports: 1_000_000, data: "" } } } },
    { id: 3, result: expect.any(String) },
    { params: { subscription: 2, result: { value: { data: "error: data too large for bs58 encoding" } } } },
    { id: 4, result: expect.any(String) },
  ]);
});

test("of a connection's requests that wait for their turn, few are read, and all are answered in the end", async () => {
  const gate = Promise.withResolvers<void>();
  await using site = await openSite(() => gate.promise);
  await using socket = await openSocket(site.env);
  for (let count = 0; count < 500; count += 1) socket.ask("getSlot", { padding: "x".repeat(100_000) });
  await vi.waitFor(() => expect(site.calls).toHaveLength(1), waitMs);
  // The server reads all that it wants to while it answers others.
  for (let looks = 0; looks < 300; looks += 1) await (await fetch(`${site.env.SOLANA_RPC_URL}/health`)).text();
  expect(socket.unsent()).toBeGreaterThan(20_000_000);
  gate.resolve();
  expect(await socket.heard(500)).toHaveLength(500);
});

/** A world with its door open; `before` comes before each call. */
async function openSite(before: () => Promise<void> = async () => {}) {
  const folder = mkdtempSync(join(tmpdir(), "runledger-subscriptions-"));
  const calls: ToolCall[] = [];
  const world = await worldOf(
    { pubkey: "RECIPIENT", lamports: 0 },
    { pubkey: "MINT", kind: "mint", data: { decimals: 6, supply: 5_000_000 } },
    { pubkey: "USER_ATA", kind: "token_account", data: { mint: "MINT", owner: "USER_WALLET_PUBKEY", amount: 1 } },
  );
  const way = await world.door?.();
  if (way === undefined) throw new Error("the world has no door");
  const call = async (one: ToolCall) => {
    calls.push(one);
    await before();
    return callTool(way.tools, one, { signal });
  };
  const door = await way.open({ folder, call });
  return {
    ...{ names: world.names, env: door.env, calls },
    /** The transaction in base64, of the present slot. */
    async transfer(lamports: bigint, to: string) {
      const bytes = JSON.parse(readFileSync(join(folder, "keys", "USER_WALLET_PUBKEY.json"), "utf8"));
      const source = await createKeyPairSignerFromBytes(Uint8Array.from(bytes));
      const asked = { tool: "rpc.getLatestBlockhash", args: {} };
      const reply = await callTool(way.tools, asked, { signal });
      const { blockhash } = (reply as unknown as { result: { value: { blockhash: Blockhash } } }).result.value;
      const destination = world.names[to] as Address;
      const instruction = getTransferSolInstruction({ source, destination, amount: lamports });
      const message = pipe(
        createTransactionMessage({ version: 0 }),
        (empty) => setTransactionMessageFeePayerSigner(source, empty),
        (paid) => setTransactionMessageLifetimeUsingBlockhash({ blockhash, lastValidBlockHeight: 0n }, paid),
        (living) => appendTransactionMessageInstruction(instruction, living),
      );
      return getBase64EncodedWireTransaction(await signTransactionMessageWithSigners(message));
    },
    async [Symbol.asyncDispose]() {
      await door[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true });
    },
  };
}

/** A connection, with all that it was told. */
async function openSocket(env: Readonly<Record<string, string>>) {
  const socket = new WebSocket(env.SOLANA_WS_URL ?? "");
  const heard: Json[] = [];
  socket.addEventListener("message", ({ data }) => heard.push(JSON.parse(String(data))));
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve);
    socket.addEventListener("error", reject);
  });
  let id = 0;
  return {
    ask(method: string, ...params: Json[]) {
      id += 1;
      socket.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
    },
    async heard(count: number) {
      await vi.waitFor(() => expect(heard.length).toBeGreaterThanOrEqual(count), waitMs);
      return heard;
    },
    unsent: () => socket.bufferedAmount,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => socket.addEventListener("close", resolve));
      socket.close();
      await closed;
    },
  };
}
