// The way into a Solana world for programs: the RPC on loopback, and the keys that the agent may sign with as files of the
// form that the Solana tools write.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createKeyPairSignerFromPrivateKeyBytes, getAddressEncoder } from "@solana/kit";
import type { Door, DoorSetup, WorldDoor } from "../../environment.ts";
import { userWallet } from "../account-entry.ts";
import { secretOf } from "../keys.ts";
import type { SolanaState } from "../state.ts";
import { methodOf } from "./method.ts";
import { startRpcServer } from "./rpc-server.ts";
import { rpcTools } from "./rpc-tools.ts";

/** @param seed Of the run: keys derive from it. */
export function rpcDoor(state: SolanaState, seed: number): WorldDoor {
  const tools = rpcTools(state);
  const methods = tools.map(({ name }) => methodOf(name));
  return { tools, open: (setup) => openRpc(state, { ...setup, seed, methods }) };
}

/** Opens the RPC and lays down the keys. */
async function openRpc(
  state: SolanaState,
  of: DoorSetup & { seed: number; methods: readonly string[] },
): Promise<Door> {
  const { call, folder, seed, methods } = of;
  const keys = join(folder, "keys");
  mkdirSync(keys, { recursive: true, mode: 0o700 });
  for (const [name, address] of Object.entries(state.book.names)) {
    if (state.book.signerFor(address) === null) continue;
    writeFileSync(join(keys, `${name}.json`), await keyFile({ seed, name }), { mode: 0o600 });
  }
  const server = await startRpcServer(state, { methods, call });
  return {
    env: {
      SOLANA_RPC_URL: server.url,
      SOLANA_WS_URL: server.wsUrl,
      SOLANA_KEYPAIR: join(keys, `${userWallet}.json`),
      SOLANA_KEYS: keys,
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** A list of 64 numbers: the secret, then the public key. */
async function keyFile(key: { seed: number; name: string }): Promise<string> {
  const secret = secretOf(key);
  const { address } = await createKeyPairSignerFromPrivateKeyBytes(secret);
  return JSON.stringify([...secret, ...getAddressEncoder().encode(address)]);
}
