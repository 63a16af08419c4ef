// Runs of a worker on another host that is silent: what they become, and who may say so. Which workers are silent is for
// the database to say; here it is told.

import { appendFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RunledgerError } from "../core/errors.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { attemptFiles } from "../protocol/attempt-files.ts";
import { finished, journalText, type Line, scored, started } from "./attempt-folder.fixture.ts";
import { takeOverSilent } from "./take-over.ts";
import { Worksite, withMembers } from "./worksite.fixture.ts";

const claim = { worker: "far", place: { bootId: "another", pidns: "pid:[1]" }, claimId: "c" };

let site: Worksite;
beforeEach(async () => {
  site = await Worksite.open();
});
afterEach(() => site[Symbol.asyncDispose]());

/** The ledger as it is where hosts share it and the worker `far` has not been heard of. */
function shared(members: Partial<Ledger> = {}): Ledger {
  return withMembers(site.ledger, { takeoverAfterMs: 20_000, silentWorkers: async () => ["far"], ...members });
}

it("each run of a silent worker is lost, marked as confirmed by nobody, and no run of any other", async () => {
  const runId = await site.queue({ claim });
  const other = await site.queue({ claim: { ...claim, worker: "near", claimId: "d" } });
  expect(await takeOverSilent(shared())).toEqual([runId]);
  expect(await site.run(runId)).toMatchObject({
    ...{ status: "lost", attempt: { outcome: "lost" } },
    error: { code: "runner.gone", origin: "worker", message: expect.stringContaining("not heard of for 20 s") },
  });
  expect((await site.ending(runId)).evidence).toMatchObject({
    fact: "silent",
    seenBy: "conclusion",
    containment: null,
  });
  const lost = (await site.ledger.readEvents(runId, 0, 100)).find(({ type }) => type === "run.lost");
  expect(lost?.data).toMatchObject({ unconfirmed: true });
  expect((await site.run(other)).status).toBe("starting");
  expect(await takeOverSilent(shared())).toEqual([]);
});

it("nobody is asked where all share one host, nor through a server, which sees to its runs itself", async () => {
  const silentWorkers = () => Promise.reject(new RunledgerError("usage.not-remote", "not through a server"));
  expect(await takeOverSilent(shared({ takeoverAfterMs: null, silentWorkers }))).toEqual([]);
});

describe("where the files of its runner lie here", () => {
  /** A run of the silent worker, and what its runner wrote here. */
  async function written(lines: readonly Line[]): Promise<string> {
    const runId = await site.queue({ claim });
    const folder = site.folderOf(runId);
    mkdirSync(folder, { recursive: true });
    appendFileSync(join(folder, attemptFiles.journal), journalText(lines));
    const lock = join(site.ledger.home, "locks", "runner-1");
    const facts = { pid: 2 ** 22, startTicks: 1, place: claim.place, build: "b", lock, claimId: "c" };
    writeFileSync(join(folder, attemptFiles.runner), JSON.stringify(facts));
    return runId;
  }

  it("what that has finished counts", async () => {
    const runId = await written([started, finished()]);
    expect(await takeOverSilent(shared())).toEqual([runId]);
    expect(await site.run(runId)).toMatchObject({ status: "completed", attempt: { outcome: "completed" } });
    const { evidence } = await site.ending(runId);
    expect(evidence).toMatchObject({ fact: "ok", note: expect.stringContaining("not heard of for 20 s") });
    expect(await site.findings()).toEqual([]);
  });

  it("and it has not finished, it is lost and confirmed by nobody, with all that it wrote", async () => {
    const runId = await written([started, scored(0.5)]);
    expect(await takeOverSilent(shared())).toEqual([runId]);
    expect((await site.run(runId)).status).toBe("lost");
    expect((await site.ending(runId)).evidence).toMatchObject({ fact: "silent", containment: null });
    const types = (await site.ledger.readEvents(runId, 0, 100)).map(({ type }) => type);
    expect(types).toEqual([
      "run.queued",
      "attempt.claimed",
      "attempt.started",
      "score.recorded",
      "attempt.ended",
      "run.lost",
    ]);
  });

  it("and they cannot be read, it is lost all the same", async () => {
    const runId = await written([started, finished()]);
    const journal = join(site.folderOf(runId), attemptFiles.journal);
    rmSync(journal);
    mkdirSync(journal);
    expect(await takeOverSilent(shared())).toEqual([runId]);
    expect((await site.run(runId)).status).toBe("lost");
  });

  it("who comes second concludes nothing", async () => {
    const runId = await written([started, finished()]);
    const live = await site.ledger.liveAttempts("far");
    await takeOverSilent(shared());
    expect(await takeOverSilent(shared({ liveAttempts: async () => live }))).toEqual([]);
    expect((await site.run(runId)).status).toBe("completed");
  });
});

it("a run that the policy tries again goes back to the queue", async () => {
  const runId = await site.queue({ claim, retries: 1 });
  expect(await takeOverSilent(shared())).toEqual([runId]);
  expect(await site.run(runId)).toMatchObject({ status: "queued", attempt: { outcome: "lost" } });
});

it("whoever comes second takes nothing over, and is not in the way of the others", async () => {
  const first = await site.queue({ claim });
  const second = await site.queue({ claim: { ...claim, claimId: "d" } });
  const live = await site.ledger.liveAttempts("far");
  await site.ledger.execute(first, { type: "adopt", fromClaimId: "c", evidence: "e", ...claim, claimId: "e" }, "test");
  expect(await takeOverSilent(shared({ liveAttempts: async () => live }))).toEqual([second]);
  expect((await site.run(first)).status).toBe("starting");
});

it("a ledger that fails is not taken for a run that somebody else has", async () => {
  await site.queue({ claim });
  const full = new RunledgerError("ledger.disk-full", "no space left");
  await expect(takeOverSilent(shared({ conclude: () => Promise.reject(full) }))).rejects.toBe(full);
});

it("where hosts share no ledger there is nothing to take over", async () => {
  const runId = await site.queue({ claim: { ...claim, claimId: "d" } });
  expect(await takeOverSilent(site.ledger)).toEqual([]);
  expect((await site.run(runId)).status).toBe("starting");
});
