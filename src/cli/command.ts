// The one shape of every command. Help, parsing and docs are all made from it, so that none of them can disagree.

import type { Grammar, Options } from "./options.ts";
import type { Output } from "./output.ts";

/** Headings of the help, in its order. */
export const commandGroups = ["Run", "Look", "Act", "Keep", "Operate"] as const;
export type CommandGroup = (typeof commandGroups)[number];

export type Command = Grammar & {
  group: CommandGroup;
  /** One line of the help: what it does, in lower case, without a full stop. */
  summary: string;
  /** It starts runs or serves: the project's configuration is read before it begins. */
  readsConfig?: true;
  /** What else one should know, as sentences below the options; in the docs markdown reads it. */
  notes?: string;
  /** It works on a server, too, with --url; it opens its ledger by withLedger then, or asks for the client. */
  isRemote?: true;
  /** Does the work and answers with the exit code; expected failures are thrown as RunledgerError. */
  run(context: Context): Promise<number>;
};

/** What a command gets: its arguments as parsed, where it stands, and where its words go. */
export type Context = {
  operands: readonly string[];
  options: Options;
  output: Output;
  env: Readonly<Record<string, string | undefined>>;
  /** Absolute path of the folder that the command was started in. */
  cwd: string;
};
