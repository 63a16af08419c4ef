// Instructions of the Compute Budget program in words.

import type { PlainInstruction } from "../plain-instruction.ts";
import type { Words } from "./words.ts";

/** Name and arguments of a Compute Budget instruction. @throws if the data is none that the program knows. */
export function computeBudgetWords({ data }: PlainInstruction): Words {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  switch (data[0]) {
    case 1:
      return { name: "requestHeapFrame", args: { bytes: view.getUint32(1, true).toString() } };
    case 2:
      return { name: "setComputeUnitLimit", args: { units: view.getUint32(1, true).toString() } };
    case 3:
      return { name: "setComputeUnitPrice", args: { microLamports: view.getBigUint64(1, true).toString() } };
    case 4:
      return { name: "setLoadedAccountsDataSizeLimit", args: { bytes: view.getUint32(1, true).toString() } };
    default:
      throw new RangeError(`the Compute Budget program has no instruction ${data[0]}`);
  }
}
