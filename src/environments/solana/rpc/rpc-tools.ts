// All methods of the RPC as tools of one world.

import type { Tool } from "../../../core/tool.ts";
import type { SolanaState } from "../state.ts";
import { accountMethods } from "./account-methods.ts";
import { chainMethods } from "./chain-methods.ts";
import { subscriptionMethods } from "./subscription-methods.ts";
import { transactionMethods } from "./transaction-methods.ts";

const makers = [...chainMethods, ...accountMethods, ...transactionMethods, ...subscriptionMethods];

/** The tools by which a program's calls of the RPC are made and recorded. */
export function rpcTools(state: SolanaState): Tool[] {
  return makers.map((make) => make(state));
}
