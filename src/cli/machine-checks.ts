// What doctor looks at on the machine itself: Node, SQLite, the disk under the ledger, file watching, containment.
// Every look is a real try where one is cheap, not a guess from version numbers.

import { once } from "node:events";
import { watch } from "node:fs";
import { mkdtemp, open, readFile, rm, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { refuseBadDisk } from "../ledger/disk-kind.ts";
import { namespaceFault, probeContainment } from "../worker/probe-containment.ts";

export type Check = {
  name: string;
  level: "ok" | "warn" | "fail";
  says: string;
  /** What to do; null where nothing is to be done. */
  fix: string | null;
};

const ok = (name: string, says: string): Check => ({ name, level: "ok", says, fix: null });
const warn = (name: string, says: string, fix: string): Check => ({ name, level: "warn", says, fix });
const fail = (name: string, says: string, fix: string): Check => ({ name, level: "fail", says, fix });

const nodeNeeded = "24.15.0";
const sqliteNeeded = "3.51.3";

/** Node.js and the SQLite inside it. */
export function runtimeChecks(versions: { node: string; sqlite: string }, build: string): Check[] {
  return [
    isAtLeast(versions.node, nodeNeeded)
      ? ok("node", versions.node)
      : fail("node", `${versions.node}; ${nodeNeeded} is needed`, "Run npm ci, or use a newer Node.js."),
    isAtLeast(versions.sqlite, sqliteNeeded)
      ? ok("sqlite", versions.sqlite)
      : fail(
          "sqlite",
          `${versions.sqlite} can corrupt a ledger; ${sqliteNeeded} is needed`,
          "Use Node.js 24.15 or newer.",
        ),
    ok("build", build),
  ];
}

const freeMibMin = 64;
const freeMibLow = 1024;

/**
 * The file system that holds the ledger: whether its locks can be trusted, and how much is free on it.
 * @throws RunledgerError `ledger.bad-disk`
 */
export async function diskCheck(folder: string, env: NodeJS.ProcessEnv): Promise<Check> {
  refuseBadDisk(folder, env);
  const { bavail, bsize } = await statfs(folder);
  const freeMib = Math.floor((bavail * bsize) / 1024 ** 2);
  const says = `${freeMib} MiB free at ${folder}`;
  if (freeMib < freeMibMin) return fail("disk", says, "Free some space before anything else is run.");
  return freeMib < freeMibLow ? warn("disk", says, "Free some space; journals and logs need it.") : ok("disk", says);
}

const fsyncTries = 21;
const fsyncMsSlow = 20;

/** Median time of writing 4 KiB and syncing it, as every commit must. */
export async function fsyncCheck(folder: string): Promise<Check> {
  const spentMs = await inScratch(folder, async (scratch) => {
    const file = await open(join(scratch, "fsync"), "w");
    try {
      const page = Buffer.alloc(4096, 1);
      const times: number[] = [];
      for (let index = 0; index < fsyncTries; index += 1) {
        const startMs = performance.now();
        await file.write(page, 0, page.length, index * page.length);
        await file.datasync();
        times.push(performance.now() - startMs);
      }
      return times.sort((a, b) => a - b)[Math.floor(fsyncTries / 2)] ?? 0;
    } finally {
      await file.close();
    }
  });
  const says = `p50 ${spentMs.toFixed(2)} ms for 4 KiB`;
  return spentMs > fsyncMsSlow
    ? warn("fsync", says, "Every commit waits this long; a faster disk helps.")
    : ok("fsync", says);
}

const instancesLow = 64;
const watchMsMax = 2_000;

/** Whether changes of files are seen: the bell between processes and the journals' followers need it. */
export async function watchCheck(folder: string): Promise<Check> {
  const limit = Number((await textOf("/proc/sys/fs/inotify/max_user_instances")) ?? Number.NaN);
  const isSeen = await inScratch(folder, seesChange);
  if (isSeen !== true) {
    const fix = "Raise fs.inotify.max_user_instances and max_user_watches; until then news comes by polling.";
    return warn("inotify", `a change of a file was not seen: ${isSeen}`, fix);
  }
  const says = `changes are seen; ${limit} instances a user`;
  return limit < instancesLow
    ? warn("inotify", says, "Raise fs.inotify.max_user_instances for many processes.")
    : ok("inotify", says);
}

async function seesChange(folder: string): Promise<true | string> {
  const path = join(folder, "bell");
  await writeFile(path, "");
  try {
    const watcher = watch(path, { persistent: false });
    try {
      const change = once(watcher, "change", { signal: AbortSignal.timeout(watchMsMax) });
      await writeFile(path, "1");
      await change;
      return true;
    } finally {
      watcher.close();
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** How programs can be held here, strongest first, and why not by the others. */
export async function containmentCheck(): Promise<Check> {
  const kinds = await probeContainment();
  const best = kinds.find(({ isAvailable }) => isAvailable);
  const missing = kinds.filter(({ isAvailable }) => !isAvailable).map(({ kind, why }) => `${kind}: ${why}`);
  const says = [`${best?.kind ?? "none"}`, ...missing].join(" · ");
  if (best !== undefined && best.kind !== "sweep") return ok("containment", says);
  const risk = "a program that clears its environment can outlive its run; endings say confirmed: false";
  return warn(
    "containment",
    `${says} · ${risk}`,
    "Allow user namespaces (unshare, nsenter, setpriv of util-linux) to hold programs surely.",
  );
}

/** Whether programs of a workspace can be run without a network. */
export async function networkCheck(): Promise<Check> {
  const fault = await namespaceFault(false);
  if (fault === null) return ok("network", "a workspace with network: none gets a network namespace of its own");
  const says = `workspaces with network: none are refused here: ${fault}`;
  return warn(
    "network",
    says,
    "Allow network namespaces (unshare --net), for users who are not root by user namespaces.",
  );
}

/** @returns what the work gives; the scratch folder is gone afterwards. */
async function inScratch<T>(folder: string, work: (scratch: string) => Promise<T>): Promise<T> {
  const scratch = await mkdtemp(join(folder, "doctor-"));
  try {
    return await work(scratch);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function textOf(path: string): Promise<string | null> {
  return readFile(path, "utf8").catch(() => null);
}

/** Whether a dotted version is not older than another. */
export function isAtLeast(found: string, needed: string): boolean {
  const have = found.split(".").map(Number);
  const want = needed.split(".").map(Number);
  const differing = want.findIndex((part, index) => have[index] !== part);
  return differing === -1 || (have[differing] ?? 0) > (want[differing] ?? 0);
}
