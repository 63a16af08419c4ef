// What a worker that was killed while it was cut off from its ledger leaves standing still, and who ends it.

import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { systemLimits } from "../core/system-limits.ts";
import { readRunnerFacts } from "./conclude.ts";
import { FrozenTree } from "./freeze.ts";
import { allProcesses } from "./process-facts.ts";
import { programEnv, programNamed, until, Worksite } from "./worksite.fixture.ts";

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
