// An attempt that was adopted by one worker after the other, the last of which never heard that it was: its runner obeys
// whoever has it now.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { RunledgerError } from "../core/errors.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { attemptFiles } from "../protocol/attempt-files.ts";
import type { Worker } from "./worker.ts";
import { programEnv, programNamed, until, Worksite } from "./worksite.fixture.ts";

/** It begins processes, on a machine that may be busy. */
const testMsMax = 120_000;

let site: Worksite;
beforeEach(async () => {
  site = await Worksite.open();
});
afterEach(() => site[Symbol.asyncDispose]());

/** Its runner goes on, and nobody supervises it. */
async function left(worker: Worker, work: Promise<unknown>): Promise<void> {
  worker.leave();
  await work;
  await worker.close();
}

it("a runner is told by whom it was taken up, also where two workers had it before", {
  timeout: testMsMax,
}, async () => {
  const first = await site.worker();
  const runId = await site.queue({ argv: programNamed("never-exits.mjs", site.folder), claim: first.newClaim() });
  const begun = first.runToEnd(runId, { env: programEnv });
  await site.isReady(runId);
  await left(first, begun);
  const second = await site.worker();
  const adopted = second.adopt(runId);
  await site.runOnce("is adopted", runId, ({ attempt }) => attempt?.worker === second.id);
  await until("its runner was told", () => existsSync(join(site.folderOf(runId), attemptFiles.control)));
  await left(second, adopted);

  const lost = new RunledgerError("ledger.unreachable", "the connection was lost");
  const execute: Ledger["execute"] = async (id, command, actor) => {
    const done = await site.ledger.execute(id, command, actor);
    if (command.type === "adopt") throw lost;
    return done;
  };
  const third = await site.worker({ members: { execute } });
  await expect(third.adopt(runId)).rejects.toBe(lost);
  const claimId = (await site.run(runId)).attempt?.claimId ?? "";
  const taken = third.takeUpAgain({ runId, claimId });
  await site.ledger.execute(runId, { type: "pause" }, "test");
  await until("the runner says that it cannot pause", async () => {
    const events = await site.ledger.readEvents(runId, 0, 1_000);
    return events.some(({ data }) => String(data.message).includes("cannot be paused"));
  });
  await site.ledger.execute(runId, { type: "cancel", graceMs: 0 }, "test");
  expect(await taken).toMatchObject({ status: "cancelled", attempt: { number: 1 } });
  expect(await site.findings()).toEqual([]);
});
