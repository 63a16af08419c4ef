// The account kind `mint`: what the Token Program or Token-2022 keeps of a token.

import { getAddressEncoder, getU16Encoder, getU64Encoder } from "@solana/kit";
import { getMintEncoder } from "@solana-program/token";
import { RunledgerError } from "../../../core/errors.ts";
import type { EntryOf, MintExtension } from "../account-entry.ts";
import { token2022Program } from "../programs.ts";
import { addressOf, type Place, putAccount } from "./place.ts";
import { type Extension, extensionType, withExtensions } from "./token-layout.ts";

/** Makes the mint, initialized. */
export function makeMint(place: Place, entry: EntryOf<"mint">): void {
  const { decimals, supply, mint_authority: mints, freeze_authority: freezes, extensions } = entry.data;
  if (extensions.length > 0 && entry.owner !== token2022Program) {
    throw new RunledgerError(
      "benchmark.invalid",
      `initial_state: ${place.name} has extensions; its owner must be token-2022`,
    );
  }
  const base = getMintEncoder().encode({
    mintAuthority: mints === undefined ? null : addressOf(place, mints),
    supply: BigInt(supply),
    decimals,
    isInitialized: true,
    freezeAuthority: freezes === undefined ? null : addressOf(place, freezes),
  });
  const data = withExtensions(
    new Uint8Array(base),
    "mint",
    extensions.map((one) => extensionOf(place, one)),
  );
  putAccount(place, { owner: entry.owner as typeof token2022Program, data, lamports: entry.lamports });
}

function extensionOf(place: Place, extension: MintExtension): Extension {
  switch (extension.type) {
    case "transfer_fee":
      return { type: extensionType.transferFeeConfig, data: transferFeeConfig(place, extension) };
    case "non_transferable":
      return { type: extensionType.nonTransferable, data: new Uint8Array() };
    case "permanent_delegate":
      return { type: extensionType.permanentDelegate, data: optionalKey(place, extension.delegate) };
    case "close_authority":
      return { type: extensionType.mintCloseAuthority, data: optionalKey(place, extension.authority) };
  }
}

/** Both authorities, what the mint itself withholds, and the fee twice: until and from an epoch, here both epoch 0. */
function transferFeeConfig(place: Place, fee: Extract<MintExtension, { type: "transfer_fee" }>): Uint8Array {
  const epoch = [...getU64Encoder().encode(0n)];
  const rate = [
    ...epoch,
    ...getU64Encoder().encode(BigInt(fee.maximum_fee)),
    ...getU16Encoder().encode(fee.basis_points),
  ];
  return new Uint8Array([
    ...optionalKey(place, fee.config_authority),
    ...optionalKey(place, fee.withdraw_authority),
    ...getU64Encoder().encode(0n),
    ...rate,
    ...rate,
  ]);
}

/** 32 bytes; zeros stand for nobody. */
function optionalKey(place: Place, name: string | undefined): Uint8Array {
  return name === undefined ? new Uint8Array(32) : new Uint8Array(getAddressEncoder().encode(addressOf(place, name)));
}
