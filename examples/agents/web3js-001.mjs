// A script for @solana/web3.js as anybody would write it for a real cluster; only the address and the key come from
// Runledger. It speaks no protocol: what it does on the chain is recorded, and its end is the agent's.
//
//   npx runledger run benchmarks/001-sol-transfer.yml --agent-command "node examples/agents/web3js-001.mjs"

import { readFileSync } from "node:fs";
import { Connection, Keypair, PublicKey, SystemProgram, sendAndConfirmTransaction, Transaction } from "@solana/web3.js";

const recipient = new PublicKey(/ to (\w+)/.exec(process.env.RUNLEDGER_PROMPT)[1]);

const connection = new Connection(process.env.SOLANA_RPC_URL, "confirmed");
const wallet = Keypair.fromSecretKey(Uint8Array.from(JSON.parse(readFileSync(process.env.SOLANA_KEYPAIR, "utf8"))));

const transfer = SystemProgram.transfer({
  fromPubkey: wallet.publicKey,
  toPubkey: recipient,
  lamports: 100_000_000,
});
const signature = await sendAndConfirmTransaction(connection, new Transaction().add(transfer), [wallet]);
console.log(`sent ${signature}, the recipient holds ${await connection.getBalance(recipient)} lamports`);
