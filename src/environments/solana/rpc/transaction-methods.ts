// Methods that simulate and send, and that tell what became of what was sent. A transaction of a program goes the same
// way as one of the tool `submit`.

import type { Address } from "@solana/kit";
import { z } from "zod";
import type { Json } from "../../../core/document-value.ts";
import type { TransactionRecord } from "../../observation.ts";
import { blockhashSlots, executeSigned, isRecent } from "../execute.ts";
import type { SignedTransaction } from "../pending-transaction.ts";
import type { SolanaState } from "../state.ts";
import type { VmSimulation } from "../vm.ts";
import { accountJson } from "./account-data.ts";
import { addressParam, anyConfig, defineMethod, inContext } from "./method.ts";
import { rpcCodes, rpcFailure, transactionErrorJson } from "./rpc-error.ts";
import { bytesOf, readSent } from "./sent-transaction.ts";

const encoding = z.enum(["base58", "base64"]).default("base58");
const sendConfig = z.looseObject({ encoding, skipPreflight: z.boolean().nullish() }).nullish();
const simulateConfig = z
  .looseObject({
    encoding,
    sigVerify: z.boolean().nullish(),
    replaceRecentBlockhash: z.boolean().nullish(),
    innerInstructions: z.boolean().nullish(),
    accounts: z
      .looseObject({
        addresses: z.array(addressParam).max(100),
        encoding: z.enum(["base64", "base64+zstd", "jsonParsed"]).default("base64"),
      })
      .nullish(),
  })
  .nullish();
const statusesMax = 256;

export const transactionMethods = [
  defineMethod("sendTransaction", z.tuple([z.string()], sendConfig), async (state, [text, config]) => {
    const sent = readSent(bytesOf(text, config?.encoding ?? "base58"), state.vm);
    // Sent again, as clients do when they hear nothing: it is the same transaction, and lands no second time.
    if (state.transactions.some(({ signature, landed }) => landed && signature === sent.signature))
      return sent.signature;
    const isChecked = config?.skipPreflight !== true;
    const record = await executeSigned(state, sent, { isSimulatedFirst: isChecked });
    if (isChecked && !record.landed) throw preflightFailure(record);
    return record.signature;
  }),
  defineMethod("simulateTransaction", z.tuple([z.string()], simulateConfig), (state, [text, config]) => {
    const sent = readSent(bytesOf(text, config?.encoding ?? "base58"), state.vm);
    const checks = {
      signatures: config?.sigVerify !== true,
      blockhash: config?.replaceRecentBlockhash === true || isRecent(state, sent.blockhash),
    };
    const result = state.vm.without(checks, () => state.vm.simulate(sent.wire));
    const replaced = { blockhash: state.vm.blockhash(), lastValidBlockHeight: state.vm.slot() + blockhashSlots };
    return inContext(state, {
      err: result.error === null ? null : transactionErrorJson(result.error),
      logs: result.logs,
      accounts: simulatedAccounts(state, config?.accounts ?? null, result),
      unitsConsumed: result.computeUnits,
      innerInstructions: null,
      loadedAccountsDataSize: loadedBytes(state, sent),
      returnData: null,
      replacementBlockhash: config?.replaceRecentBlockhash === true ? replaced : null,
    });
  }),
  defineMethod("getSignatureStatuses", z.tuple([z.array(z.string()).max(statusesMax)], anyConfig), (state, [asked]) =>
    inContext(
      state,
      asked.map((signature) => statusOf(state, signature)),
    ),
  ),
];

/** How a landed transaction stands; null for one that is not known or never landed. */
function statusOf(state: SolanaState, signature: string): Json {
  const record = state.transactions.find((one) => one.landed && one.signature === signature);
  if (record === undefined) return null;
  const err = errorOf(record);
  const status: Json = err === null ? { Ok: null } : { Err: err };
  return { slot: record.slot, confirmations: null, err, status, confirmationStatus: "finalized" };
}

/** The error of a transaction as JSON; null for one that succeeded. */
export function errorOf({ error }: TransactionRecord): Json {
  return error === null ? null : transactionErrorJson(error);
}

function preflightFailure(record: TransactionRecord) {
  const { error, logs, computeUnits } = record;
  const data = {
    ...{ err: errorOf(record), logs, unitsConsumed: computeUnits },
    ...{ accounts: null, innerInstructions: null, returnData: null },
  };
  return rpcFailure(rpcCodes.preflightFailed, `Transaction simulation failed: ${error}`, data);
}

/** What the accounts would be; nodes tell of none for a simulation that failed. */
function simulatedAccounts(
  { vm }: SolanaState,
  asked: { addresses: Address[]; encoding: "base64" | "base64+zstd" | "jsonParsed" } | null,
  simulated: VmSimulation,
): Json {
  if (asked === null || simulated.error !== null) return null;
  const after = new Map(simulated.accounts().map(({ address, account }) => [address, account]));
  const { encoding } = asked;
  return asked.addresses.map((address) => accountJson(vm, after.get(address) ?? vm.account(address), { encoding }));
}

function loadedBytes({ vm }: SolanaState, { accounts }: SignedTransaction): number {
  return accounts.reduce((sum, { address }) => sum + (vm.account(address)?.data.length ?? 0), 0);
}
