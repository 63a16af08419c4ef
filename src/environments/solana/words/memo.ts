// Instructions of the Memo program in words: it has one, and its data is the text.

import type { PlainInstruction } from "../plain-instruction.ts";
import type { Words } from "./words.ts";

/** The memo. @throws if the data is no UTF-8, which the program refuses too. */
export function memoWords({ data }: PlainInstruction): Words {
  return { name: "memo", args: { text: new TextDecoder("utf-8", { fatal: true }).decode(data) } };
}
