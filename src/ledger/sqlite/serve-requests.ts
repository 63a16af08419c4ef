// What the SQLite thread does: opens the store and serves the requests of its parent. The first answer is the opened
// ledger's identity, or the problem.

import type { MessagePort } from "node:worker_threads";
import { type Problem, problemOf } from "../../core/errors.ts";
import type { LedgerFiles } from "./ledger-files.ts";
import { RequestLoop } from "./request-loop.ts";
import { SqliteStore } from "./store.ts";

export type StoreToOpen = { files: LedgerFiles; mustExist: boolean };
export type ThreadOpened = { ledgerId: string; epoch: string; notices: string[] } | { problem: Problem };

/** Opens the ledger and answers on the port until its parent closes it. */
export function serveRequests(port: MessagePort, { files, mustExist }: StoreToOpen): void {
  const early: string[] = [];
  let loop: RequestLoop | null = null;
  const notice = (text: string) => (loop === null ? early.push(text) : loop.notice(text));
  try {
    const store = new SqliteStore({ files, mustExist, notice });
    loop = new RequestLoop(port, store);
    port.postMessage({ ledgerId: store.ledgerId, epoch: store.epoch, notices: early } satisfies ThreadOpened);
  } catch (error) {
    port.postMessage({ problem: problemOf(error) } satisfies ThreadOpened);
  }
}
