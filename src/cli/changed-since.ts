// Whether what runs were of is still what their file holds. A run knows its file by name alone: it is looked for in the
// folder of this command, and below its folder of benchmarks.

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import type { Run } from "../core/run.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Context } from "./command.ts";
import { remoteViewOf } from "./remote-view.ts";

/** True: the file holds something else now. Null: there is no such file here, or it cannot be read. */
export type ChangedLook = (run: Run) => Promise<boolean | null>;

const benchmarksFolder = "benchmarks";
/** How far the clocks of a file and of a ledger may be apart, milliseconds. */
const clocksMs = 60_000;

/** Looks at one run after the other: at each content once. */
export function openChangedLook(ledger: Ledger, { cwd }: Pick<Context, "cwd">): ChangedLook {
  const remote = remoteViewOf(ledger);
  if (remote !== null) return (run) => remote.isChangedSince(run);
  const seen = new Map<string, Promise<boolean | null>>();
  return async (run) => {
    if (run.kind !== "benchmark") return null;
    const known = seen.get(run.subject.digest) ?? look(ledger, run, cwd);
    seen.set(run.subject.digest, known);
    return known;
  };
}

async function look(ledger: Ledger, run: Run, cwd: string): Promise<boolean | null> {
  const file = await namedFile(ledger, run);
  const path = file === null ? null : fileNamed(file, cwd);
  if (file === null || path === null) return null;
  try {
    const isOlder = statSync(path).ctimeMs + clocksMs < Date.parse(run.queuedAt);
    if (isOlder && standsAlone(readFileSync(path, "utf8"), run.subject.id) && (await wasReadThen(ledger, run)))
      return false;
    // Reading benchmarks takes longer to load than most commands take: only where a file may have changed.
    const [{ loadFile }, { ChangedSince }] = await Promise.all([
      import("../benchmarks/load.ts"),
      import("../server/changed-since.ts"),
    ]);
    const now = loadFile({ file, path }).find(({ id }) => id === run.subject.id) ?? null;
    return await new ChangedSince(ledger).isOther(run, now);
  } catch {
    return null;
  }
}

/** Where a file of this name lies; null if nowhere here. */
function fileNamed(file: string, cwd: string): string | null {
  const here = resolve(cwd, file);
  if (statSync(here, { throwIfNoEntry: false })?.isFile()) return here;
  const folder = join(cwd, benchmarksFolder);
  if (!existsSync(folder)) return null;
  const found = readdirSync(folder, { recursive: true, encoding: "utf8" }).find((one) => basename(one) === file);
  return found === undefined ? null : join(folder, found);
}

/** The name of the benchmark's file, or its path in contents of before; null if the content is not here. */
async function namedFile(ledger: Ledger, { subject }: Run): Promise<string | null> {
  const bytes = await ledger.getBlob(subject.digest);
  if (bytes === null) return null;
  try {
    const content = JSON.parse(Buffer.from(bytes).toString("utf8")) as { public?: { task?: { file?: unknown } } };
    const file = content.public?.task?.file;
    return typeof file === "string" ? file : null;
  } catch {
    return null;
  }
}

/** Whether the file was read when the run was queued. A server runs what it had read before, and `again` what was run before. */
async function wasReadThen(ledger: Ledger, { id, againOf, imported }: Run): Promise<boolean> {
  if (againOf !== null || imported) return false;
  const [queued] = await ledger.readEvents(id, 0, 1);
  return queued?.actor === "cli";
}

/** Whether a text names this benchmark, and no other file, whose change its own times would not tell. */
function standsAlone(text: string, id: string): boolean {
  const namesFiles = /\b(file|files|cases_file|schema_file|copy|git|programs|accounts)\b\s*:/;
  return text.includes(id) && !namesFiles.test(text);
}
