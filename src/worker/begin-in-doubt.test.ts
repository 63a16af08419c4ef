// The beginning of an attempt where hosts share a ledger: a worker that was away from it may have been taken for gone, and
// begins nothing that another host may have begun by then.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { RunledgerError } from "../core/errors.ts";
import { systemLimits } from "../core/system-limits.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { readRunnerFacts } from "./conclude.ts";
import { programEnv, until, Worksite } from "./worksite.fixture.ts";

// Real runners on a busy machine need their time.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

let site: Worksite;
let began: string;
beforeEach(async () => {
  site = await Worksite.open();
  began = join(site.folder, "began");
});
afterEach(() => site[Symbol.asyncDispose]());

/** A run that a worker has claimed on a ledger that hosts share, and the way to have it begun. */
async function claimed(members: Partial<Ledger>) {
  const worker = await site.worker({ members: { takeoverAfterMs: systemLimits.takeoverAfterMs, ...members } });
  const runId = await site.queue({ argv: ["touch", began], claim: worker.newClaim() });
  return { worker, runId, toEnd: async () => worker.runOnce(await site.run(runId), { env: programEnv }) };
}

/** Resolves after so long, in which the lease of a worker gets too old. */
function passed(ms: number): Promise<boolean> {
  const fromMs = performance.now();
  return until(`${ms} ms have passed`, () => performance.now() - fromMs > ms);
}

it("begins", async () => {
  const { toEnd } = await claimed({});
  expect(await toEnd()).toMatchObject({ status: "completed" });
  expect(existsSync(began)).toBe(true);
});

it("begins nothing that was taken over while its content was on the way", async () => {
  const { runId, toEnd } = await claimed({
    getBlob: async (digest) => {
      await site.takeOver(runId);
      return site.ledger.getBlob(digest);
    },
  });
  expect(await toEnd()).toMatchObject({ status: "lost", attempt: { number: 1 } });
  expect(readRunnerFacts(site.folderOf(runId))).toBeNull();
  expect(existsSync(began)).toBe(false);
});

it("waits while it may count as gone, and begins nothing that is taken over meanwhile", async () => {
  let isAway = false;
  const { runId, toEnd } = await claimed({
    takeoverAfterMs: systemLimits.freezeBeforeTakeoverMs + 300,
    renew: () =>
      isAway ? Promise.reject(new RunledgerError("ledger.unreachable", "no route to it")) : Promise.resolve(),
  });
  isAway = true;
  await passed(400);
  const done = toEnd();
  await passed(400);
  expect(readRunnerFacts(site.folderOf(runId))).toBeNull();
  await site.takeOver(runId);
  isAway = false;
  expect(await done).toMatchObject({ status: "lost", attempt: { number: 1 } });
  expect(existsSync(began)).toBe(false);
});

it("gives back what it has not begun when it is to leave meanwhile", async () => {
  // By this it may count as gone from the first moment on.
  const { worker, toEnd } = await claimed({ takeoverAfterMs: systemLimits.freezeBeforeTakeoverMs - 1 });
  const done = toEnd();
  worker.leave();
  expect(await done).toMatchObject({ status: "queued", attempt: { outcome: "given_back" } });
  expect(existsSync(began)).toBe(false);
});
