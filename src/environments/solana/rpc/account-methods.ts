// Methods that look at accounts.

import type { Address } from "@solana/kit";
import { z } from "zod";
import type { Json } from "../../../core/document-value.ts";
import { isTokenProgram, token2022Program, tokenProgram } from "../programs.ts";
import { fieldsOf } from "../read-account.ts";
import type { SolanaState } from "../state.ts";
import { type AccountConfig, accountConfig, accountJson, decimalsOf, tokenAmount } from "./account-data.ts";
import { addressParam, anyConfig, defineMethod, inContext } from "./method.ts";
import { invalidParams } from "./rpc-error.ts";

const accountsMax = 100;

/** With an address first, and a config that may be left out. */
const ofAddress = <Config extends z.ZodType>(config: Config) => z.tuple([addressParam], config);
const config = accountConfig.nullish();

export const accountMethods = [
  defineMethod("getBalance", ofAddress(anyConfig), (state, [address]) =>
    inContext(state, Number(state.vm.lamports(address))),
  ),
  defineMethod("getAccountInfo", ofAddress(config), (state, [address, given]) =>
    inContext(state, accountJson(state.vm, state.vm.account(address), given ?? {})),
  ),
  defineMethod(
    "getMultipleAccounts",
    z.tuple([z.array(addressParam).max(accountsMax)], config),
    (state, [addresses, given]) =>
      inContext(
        state,
        addresses.map((one) => accountJson(state.vm, state.vm.account(one), { encoding: "base64", ...given })),
      ),
  ),
  defineMethod("getTokenAccountBalance", ofAddress(anyConfig), (state, [address]) => {
    const { mint, amount } = tokenFields(state, address, "a Token account");
    if (mint === undefined || amount === undefined) throw invalidParams("not a Token account");
    return inContext(state, tokenAmount(BigInt(amount), decimalsOf(state.vm, mint as Address)));
  }),
  defineMethod("getTokenSupply", ofAddress(anyConfig), (state, [address]) => {
    const { supply, decimals } = tokenFields(state, address, "a Token mint");
    if (supply === undefined) throw invalidParams("not a Token mint");
    return inContext(state, tokenAmount(BigInt(supply), Number(decimals)));
  }),
  defineMethod(
    "getTokenAccountsByOwner",
    z.tuple([addressParam, z.union([z.object({ mint: addressParam }), z.object({ programId: addressParam })])], config),
    (state, [owner, filter, given]) => inContext(state, ownedAccounts(state, { owner, filter, config: given ?? {} })),
  ),
];

type Filter = { mint: Address } | { programId: Address };

function ownedAccounts(state: SolanaState, of: { owner: Address; filter: Filter; config: AccountConfig }): Json {
  const { owner, filter, config: asked } = of;
  const programs = "programId" in filter ? [filter.programId] : [tokenProgram, token2022Program];
  return programs.filter(isTokenProgram).flatMap((program) =>
    state.vm.accountsOf(program).flatMap(({ address, account }) => {
      const { owner: whose, mint, amount } = fieldsOf(account);
      if (whose !== owner || amount === undefined || ("mint" in filter && mint !== filter.mint)) return [];
      return [{ pubkey: address as string, account: accountJson(state.vm, account, asked) }];
    }),
  );
}

function tokenFields({ vm }: SolanaState, address: Address, what: string): ReturnType<typeof fieldsOf> {
  const account = vm.account(address);
  if (account === null) throw invalidParams("could not find account");
  if (!isTokenProgram(account.owner)) throw invalidParams(`not ${what}`);
  return fieldsOf(account);
}
