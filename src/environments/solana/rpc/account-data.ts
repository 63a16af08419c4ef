// An account as the RPC gives it: its data in the encoding that was asked for, or as fields for programs that are known.

import { zstdCompressSync } from "node:zlib";
import { type Address, getBase58Decoder, getBase64Decoder } from "@solana/kit";
import { z } from "zod";
import type { Json } from "../../../core/document-value.ts";
import { tokenKindOf } from "../accounts/token-layout.ts";
import { isTokenProgram, token2022Program } from "../programs.ts";
import { fieldsOf } from "../read-account.ts";
import type { Vm, VmAccount } from "../vm.ts";
import { rpcCodes, rpcFailure } from "./rpc-error.ts";

/** What a request may ask of the data; commitments are all the same here, since nothing is ever undone. */
export const accountConfig = z.looseObject({
  encoding: z.enum(["base58", "base64", "base64+zstd", "jsonParsed"]).optional(),
  dataSlice: z.object({ offset: z.int().nonnegative(), length: z.int().nonnegative() }).optional(),
});
export type AccountConfig = z.infer<typeof accountConfig>;

/** Nodes give no more than this in base58, which is slow to make. */
const base58BytesMax = 128;

/** The account as JSON; null if there is none. */
export function accountJson(vm: Vm, account: VmAccount | null, config: AccountConfig): Json {
  if (account === null) return null;
  const { lamports, owner, executable = false, data } = account;
  return {
    lamports: Number(lamports),
    owner,
    executable,
    rentEpoch: 0,
    space: data.length,
    data: dataJson(vm, account, config),
  };
}

/** An amount of tokens, as the RPC says it. */
export function tokenAmount(amount: bigint, decimals: number): Record<string, Json> {
  const text = amount.toString().padStart(decimals + 1, "0");
  const whole = decimals === 0 ? text : text.slice(0, -decimals);
  const fraction = decimals === 0 ? "" : text.slice(-decimals).replace(/0+$/, "");
  const uiAmountString = fraction === "" ? whole : `${whole}.${fraction}`;
  return { amount: amount.toString(), decimals, uiAmount: Number(uiAmountString), uiAmountString };
}

/** Whether the data, in the encoding that is asked for, is more than nodes give of it. */
export function isTooLongForBase58(account: VmAccount, config: AccountConfig): boolean {
  const { encoding = "base58" } = config;
  return encoding === "base58" && sliceOf(account, config).length > base58BytesMax;
}

function sliceOf({ data }: VmAccount, { dataSlice }: AccountConfig): VmAccount["data"] {
  return dataSlice === undefined ? data : data.subarray(dataSlice.offset, dataSlice.offset + dataSlice.length);
}

function dataJson(vm: Vm, account: VmAccount, config: AccountConfig): Json {
  const { encoding } = config;
  const slice = sliceOf(account, config);
  if (encoding === "jsonParsed") {
    const parsed = parsedJson(vm, account);
    if (parsed !== null) return parsed;
  }
  if (encoding === undefined || encoding === "base58") {
    if (isTooLongForBase58(account, config)) {
      const message = `Encoded binary (base 58) data should be less than ${base58BytesMax} bytes, please use Base64 encoding.`;
      throw rpcFailure(rpcCodes.invalidRequest, message);
    }
    const text = getBase58Decoder().decode(slice);
    return encoding === undefined ? text : [text, "base58"];
  }
  if (encoding === "base64+zstd") return [zstdCompressSync(slice).toString("base64"), "base64+zstd"];
  return [getBase64Decoder().decode(slice), "base64"];
}

/** Token accounts and mints by their fields; null for all else, which is then given as it is. */
function parsedJson(vm: Vm, account: VmAccount): Json {
  if (!isTokenProgram(account.owner)) return null;
  const kind = tokenKindOf(account.data);
  const fields = fieldsOf(account);
  const program = account.owner === token2022Program ? "spl-token-2022" : "spl-token";
  const space = account.data.length;
  if (kind === "mint") {
    const { decimals, supply, mint_authority, freeze_authority } = fields;
    if (supply === undefined) return null;
    const info = {
      ...{ decimals: Number(decimals), supply, isInitialized: true },
      ...{ mintAuthority: orNull(mint_authority), freezeAuthority: orNull(freeze_authority) },
    };
    return { program, space, parsed: { type: "mint", info } };
  }
  const { mint, owner, amount, state, is_native, delegate, delegated_amount, close_authority } = fields;
  if (mint === undefined || amount === undefined) return null;
  const decimals = decimalsOf(vm, mint as Address);
  const info: Record<string, Json> = {
    ...{ mint, owner: owner ?? null, state: state ?? null, isNative: is_native === "true" },
    tokenAmount: tokenAmount(BigInt(amount), decimals),
  };
  if (delegate !== undefined && delegate !== "none") {
    info.delegate = delegate;
    info.delegatedAmount = tokenAmount(BigInt(delegated_amount ?? "0"), decimals);
  }
  if (close_authority !== undefined && close_authority !== "none") info.closeAuthority = close_authority;
  return { program, space, parsed: { type: "account", info } };
}

/** Decimals of a mint; 0 if there is no such mint any more. */
export function decimalsOf(vm: Vm, mint: Address): number {
  const account = vm.account(mint);
  return account === null ? 0 : Number(fieldsOf(account).decimals ?? 0);
}

function orNull(field: string | undefined): Json {
  return field === undefined || field === "none" ? null : field;
}
