// Instructions of Token-2022 in words: those of the Token Program, and those of extensions that have words here.

import type { PlainInstruction } from "../plain-instruction.ts";
import { memoTransferTag, transferCheckedWithFeeTag, transferFeeTag } from "../token-2022.ts";
import { tokenWords } from "./token.ts";
import type { Words } from "./words.ts";

/** Name and arguments of a Token-2022 instruction. @throws if the data is none that we can read. */
export function token2022Words(instruction: PlainInstruction): Words {
  const { data } = instruction;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (data[0] === transferFeeTag && data[1] === transferCheckedWithFeeTag) {
    const [amount, decimals, fee] = [view.getBigUint64(2, true), view.getUint8(10), view.getBigUint64(11, true)];
    return { name: "transferCheckedWithFee", args: { amount: `${amount}`, decimals: `${decimals}`, fee: `${fee}` } };
  }
  if (data[0] === memoTransferTag) {
    return { name: data[1] === 0 ? "enableRequiredMemoTransfers" : "disableRequiredMemoTransfers", args: {} };
  }
  return tokenWords(instruction);
}
