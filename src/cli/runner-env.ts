// What a runner may see of this shell.

import type { RunKind } from "../core/limits.ts";
import type { Context } from "./command.ts";

/** Variables that are ours alone: where the ledger lies may hold a password. */
const own = ["RUNLEDGER_LEDGER", "RUNLEDGER_BUILD", "RUNLEDGER_RELAUNCHED"];

/** A command's program gets the shell's environment, a benchmark's agent no more than its keys. */
export function runnerEnv(kind: RunKind, env: Context["env"]): Record<string, string> {
  if (kind !== "command") return {};
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined && !own.includes(entry[0])),
  );
}
