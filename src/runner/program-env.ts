// The environment of a user's program: the shell's, or an allow-list of it, and what Runledger tells the program.

import { tagVariable } from "../protocol/process.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** What `--clean-env` leaves of a shell's environment; every `LC_…` too. */
const cleanNames = new Set(["PATH", "HOME", "LANG", "TERM", "TZ", "TMPDIR", "USER", "SHELL"]);

/** What of an environment every program may see that is not given the whole of it. */
export function usualEnvironment(env: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined && isUsual(entry[0])),
  );
}

function isUsual(name: string): boolean {
  return cleanNames.has(name) || name.startsWith("LC_");
}

/** Never handed on: where ledgers lie may hold a password, a token is the person's, a tag is of one program only. */
const withheldNames = new Set(["RUNLEDGER_LEDGER", "RUNLEDGER_PUSH_TO", "RUNLEDGER_TOKEN", tagVariable]);

/**
 * @param options.inherited The environment of the shell that asked for the run.
 * @param options.given Set on top, also of a clean one.
 */
export function programEnvironment(options: {
  inherited: Environment;
  isClean: boolean;
  given: Environment;
  runId: string;
  attempt: number;
  eventFile: string;
}): Record<string, string> {
  const { inherited, isClean, given, runId, attempt, eventFile } = options;
  const isKept = (name: string): boolean => !isClean || isUsual(name);
  const kept = Object.entries(inherited).filter(([name]) => isKept(name));
  const all = [...kept, ...Object.entries(given)].filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !withheldNames.has(entry[0]),
  );
  return {
    ...Object.fromEntries(all),
    RUNLEDGER_EVENTS: eventFile,
    RUNLEDGER_RUN_ID: runId,
    RUNLEDGER_ATTEMPT: String(attempt),
  };
}
