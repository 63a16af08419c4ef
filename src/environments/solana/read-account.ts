// What the data of an account says, field by field; see `account-fields.ts`.

import { type Address, getAddressDecoder, isSome, type Option } from "@solana/kit";
import { getStakeStateAccountDecoder, type StakeStateV2 } from "@solana-program/stake";
import { getNonceDecoder, NonceState } from "@solana-program/system";
import { AccountState, getMintDecoder, getTokenDecoder } from "@solana-program/token";
import type { AccountFieldName } from "../account-fields.ts";
import { lookupTableAddresses } from "./accounts/lookup-table.ts";
import { extensionsOf, extensionType, plainAccountBytes, tokenKindOf } from "./accounts/token-layout.ts";
import { isTokenProgram, lookupTableProgram, stakeProgram, systemProgram } from "./programs.ts";
import type { VmAccount } from "./vm.ts";

type Fields = Partial<Record<AccountFieldName, string>>;

const nonceBytes = 80;
const never = 2n ** 64n - 1n;

/** The fields of the account; none for data that its program would not read either. */
export function fieldsOf(account: VmAccount): Record<string, string> {
  try {
    return readFields(account);
  } catch {
    // Anybody may put bytes of any kind under a program; what cannot be read has no fields.
    return {};
  }
}

function readFields({ owner, data }: VmAccount): Fields {
  if (isTokenProgram(owner)) {
    const kind = tokenKindOf(data);
    if (kind === null) return {};
    return { ...(kind === "mint" ? mintFields(data) : tokenAccountFields(data)), ...extensionFields(data) };
  }
  if (owner === stakeProgram) return stakeFields(getStakeStateAccountDecoder().decode(data).state);
  if (owner === lookupTableProgram) return lookupTableFields(data);
  return owner === systemProgram && data.length === nonceBytes ? nonceFields(data) : {};
}

function mintFields(data: Uint8Array): Fields {
  const mint = getMintDecoder().decode(data.subarray(0, 82));
  if (!mint.isInitialized) return {};
  return {
    decimals: mint.decimals.toString(),
    supply: mint.supply.toString(),
    mint_authority: inWords(mint.mintAuthority),
    freeze_authority: inWords(mint.freezeAuthority),
  };
}

function tokenAccountFields(data: Uint8Array): Fields {
  const token = getTokenDecoder().decode(data.subarray(0, plainAccountBytes));
  if (token.state === AccountState.Uninitialized) return {};
  return {
    mint: token.mint,
    owner: token.owner,
    amount: token.amount.toString(),
    delegate: inWords(token.delegate),
    delegated_amount: token.delegatedAmount.toString(),
    state: token.state === AccountState.Frozen ? "frozen" : "initialized",
    is_native: isSome(token.isNative).toString(),
    close_authority: inWords(token.closeAuthority),
  };
}

function extensionFields(data: Uint8Array): Fields {
  return Object.assign({}, ...extensionsOf(data).map(({ type, data: bytes }) => extensionField(type, bytes)));
}

function extensionField(type: number, bytes: Uint8Array): Fields {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (type) {
    case extensionType.transferFeeConfig:
      return {
        transfer_fee_authority: keyAt(bytes, 0),
        withdraw_withheld_authority: keyAt(bytes, 32),
        withheld_fee: view.getBigUint64(64, true).toString(),
        transfer_fee_maximum: view.getBigUint64(98, true).toString(),
        transfer_fee_basis_points: view.getUint16(106, true).toString(),
      };
    case extensionType.transferFeeAmount:
      return { withheld_fee: view.getBigUint64(0, true).toString() };
    case extensionType.mintCloseAuthority:
      return { close_authority: keyAt(bytes, 0) };
    case extensionType.permanentDelegate:
      return { permanent_delegate: keyAt(bytes, 0) };
    case extensionType.memoTransfer:
      return { memo_required: (bytes[0] === 1).toString() };
    case extensionType.immutableOwner:
      return { immutable_owner: "true" };
    case extensionType.nonTransferable:
    case extensionType.nonTransferableAccount:
      return { non_transferable: "true" };
    default:
      return {};
  }
}

function nonceFields(data: Uint8Array): Fields {
  const nonce = getNonceDecoder().decode(data);
  return nonce.state === NonceState.Initialized ? { nonce_authority: nonce.authority, nonce: nonce.blockhash } : {};
}

function stakeFields(state: StakeStateV2): Fields {
  if (state.__kind === "Uninitialized") return { "stake.state": "uninitialized" };
  if (state.__kind === "RewardsPool") return {};
  const { staker, withdrawer } = state.fields[0].authorized;
  const whose: Fields = { "stake.staker": staker, "stake.withdrawer": withdrawer };
  if (state.__kind === "Initialized") return { "stake.state": "initialized", "stake.voter": "none", ...whose };
  const { voterPubkey, stake, activationEpoch, deactivationEpoch } = state.fields[1].delegation;
  return {
    "stake.state": "delegated",
    ...whose,
    "stake.voter": voterPubkey,
    "stake.amount": stake.toString(),
    "stake.activation_epoch": epochInWords(activationEpoch),
    "stake.deactivation_epoch": epochInWords(deactivationEpoch),
  };
}

function lookupTableFields(data: Uint8Array): Fields {
  return {
    "lookup_table.authority": data[21] === 1 ? keyAt(data, 22) : "none",
    "lookup_table.addresses": lookupTableAddresses(data).length.toString(),
  };
}

function inWords(key: Option<Address>): string {
  return isSome(key) ? key.value : "none";
}

function epochInWords(epoch: bigint): string {
  return epoch === never ? "none" : epoch.toString();
}

/** The address at the offset; `none` for zeros, which stand for nobody. */
function keyAt(bytes: Uint8Array, offset: number): string {
  const key = bytes.subarray(offset, offset + 32);
  return key.every((byte) => byte === 0) ? "none" : getAddressDecoder().decode(key);
}
