// The account kind `stake`: lamports that may be delegated to a validator's vote account.

import { getStakeStateAccountEncoder, type StakeStateV2Args } from "@solana-program/stake";
import type { EntryOf } from "../account-entry.ts";
import { stakeProgram, systemProgram } from "../programs.ts";
import { addressOf, type Place, putAccount } from "./place.ts";

/** Length of a stake account. */
export const stakeBytes = 200;
/** As an activation epoch: active since ever. As a deactivation epoch: never. */
const never = 2n ** 64n - 1n;

/** Makes the stake account: initialized, or delegated and fully active if there is a vote account. */
export function makeStake(place: Place, entry: EntryOf<"stake">): void {
  const { staker, withdrawer, vote, amount } = entry.data;
  const meta = {
    rentExemptReserve: place.vm.rentExemptMinimum(stakeBytes),
    authorized: { staker: addressOf(place, staker), withdrawer: addressOf(place, withdrawer) },
    lockup: { unixTimestamp: 0n, epoch: 0n, custodian: systemProgram },
  };
  const state: StakeStateV2Args =
    vote === undefined
      ? { __kind: "Initialized", fields: [meta] }
      : {
          __kind: "Stake",
          fields: [
            meta,
            {
              delegation: {
                voterPubkey: addressOf(place, vote),
                stake: BigInt(amount),
                activationEpoch: never,
                deactivationEpoch: never,
                reserved: new Array(8).fill(0),
              },
              creditsObserved: 0n,
            },
            { bits: 0 },
          ],
        };
  const data = new Uint8Array(stakeBytes);
  data.set(getStakeStateAccountEncoder().encode({ state }));
  putAccount(place, { owner: stakeProgram, data, lamports: entry.lamports, extraLamports: BigInt(amount) });
}
