// Waiting for runs whose supervisor is gone: what is said of it, and that they end.

import { afterEach, beforeEach, expect, test } from "vitest";
import type { Ledger } from "../ledger/ledger.ts";
import { Worksite, withMembers } from "../worker/worksite.fixture.ts";
import { waitUntilEnded } from "./wait-until-ended.ts";

/** It begins processes, on a machine that may be busy. */
const testMsMax = 120_000;

let site: Worksite;
beforeEach(async () => {
  site = await Worksite.open();
});
afterEach(() => site[Symbol.asyncDispose]());

/** Cancels the runs and waits for their ends. @returns their status, and the lines that were told meanwhile */
async function cancelled(ledger: Ledger, ...ids: string[]): Promise<{ statuses: unknown[]; lines: string[] }> {
  const lines: string[] = [];
  for (const id of ids) await ledger.execute(id, { type: "cancel", graceMs: 0 }, "test");
  const output = { progress: (line: string) => void lines.push(line) };
  const ended = await waitUntilEnded(ledger, ids, { env: {}, output });
  return {
    statuses: ended.map(({ run }) => run?.status),
    lines: lines.filter((line) => !line.startsWith("not ended")),
  };
}

test("a run of another host that is not to be seen is waited for in one line, and taken over once it is silent", {
  timeout: testMsMax,
}, async () => {
  const place = { bootId: "another", pidns: "pid:[1]" };
  const far = await site.queue({ claim: { worker: "far", place, claimId: "c" } });
  let looks = 0;
  const shared = withMembers(site.ledger, {
    takeoverAfterMs: 20_000,
    silentWorkers: async () => {
      looks += 1;
      return looks > 4 ? ["far"] : [];
    },
  });
  const id = far.slice(-8);
  expect(await cancelled(shared, far)).toEqual({
    statuses: ["lost"],
    lines: [
      `${id} was supervised on another host, which is not to be seen; taken over once nothing was heard of it for 20 s`,
      `took over ${id}: the host of its worker is silent`,
    ],
  });
});

test("a run of this host that nobody supervises is said to be adopted once it is, and ends here", {
  timeout: testMsMax,
}, async () => {
  const { runId } = await site.abandoned(null);
  expect(await cancelled(site.ledger, runId)).toEqual({
    statuses: ["cancelled"],
    lines: [`nobody supervises ${runId.slice(-8)}; adopted, to be ended here`],
  });
});

test("who comes second to adopt a run says nothing", { timeout: testMsMax }, async () => {
  const { runId } = await site.abandoned(null);
  const here = await site.worker();
  let adopted: Promise<unknown> | null = null;
  const contested = withMembers(site.ledger, {
    // Another one is faster, right after the lock was seen to be free.
    isLockFree: async (worker) => {
      const isFree = await site.ledger.isLockFree(worker);
      adopted ??= here.adopt(runId);
      await adopted;
      return isFree;
    },
  });
  expect(await cancelled(contested, runId)).toEqual({ statuses: ["cancelled"], lines: [] });
});
