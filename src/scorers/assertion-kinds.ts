// All kinds of assertions, by name.

import type { AssertionKind } from "./assertion.ts";
import { accountClosed, accountExists } from "./assertions/account-existence.ts";
import { accountField } from "./assertions/account-field.ts";
import { jsonSchema } from "./assertions/answer-json.ts";
import { answerNumber } from "./assertions/answer-number.ts";
import { contains, equals, matches } from "./assertions/answer-text.ts";
import { declined } from "./assertions/declined.ts";
import { instructionAbsent, instructionUsed } from "./assertions/instruction-use.ts";
import { judge } from "./assertions/judge.ts";
import { solBalance } from "./assertions/sol-balance.ts";
import { solBalanceChange } from "./assertions/sol-balance-change.ts";
import { solSpent } from "./assertions/sol-spent.ts";
import { tokenAccountBalance } from "./assertions/token-account-balance.ts";
import { transactionCount } from "./assertions/transaction-count.ts";
import { command } from "./assertions/workspace-command.ts";
import { fileEquals, fileExists, fileMatches } from "./assertions/workspace-file.ts";

/** The kinds of this build. */
export const assertionKinds: Readonly<Record<string, AssertionKind>> = {
  SolBalance: solBalance,
  SolBalanceChange: solBalanceChange,
  SolSpent: solSpent,
  TokenAccountBalance: tokenAccountBalance,
  AccountField: accountField,
  AccountExists: accountExists,
  AccountClosed: accountClosed,
  InstructionUsed: instructionUsed,
  InstructionAbsent: instructionAbsent,
  TransactionCount: transactionCount,
  Declined: declined,
  Equals: equals,
  Contains: contains,
  Matches: matches,
  Number: answerNumber,
  JsonSchema: jsonSchema,
  Judge: judge,
  FileExists: fileExists,
  FileEquals: fileEquals,
  FileMatches: fileMatches,
  Command: command,
};

/** Those that the project's configuration adds; a process works for one project. */
const addedKinds = new Map<string, AssertionKind>();

/** Adds kinds of the project's configuration. One that this build has itself stays what it is. */
export function addAssertionKinds(kinds: Readonly<Record<string, AssertionKind>>): void {
  for (const [type, kind] of Object.entries(kinds))
    if (!Object.hasOwn(assertionKinds, type)) addedKinds.set(type, kind);
}

/** The kind of this name, or undefined if there is none. */
export function assertionKind(type: string): AssertionKind | undefined {
  return Object.hasOwn(assertionKinds, type) ? assertionKinds[type] : addedKinds.get(type);
}

/** Names of all kinds. */
export function assertionKindNames(): string[] {
  return [...Object.keys(assertionKinds), ...addedKinds.keys()];
}
