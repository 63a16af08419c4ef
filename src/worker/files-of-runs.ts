// Where the files that tell of runs lie beside the ledger: session files and traces hold what reference solutions did and
// what was expected, so no program that is evaluated may see them.

import { readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { Ledger } from "../ledger/ledger.ts";
import { makeGivenFolder } from "../protocol/give-to-owner.ts";
import { sessionFilePath } from "./write-session-file.ts";
import { traceFilePath } from "./write-trace-file.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** Files that are put out of sight one by one, where their folder cannot be; each is a mount. */
const filesMax = 500;

/**
 * Absolute paths to hide from programs. A folder that holds more than such files (the ledger, or the place from which
 * runs are started) stays, and the newest of its files go. Folders are made, since only what is there can be covered.
 */
export function filesOfRuns(ledger: Pick<Ledger, "home">, cwd = process.cwd(), env: Env = process.env): string[] {
  const named = [sessionFilePath(ledger, "x", env), traceFilePath(ledger, "x", env)];
  const folders = new Set(named.filter((path) => path !== null).map((path) => dirname(path)));
  return [...folders].flatMap((folder) => {
    if ([ledger.home, cwd].some((needed) => !relative(folder, needed).startsWith(".."))) return filesIn(folder);
    try {
      makeGivenFolder(folder, 0o777);
    } catch {
      // Whoever writes the files says what is wrong with their folder.
    }
    return [folder];
  });
}

function filesIn(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => /^(session|enhanced_otel)_.+\.jsonl?$/.test(name));
  return names
    .sort()
    .slice(-filesMax)
    .map((name) => join(folder, name));
}
