// A script for @solana/kit as anybody would write it for a real cluster; only the addresses and the key come from
// Runledger.
//
//   npx runledger run benchmarks/001-sol-transfer.yml --agent-command "node examples/agents/kit-001.mjs"

import { readFileSync } from "node:fs";
import {
  address,
  appendTransactionMessageInstruction,
  assertIsTransactionWithBlockhashLifetime,
  createKeyPairSignerFromBytes,
  createSolanaRpc,
  createSolanaRpcSubscriptions,
  createTransactionMessage,
  getSignatureFromTransaction,
  lamports,
  pipe,
  sendAndConfirmTransactionFactory,
  setTransactionMessageFeePayerSigner,
  setTransactionMessageLifetimeUsingBlockhash,
  signTransactionMessageWithSigners,
} from "@solana/kit";
import { getTransferSolInstruction } from "@solana-program/system";

const destination = address(/ to (\w+)/.exec(process.env.RUNLEDGER_PROMPT)[1]);
const rpc = createSolanaRpc(process.env.SOLANA_RPC_URL);
const rpcSubscriptions = createSolanaRpcSubscriptions(process.env.SOLANA_WS_URL);
const bytes = Uint8Array.from(JSON.parse(readFileSync(process.env.SOLANA_KEYPAIR, "utf8")));
const wallet = await createKeyPairSignerFromBytes(bytes);

const { value: blockhash } = await rpc.getLatestBlockhash().send();
const message = pipe(
  createTransactionMessage({ version: 0 }),
  (empty) => setTransactionMessageFeePayerSigner(wallet, empty),
  (paid) => setTransactionMessageLifetimeUsingBlockhash(blockhash, paid),
  (living) =>
    appendTransactionMessageInstruction(
      getTransferSolInstruction({ source: wallet, destination, amount: lamports(100_000_000n) }),
      living,
    ),
);
const transaction = await signTransactionMessageWithSigners(message);
assertIsTransactionWithBlockhashLifetime(transaction);
await sendAndConfirmTransactionFactory({ rpc, rpcSubscriptions })(transaction, { commitment: "confirmed" });
const { value: balance } = await rpc.getBalance(destination).send();
console.log(`sent ${getSignatureFromTransaction(transaction)}, the recipient holds ${balance} lamports`);
