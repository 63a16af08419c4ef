// The thread of a process in which all of its SQLite work is done, so that its event loop never waits for a disk or a
// lock. Its parent posts lists of requests; the first answer is the opened ledger's identity, or the problem.

import { parentPort, workerData } from "node:worker_threads";
import { type Problem, problemOf } from "../../core/errors.ts";
import type { LedgerFiles } from "./ledger-files.ts";
import { RequestLoop } from "./request-loop.ts";
import { SqliteStore } from "./store.ts";

export type ThreadStart = { files: LedgerFiles; mustExist: boolean };
export type ThreadOpened = { ledgerId: string; epoch: string; notices: string[] } | { problem: Problem };

if (parentPort === null) throw new Error("this file is a worker thread's");
const port = parentPort;
const early: string[] = [];
let loop: RequestLoop | null = null;
const notice = (text: string) => (loop === null ? early.push(text) : loop.notice(text));

try {
  const { files, mustExist } = workerData as ThreadStart;
  const store = new SqliteStore({ files, mustExist, notice });
  loop = new RequestLoop(port, store);
  port.postMessage({ ledgerId: store.ledgerId, epoch: store.epoch, notices: early } satisfies ThreadOpened);
} catch (error) {
  port.postMessage({ problem: problemOf(error) } satisfies ThreadOpened);
}
