// Lamports of an observed account, for the assertions about SOL.

import { RunledgerError } from "../../core/errors.ts";
import {
  type AccountState,
  type AccountSubject,
  type Observation,
  subjectKey,
} from "../../environments/observation.ts";

/** The observed account. @throws `scorer.failed` if it was not observed, which is a fault of the scorer. */
export function observedAccount(observation: Observation, subject: AccountSubject): AccountState {
  const key = subjectKey(subject);
  const account = observation.accounts[key];
  if (account === undefined) throw new RunledgerError("scorer.failed", `the account ${key} was not observed`);
  return account;
}

/** Lamports of the account; 0 if it does not exist. */
export function lamportsOf(observation: Observation, pubkey: string): bigint {
  return BigInt(observedAccount(observation, { kind: "account", pubkey }).lamports);
}

/** A range in words: `1 to 3`, `at least 1`, `at most 3`; an open end is undefined. */
export function rangeInWords(low: string | undefined, high: string | undefined): string {
  if (low !== undefined && high !== undefined) return `${low} to ${high}`;
  return low === undefined ? `at most ${high}` : `at least ${low}`;
}

/** Whether the value lies in the range, both ends included. */
export function isWithin(value: bigint, low: string | undefined, high: string | undefined): boolean {
  return (low === undefined || value >= BigInt(low)) && (high === undefined || value <= BigInt(high));
}
