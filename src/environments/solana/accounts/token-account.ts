// The account kind `token_account`: somebody's tokens of one mint, under the program that the mint is under. One whose
// name ends in _ATA lies at the associated token address of its owner and mint.

import { getU64Encoder } from "@solana/kit";
import { AccountState, getTokenEncoder } from "@solana-program/token";
import { RunledgerError } from "../../../core/errors.ts";
import type { EntryOf, TokenAccountExtension } from "../account-entry.ts";
import { isTokenProgram, token2022Program } from "../programs.ts";
import type { VmAccount } from "../vm.ts";
import { addressOf, type Place, putAccount } from "./place.ts";
import { type Extension, extensionsOf, extensionType, plainAccountBytes, withExtensions } from "./token-layout.ts";

/** Makes the token account, initialized, with the extensions that its mint demands. */
export function makeTokenAccount(place: Place, entry: EntryOf<"token_account">): void {
  const { data: wanted } = entry;
  const mint = addressOf(place, wanted.mint);
  const mintAccount = place.vm.account(mint);
  if (mintAccount === null || !isTokenProgram(mintAccount.owner))
    throw faultOf(place, `its mint ${wanted.mint} is none that exists`);
  const program = mintAccount.owner;
  if (entry.owner !== undefined && entry.owner !== program)
    throw faultOf(place, `its owner is ${entry.owner}, and its mint's is ${program}`);
  const extensions = extensionsFor(place, mintAccount, wanted.extensions);
  const data = tokenAccountData(place, wanted, extensions);
  putAccount(place, {
    owner: program,
    data,
    lamports: entry.lamports,
    // Wrapped SOL is the lamports that lie in the account above its rent.
    extraLamports: wanted.is_native ? BigInt(wanted.amount) : 0n,
  });
}

function tokenAccountData(place: Place, wanted: EntryOf<"token_account">["data"], extensions: Extension[]): Uint8Array {
  const { delegate, delegated_amount: delegated, close_authority: closes, is_native: isNative } = wanted;
  const bytes =
    plainAccountBytes +
    (extensions.length === 0 ? 0 : 1 + extensions.reduce((sum, { data }) => sum + 4 + data.length, 0));
  const base = getTokenEncoder().encode({
    mint: addressOf(place, wanted.mint),
    owner: addressOf(place, wanted.owner),
    amount: BigInt(wanted.amount),
    delegate: delegate === undefined ? null : addressOf(place, delegate),
    state: wanted.frozen ? AccountState.Frozen : AccountState.Initialized,
    isNative: isNative ? place.vm.rentExemptMinimum(bytes) : null,
    delegatedAmount: BigInt(delegated ?? 0),
    closeAuthority: closes === undefined ? null : addressOf(place, closes),
  });
  return withExtensions(new Uint8Array(base), "account", extensions);
}

/** The declared extensions and those that the mint's demand; under Token-2022 an associated account's owner is fixed. */
function extensionsFor(place: Place, mint: VmAccount, declared: readonly TokenAccountExtension[]): Extension[] {
  if (mint.owner !== token2022Program) {
    if (declared.length > 0) throw faultOf(place, "it has extensions, and its mint is not of token-2022");
    return [];
  }
  const ofMint = extensionsOf(mint.data).map(({ type }) => type);
  const withheld = declared.find((one) => one.type === "withheld_fee");
  const isFeeKept = ofMint.includes(extensionType.transferFeeConfig);
  if (withheld !== undefined && !isFeeKept) throw faultOf(place, "it withholds a fee, and its mint has none");
  const isOwnerFixed = place.name.endsWith("_ATA") || declared.some(({ type }) => type === "immutable_owner");
  const none = new Uint8Array();
  return [
    ...(isOwnerFixed ? [{ type: extensionType.immutableOwner, data: none }] : []),
    ...(isFeeKept
      ? [
          {
            type: extensionType.transferFeeAmount,
            data: new Uint8Array(getU64Encoder().encode(BigInt(withheld?.amount ?? 0))),
          },
        ]
      : []),
    ...(ofMint.includes(extensionType.nonTransferable)
      ? [{ type: extensionType.nonTransferableAccount, data: none }]
      : []),
    ...(declared.some(({ type }) => type === "memo_required")
      ? [{ type: extensionType.memoTransfer, data: new Uint8Array([1]) }]
      : []),
  ];
}

function faultOf({ name }: Place, cause: string): RunledgerError {
  return new RunledgerError("benchmark.invalid", `initial_state: the token account ${name} cannot be made: ${cause}`);
}
