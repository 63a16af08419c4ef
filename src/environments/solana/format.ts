// `initial_state` and `environment_options` of a benchmark in the environment `solana`.

import { didYouMean, nearestNames } from "../../core/nearest.ts";
import type { EnvironmentFormat, FormatFault } from "../environment-format.ts";
import { type AccountEntry, accountEntrySchema, accountsNamedBy, isAssociated, userWallet } from "./account-entry.ts";
import { isAddress } from "./base58.ts";
import { embedEntry, embedOptions } from "./embed-files.ts";
import { type SolanaOptions, solanaOptionsSchema } from "./options.ts";
import { solanaToolNames } from "./tool-names.ts";

export const solanaFormat: EnvironmentFormat = {
  stateEntry: accountEntrySchema,
  options: solanaOptionsSchema,
  notYet: partsNotMade,
  faults: (initialState) => faultsBetween(initialState as readonly AccountEntry[]),
  names: (initialState) =>
    (initialState as readonly AccountEntry[]).map((entry) => entry.pubkey).filter((name) => !isAddress(name)),
  isAddress,
  embedEntry: (entry, files) => embedEntry(entry as AccountEntry, files),
  embedOptions: (options, files) => embedOptions(options as SolanaOptions, files),
  toolNames: solanaToolNames,
};

/** Options that the format has and this build has not. */
function partsNotMade({ options }: { options: unknown }): FormatFault[] {
  if (options === null || typeof options !== "object") return [];
  const fee = (options as Record<string, unknown>).fee_lamports_per_signature;
  if (typeof fee !== "bigint" || fee === 5000n) return [];
  const message = "the VM charges 5000 lamports per signature; another fee cannot be set yet";
  return [{ path: ["environment_options", "fee_lamports_per_signature"], message, isNotYet: true }];
}

function faultsBetween(entries: readonly AccountEntry[]): FormatFault[] {
  const faults: FormatFault[] = [];
  const names = entries.map((entry) => entry.pubkey);
  const seen = new Set<string>();
  for (const [index, entry] of entries.entries()) {
    const add = (path: (string | number)[], message: string) =>
      faults.push({ path: ["initial_state", index, ...path], message });
    for (const place of placesOf(entry)) {
      if (seen.has(place)) add(["pubkey"], `${place} is declared twice`);
      seen.add(place);
    }
    const signing = signingFault(entry);
    if (signing !== null) add(["pubkey"], signing);
    for (const { path, name } of accountsNamedBy(entry)) {
      if (!isAddress(name) && !names.includes(name))
        add(path, `no account is declared as ${name}${didYouMean(name, names)}`);
    }
  }
  if (!seen.has(userWallet)) {
    const near = nearestNames(userWallet, names, 1)[0];
    const instead = near === undefined ? "" : `; is ${near} meant to be it?`;
    faults.push({ path: ["initial_state"], message: `${userWallet} must be declared: it pays the fees${instead}` });
  }
  return faults;
}

/** What may be there only once: the name, and for an associated token account what its address derives from. */
function placesOf(entry: AccountEntry): string[] {
  if (!isAssociated(entry)) return [entry.pubkey];
  return [entry.pubkey, `the associated token account of ${entry.data.owner} for ${entry.data.mint}`];
}

function signingFault(entry: AccountEntry): string | null {
  const { pubkey: name, agent_signs: agentSigns, kind } = entry;
  if (name === userWallet && kind !== "wallet") return `${userWallet} pays the fees and must be a wallet`;
  if (name === userWallet && agentSigns === false)
    return `the agent always signs for ${userWallet}, which pays the fees`;
  if (agentSigns !== true) return null;
  if (isAddress(name)) return `nobody has the key of ${name}; agent_signs needs a NAME_IN_CAPITALS`;
  return isAssociated(entry) ? `${name} lies at a derived address, for which there is no key` : null;
}
