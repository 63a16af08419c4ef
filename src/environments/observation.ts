// What can be seen of a world, as plain JSON: scorers judge by it, checkpoints keep it, events record parts of it.
// Amounts are decimal digits, since they may exceed what a double holds.

import type { Json } from "../core/document-value.ts";

/** An account by name or address, or by what its address derives from. */
export type AccountSubject =
  | { kind: "account"; pubkey: string }
  | {
      kind: "associated_token_account";
      owner: string;
      mint: string;
      /** The token program; without it the one that owns the mint. */
      tokenProgram?: string;
    };

/**
 * What an assertion wants to look at. A file is one of the workspace; a command is run in it. A fact is what a project's
 * own environment tells of its world by that name.
 */
export type Subject =
  | AccountSubject
  | { kind: "file"; path: string }
  | { kind: "fact"; name: string }
  | { kind: "command"; run: readonly string[]; timeoutS: number; rewardFile: string | null };

/** The key under which a subject's account stands in an observation. */
export function subjectKey(subject: AccountSubject): string {
  if (subject.kind === "account") return subject.pubkey;
  const program = subject.tokenProgram === undefined ? "" : `, ${subject.tokenProgram}`;
  return `associated token account of ${subject.owner} for ${subject.mint}${program}`;
}

export type AccountState = {
  address: string;
  exists: boolean;
  /** "0" if the account does not exist. */
  lamports: string;
  /** Address of the owning program; null if the account does not exist. */
  owner: string | null;
  dataBytes: number;
  /**
   * What the data says, by the names of `account-fields.ts`: amounts as digits, addresses in base58, `none` for an
   * absent option. Empty for data that is of no kind we can read.
   */
  fields: Record<string, string>;
};

export type FileState = {
  /** What lies at the path; null if nothing does, or if it leads out of the workspace. */
  kind: "file" | "folder" | "other" | null;
  bytes: number;
  /** `sha256:…` of a file's bytes; null for anything else. */
  digest: string | null;
  /** The text of a file that is UTF-8 and not too large to be matched; else null. */
  text: string | null;
};

export type CommandState = {
  exitCode: number | null;
  signal: string | null;
  /** What the reward file said, 0 to 1; null if none was asked for or it could not be read. */
  reward: number | null;
  /** Why there is no exit code or reward, in words; null if nothing is wrong. */
  fault: string | null;
  /** The last lines that it printed. */
  tail: string;
};

export type AccountRole = {
  /** Name from the benchmark's initial state, or null for any other account. */
  name: string | null;
  address: string;
  signer: boolean;
  writable: boolean;
};

export type InstructionRecord = {
  /** The program in words, or its address if it is not one that we know. */
  program: string;
  programId: string;
  /** The instruction in words, or null if the program is not one that we can read. */
  name: string | null;
  accounts: AccountRole[];
  /** The decoded arguments: amounts as decimal digits, addresses in base58. Empty if the data could not be read. */
  args: Record<string, string>;
  /** The instruction's data in base58, as `expected_instructions` gives it. */
  data: string;
  /** 1 for an instruction of the transaction itself, more for those that programs called. */
  depth: number;
};

export type BalanceChange = { name: string | null; address: string; before: string; after: string };

/** One submitted transaction: simulated, and sent if it simulated well. Data of `transaction.executed`. */
export type TransactionRecord = {
  /** From 1, in order of submission. */
  number: number;
  signature: string;
  status: "success" | "failure";
  /** False if it failed in simulation and was therefore not sent: it changed nothing and cost nothing. */
  landed: boolean;
  /** The VM's own word for the error; null for success. */
  error: string | null;
  slot: number;
  blockhash: string;
  computeUnits: number;
  computeUnitLimit: number;
  /** Lamports that left the world: what all accounts of the transaction hold less than before. */
  feeLamports: string;
  /** In order of execution; called instructions follow their caller. */
  instructions: InstructionRecord[];
  logs: string[];
  balances: BalanceChange[];
};

export type Observation = {
  /** By `subjectKey`. */
  accounts: Record<string, AccountState>;
  /** All transactions submitted so far. */
  transactions: TransactionRecord[];
  /** By path, where files were asked for. */
  files?: Record<string, FileState>;
  /** By the subject's JSON, where commands were asked for. */
  commands?: Record<string, CommandState>;
  /** By name, where facts were asked for. */
  facts?: Record<string, Json>;
};
