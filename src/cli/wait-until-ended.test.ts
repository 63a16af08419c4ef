// Waiting for runs whose supervisor is gone: what is said of it, and that they end.

import { afterEach, beforeEach, expect, test } from "vitest";
import type { Ledger } from "../ledger/ledger.ts";
import { readPlace } from "../worker/process-facts.ts";
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

const outOfReach = [
  { where: "on another host, which is not to be seen", place: { bootId: "another", pidns: "pid:[1]" }, advice: "" },
  {
    where: "with its files in /far away",
    place: { ...readPlace(), home: "1:2 /far away" },
    advice: ", or ended at once by a command with that RUNLEDGER_HOME",
  },
];
test.each(outOfReach)(
  "a run that was supervised $where is waited for in one line, and taken over once that is silent",
  {
    timeout: testMsMax,
  },
  async ({ where, place, advice }) => {
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
        `${id} was supervised ${where}; taken over once nothing was heard of it for 20 s${advice}`,
        `took over ${id}: its worker is silent`,
      ],
    });
  },
);

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
