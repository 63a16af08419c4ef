// Files that `initial_state` and `environment_options` name, read into them: raw bytes, programs, dumped accounts.

import { z } from "zod";
import { RunledgerError } from "../../core/errors.ts";
import type { FilesBeside } from "../environment-format.ts";
import type { AccountEntry } from "./account-entry.ts";
import { isAddress } from "./base58.ts";
import type { SolanaOptions } from "./options.ts";

/** The options as a world gets them: with what the files held. */
export type WorldOptions = Omit<SolanaOptions, "programs" | "accounts"> & {
  programs: { id: string; base64: string }[];
  accounts: DumpedAccount[];
};

export type DumpedAccount = { pubkey: string; lamports: string; owner: string; executable: boolean; base64: string };

const base58 = z.string().refine(isAddress, "must be a base58 address");

/** What `solana account --output json` writes; what it holds beyond this is not needed to make the account again. */
const dumpSchema = z.object({
  pubkey: base58,
  account: z.object({
    lamports: z.int().nonnegative(),
    owner: base58,
    executable: z.boolean(),
    data: z.tuple([z.base64(), z.literal("base64")]),
  }),
});

/** The entry with the bytes of its file, if it names one. */
export function embedEntry(entry: AccountEntry, files: FilesBeside): AccountEntry {
  if (entry.kind !== "raw" || entry.data.file === undefined) return entry;
  const { file, ...data } = entry.data;
  return { ...entry, data: { ...data, base64: Buffer.from(files.read(file)).toString("base64") } };
}

/** The options with programs and accounts instead of their files. */
export function embedOptions(options: SolanaOptions, files: FilesBeside): WorldOptions {
  const programs = options.programs.map(({ id, file }) => ({
    id,
    base64: Buffer.from(files.read(file)).toString("base64"),
  }));
  return { ...options, programs, accounts: options.accounts.map((file) => dumpedAccount(file, files)) };
}

function dumpedAccount(file: string, files: FilesBeside): DumpedAccount {
  let dump: unknown;
  try {
    dump = JSON.parse(Buffer.from(files.read(file)).toString("utf8"));
  } catch (error) {
    if (error instanceof RunledgerError) throw error;
    throw notADump(file, (error as Error).message);
  }
  const parsed = dumpSchema.safeParse(dump);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw notADump(file, `${issue?.path.join(".")}: ${issue?.message}`);
  }
  const { pubkey, account } = parsed.data;
  const { lamports, owner, executable, data } = account;
  return { pubkey, lamports: lamports.toString(), owner, executable, base64: data[0] };
}

function notADump(file: string, cause: string): RunledgerError {
  return new RunledgerError("benchmark.invalid", `${file} is not what solana account --output json writes: ${cause}`);
}
