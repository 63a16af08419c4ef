// Paths as a reader in this folder would write them.

import { existsSync } from "node:fs";
import { relative } from "node:path";
import type { Run } from "../core/run.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { RunResource } from "../views/run-resource.ts";
import { sessionFilePath } from "../worker/write-session-file.ts";
import type { Context } from "./command.ts";
import { remoteViewOf } from "./remote-view.ts";

/** The ledger's path, with `~` for the home folder where people read it. */
export function ledgerWords(ledger: Ledger, { output, env }: Context): string {
  const home = env.HOME;
  const isShort = output.isTerminal && home !== undefined && ledger.url.startsWith(`${home}/`);
  return isShort ? `~${ledger.url.slice(home.length)}` : ledger.url;
}

/** A path relative to the folder of the command, if it lies below it. */
export function shownPath(path: string | null, { cwd }: Pick<Context, "cwd">): string | null {
  if (path === null) return null;
  const short = relative(cwd, path);
  return short.startsWith("..") ? path : short;
}

/** The files made from a run that exist now. */
export async function sessionFiles(ledger: Ledger, run: Run, context: Context): Promise<RunResource["files"]> {
  const remote = remoteViewOf(ledger);
  if (remote !== null) return remote.filesOf(run);
  const path = sessionFilePath(ledger, run.id, context.env);
  const shown = path !== null && existsSync(path) ? shownPath(path, context) : null;
  return shown === null ? {} : { session: shown };
}
