// All kinds of assertions that this build judges, by name, and those that the format names and this build does not.

import type { AssertionKind } from "./assertion.ts";
import { accountClosed, accountExists } from "./assertions/account-existence.ts";
import { declined } from "./assertions/declined.ts";
import { instructionAbsent, instructionUsed } from "./assertions/instruction-use.ts";
import { solBalance } from "./assertions/sol-balance.ts";
import { solBalanceChange } from "./assertions/sol-balance-change.ts";
import { solSpent } from "./assertions/sol-spent.ts";

export const assertionKinds: Readonly<Record<string, AssertionKind>> = {
  SolBalance: solBalance,
  SolBalanceChange: solBalanceChange,
  SolSpent: solSpent,
  AccountExists: accountExists,
  AccountClosed: accountClosed,
  InstructionUsed: instructionUsed,
  InstructionAbsent: instructionAbsent,
  Declined: declined,
};

export const assertionKindsNotYet: readonly string[] = [
  "TokenAccountBalance",
  "AccountField",
  "Equals",
  "Contains",
  "Matches",
  "Number",
  "JsonSchema",
  "Judge",
  "FileExists",
  "FileEquals",
  "FileMatches",
  "Command",
];
