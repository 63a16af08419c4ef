// Stops a process of the product where it is not writing: one that holds the ledger's lock for seconds while it is stopped
// is killed by whoever waits for it.

import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { until } from "../scene.ts";

/** Sends SIGSTOP; resolves when the process stands still between two commits. */
export async function stopBetweenCommits({ pid = -1 }: ChildProcess): Promise<void> {
  await until("it is stopped between two commits", async () => {
    process.kill(pid, "SIGSTOP");
    await until("it stands still", () => / T /.test(readFileSync(`/proc/${pid}/stat`, "latin1")));
    if (!isWriting(pid)) return true;
    process.kill(pid, "SIGCONT");
    return false;
  });
}

/** Whether it holds the write lock of a WAL, which SQLite keeps on byte 120 of the file beside it. */
function isWriting(pid: number): boolean {
  const lock = new RegExp(` WRITE ${pid} \\S+ 120 `);
  return lock.test(readFileSync("/proc/locks", "utf8"));
}
