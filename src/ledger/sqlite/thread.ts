// The thread of a process in which all of its SQLite work is done, so that its event loop never waits for a disk or a
// lock. This entry gives the thread the compile cache of its process, which it does not have by itself, before it loads
// what it needs.

import { enableCompileCache } from "node:module";
import { parentPort, workerData } from "node:worker_threads";
import type { StoreToOpen } from "./serve-requests.ts";

export type ThreadStart = StoreToOpen & {
  /** Folder of the process's compile cache; null if it has none. */
  compileCache: string | null;
};

if (parentPort === null) throw new Error("this file is a worker thread's");
const { compileCache, ...start } = workerData as ThreadStart;
if (compileCache !== null) enableCompileCache(compileCache);
const { serveRequests } = await import("./serve-requests.ts");
serveRequests(parentPort, start);
