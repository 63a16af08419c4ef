// Methods about the chain itself: health, slots, blockhashes, what things cost. Slots are the VM's own: one a
// transaction, none by themselves.

import { createHash } from "node:crypto";
import { getBase58Decoder } from "@solana/kit";
import { z } from "zod";
import { blockhashSlots, isRecent } from "../execute.ts";
import { anyConfig, defineMethod, inContext, versionOfApi } from "./method.ts";
import { bytesOf, feeOf, readMessage } from "./sent-transaction.ts";

const slotsInEpoch = 432_000;
/** Told apart from every real cluster, by name and for ever. */
const genesisHash = getBase58Decoder().decode(createHash("sha256").update("runledger/solana").digest());

const noParams = z.tuple([anyConfig]);
const text = z.string();

export const chainMethods = [
  defineMethod("getHealth", noParams, () => "ok"),
  defineMethod("getVersion", noParams, () => ({ "solana-core": versionOfApi, "feature-set": 0 })),
  defineMethod("getGenesisHash", noParams, () => genesisHash),
  defineMethod("getSlot", noParams, ({ vm }) => vm.slot()),
  defineMethod("getBlockHeight", noParams, ({ vm }) => vm.slot()),
  defineMethod("getEpochInfo", noParams, (state) => {
    const slot = state.vm.slot();
    return {
      ...{ absoluteSlot: slot, blockHeight: slot, epoch: Math.floor(slot / slotsInEpoch) },
      ...{ slotIndex: slot % slotsInEpoch, slotsInEpoch },
      transactionCount: state.transactions.filter(({ landed }) => landed).length,
    };
  }),
  defineMethod("getLatestBlockhash", noParams, (state) =>
    inContext(state, { blockhash: state.vm.blockhash(), lastValidBlockHeight: state.vm.slot() + blockhashSlots }),
  ),
  defineMethod("isBlockhashValid", z.tuple([text, anyConfig]), (state, [hash]) =>
    inContext(state, hash === state.vm.blockhash() || isRecent(state, hash)),
  ),
  defineMethod(
    "getMinimumBalanceForRentExemption",
    z.tuple([z.int().min(0).max(10_485_760), anyConfig]),
    ({ vm }, [bytes]) => Number(vm.rentExemptMinimum(bytes)),
  ),
  defineMethod("getFeeForMessage", z.tuple([text, anyConfig]), (state, [message]) =>
    inContext(state, Number(feeOf(readMessage(bytesOf(message, "base64"), state.vm)))),
  ),
];
