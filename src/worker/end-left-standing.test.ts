// What a worker that was killed while it was cut off from its ledger leaves standing still, and who ends it.

import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { systemLimits } from "../core/system-limits.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { openLedger } from "../ledger/open-ledger.ts";
import { queuedData } from "./attempt-folder.fixture.ts";
import { readRunnerFacts } from "./conclude.ts";
import { FrozenTree } from "./freeze.ts";
import { allProcesses } from "./process-facts.ts";
import { takeOverSilent } from "./take-over.ts";
import { programEnv, programNamed, until, Worksite, withMembers } from "./worksite.fixture.ts";

// Real runners on a busy machine need their time.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

const members = { takeoverAfterMs: systemLimits.takeoverAfterMs };

let site: Worksite;
beforeEach(async () => {
  site = await Worksite.open();
});
afterEach(() => site[Symbol.asyncDispose]());

/** A run whose processes were stopped by a worker that is gone. */
async function leftStanding(): Promise<string> {
  const worker = await site.worker({ members });
  const runId = await site.queue({ argv: programNamed("never-exits.mjs"), claim: worker.newClaim() });
  const left = worker.runOnce(await site.run(runId), { env: programEnv });
  await site.isReady(runId);
  worker.leave();
  await left;
  await worker.close();
  const attemptDir = site.folderOf(runId);
  const facts = readRunnerFacts(attemptDir);
  if (facts === null) throw new Error("its runner was not written down");
  new FrozenTree({ runner: facts, attemptDir });
  await until("all of it stands", () => standing().length === site.processes().length);
  return runId;
}

function standing(): number[] {
  const mine = site.processes();
  return allProcesses().flatMap(({ pid, state }) => (state === "T" && mine.includes(pid) ? [pid] : []));
}

it("is left to its adopter while its attempt is under way, and ended once another host has taken that over", async () => {
  const runId = await leftStanding();
  const before = await site.worker({ members });
  await before.close();
  expect(standing().length).toBeGreaterThan(1);
  expect(await site.run(runId)).toMatchObject({ status: "running" });
  await site.takeOver(runId);
  await site.worker({ members });
  await until("all of it is gone", () => site.processes().length === 0);
});

it.each([0, 1])(
  "is left to another ledger with the same folder, where this one has %i attempts of the run",
  async (has) => {
    const runId = await leftStanding();
    await using other = await openLedger({ url: join(site.folder, "other"), mustExist: false });
    const claim = { worker: "far", place: { bootId: "another", pidns: "pid:[1]" }, claimId: "other" };
    await other.execute(runId, { type: "queue", data: queuedData(), claim: has === 0 ? null : claim }, "test");
    await takeOverSilent(withMembers(other, { ...members, silentWorkers: async () => ["far"] }));
    expect(await other.getRun(runId)).toMatchObject(has === 0 ? { status: "queued" } : { status: "lost" });
    const getRun: Ledger["getRun"] = (id) => other.getRun(id);
    const readEvents: Ledger["readEvents"] = (...of) => other.readEvents(...of);
    const before = standing().length;
    await (await site.worker({ members: { ...members, getRun, readEvents } })).close();
    expect(standing().length).toBe(before);
    await site.takeOver(runId);
    await site.worker({ members });
    await until("all of it is gone", () => site.processes().length === 0);
  },
);
