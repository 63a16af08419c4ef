// What a scan of the folders found, against what the ledger knows of them: the differences are recorded, so that every
// server and every later start can tell what changed since.

import { createHash } from "node:crypto";
import { resolve } from "node:path";
import type { EventData } from "../core/events.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Synced } from "../protocol/http-catalog-routes.ts";
import type { Scanned } from "./scan-folders.ts";
import { subjectDigest } from "./subject-digest.ts";

type Changed = EventData<"catalog.changed">;

/** Benchmarks and faults that one event tells of: it has to stay below the size of an event. */
const idsOfEvent = 150;
const failuresOfEvent = 30;
const messageCharactersMax = 500;

/** The name under which the ledger keeps what these folders hold. */
export function scopeOfFolders(folders: readonly string[], cwd: string): string {
  const paths = folders.map((folder) => resolve(cwd, folder)).sort();
  return `folders:${createHash("sha256").update(paths.join("\n")).digest("hex").slice(0, 16)}`;
}

/** Records the differences to the scan before, by whichever process it was made. Without any, nothing is recorded. */
export async function recordScan(
  ledger: Pick<Ledger, "readCatalog" | "record">,
  scanned: Scanned,
  of: { scope: string; who: string; actor: string },
): Promise<Synced> {
  const { scope, who, actor } = of;
  const before = new Map((await ledger.readCatalog(scope, 0)).map(({ id, digest }) => [id, digest]));
  const now = new Map([...scanned.found].map(([id, { benchmark }]) => [id, subjectDigest(benchmark)]));
  const added = [...now.keys()].filter((id) => !before.has(id));
  const changed = [...now.keys()].filter((id) => before.has(id) && before.get(id) !== now.get(id));
  const removed = [...before.keys()].filter((id) => !now.has(id));
  const { failed } = scanned;
  const synced = { added, changed, removed, unchanged: now.size - added.length - changed.length, failed };
  for (const data of eventsOf(synced, { scope, who, now })) {
    await ledger.record({ type: "catalog.changed", data }, actor);
  }
  return synced;
}

function eventsOf(
  { added, changed, removed, failed }: Synced,
  { scope, who, now }: { scope: string; who: string; now: ReadonlyMap<string, string> },
): Changed[] {
  const moves = [
    ...added.map((id) => ({ id, kind: "added" as const })),
    ...changed.map((id) => ({ id, kind: "changed" as const })),
    ...removed.map((id) => ({ id, kind: "removed" as const })),
  ];
  if (moves.length === 0) return [];
  const faults = failed.map(({ file, code, detail }) => ({
    ...{ path: file, code },
    message: detail.slice(0, messageCharactersMax),
  }));
  return Array.from({ length: Math.ceil(moves.length / idsOfEvent) }, (_, index) => {
    const part = moves.slice(index * idsOfEvent, (index + 1) * idsOfEvent);
    const idsOf = (kind: (typeof part)[number]["kind"]) => part.flatMap((one) => (one.kind === kind ? [one.id] : []));
    const digests = Object.fromEntries(part.flatMap(({ id }) => (now.has(id) ? [[id, now.get(id) ?? ""]] : [])));
    const lists = { added: idsOf("added"), changed: idsOf("changed"), removed: idsOf("removed") };
    return { ...lists, digests, scope, who, failed: index === 0 ? faults.slice(0, failuresOfEvent) : [] };
  });
}
