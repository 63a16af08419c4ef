// A ledger that has failed over to a standby which lacked the newest records: the journal gives them to it again, while
// the supervisor lives. Primary and standby are two ledgers of their own.

import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { RunledgerError } from "../core/errors.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { openLedger } from "../ledger/open-ledger.ts";
import { attemptFiles } from "../protocol/attempt-files.ts";
import { journalStart } from "../protocol/journal.ts";
import { finished, journalText, type Line, queuedData, started } from "./attempt-folder.fixture.ts";
import { createIntake, type Intake } from "./ingest.ts";
import { programEnv, programNamed, until, Worksite } from "./worksite.fixture.ts";

// Real runners on a busy machine need their time.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

const notes = [1, 2, 3, 4, 5].map((step): Line => ({ type: "x.note", data: { step } }));
const lines = [started, ...notes];

let site: Worksite;
let standby: Ledger;
let now: Ledger;
beforeEach(async () => {
  site = await Worksite.open();
  standby = await openLedger({ url: join(site.folder, "standby"), mustExist: false });
  now = site.ledger;
});
afterEach(async () => {
  await standby.close();
  await site[Symbol.asyncDispose]();
});

/** An attempt with these records in the primary, which has taken all, and in the standby, which has the first three. */
async function replicated(): Promise<{ runId: string; folder: string; intake: Intake }> {
  const { runId, folder } = await site.abandoned(lines);
  const { attempt } = await site.run(runId);
  const { worker = "", place = { bootId: "", pidns: "" }, claimId = "" } = attempt ?? {};
  await standby.execute(runId, { type: "queue", data: queuedData(), claim: { worker, place, claimId } }, "test");
  const copy = join(site.folder, "copy");
  mkdirSync(copy);
  writeFileSync(join(copy, attemptFiles.journal), journalText(lines.slice(0, 3)));
  const ids = { runId, attempt: 1, claimId, cursor: journalStart };
  await createIntake({ ...ids, ledger: standby, folder: copy }).pump();
  const ledger = new Proxy(site.ledger, {
    get(_, name) {
      const member: unknown = Reflect.get(now, name, now);
      return typeof member === "function" ? member.bind(now) : member;
    },
  });
  const intake = createIntake({ ...ids, ledger, folder });
  await intake.pump();
  expect([intake.state.cursor.n, (await standby.journalCursor(runId, 1)).n]).toEqual([6, 3]);
  now = standby;
  return { runId, folder, intake };
}

/** Appends to the journal as its runner would. */
function report(folder: string, ...more: Line[]): void {
  const text = journalText([...lines, ...more]);
  appendFileSync(join(folder, attemptFiles.journal), text.slice(journalText(lines).length));
}

it("records that the ledger has lost are taken again before the next one", async () => {
  const { runId, folder, intake } = await replicated();
  report(folder, { type: "x.note", data: { step: 6 } });
  await intake.pump();
  expect(intake.state).toMatchObject({ fault: null, cursor: { n: 7 } });
  expect((await standby.journalCursor(runId, 1)).n).toBe(7);
});

it("a record that is no good is a fault all the same", async () => {
  const { folder, intake } = await replicated();
  report(folder, { type: "step.started", data: { step: 7 } });
  await intake.pump();
  expect(intake.state.fault).toContain("its data is no step.started");
});

it("records that are missing when nothing but the ending is left are taken before it", async () => {
  const { runId, folder, intake } = await replicated();
  now = site.ledger;
  report(folder, finished());
  await intake.pump();
  expect(intake.state.finish).not.toBeNull();
  expect(await intake.goBack()).toBe(false);
  now = standby;
  expect(await intake.goBack()).toBe(true);
  await intake.pump();
  expect(intake.state).toMatchObject({ fault: null, cursor: { n: 6 }, finish: { cursor: { n: 7 } } });
  expect((await standby.journalCursor(runId, 1)).n).toBe(6);
});

it("an ending that a ledger refuses for the records that it has lost is written after these", async () => {
  let asked = 0;
  let refused = 0;
  const worker = await site.worker({
    members: {
      conclude: (conclusion) => {
        refused += 1;
        if (refused > 1) return site.ledger.conclude(conclusion);
        return Promise.reject(new RunledgerError("journal.corrupt", "the ledger has less records"));
      },
      // What the ledger has lost it takes again: here it has them still, and knows them.
      journalCursor: async () => {
        asked += 1;
        return journalStart;
      },
    },
  });
  const runId = await site.queue({ claim: worker.newClaim() });
  expect(await worker.runToEnd(runId, { env: programEnv })).toMatchObject({ status: "completed" });
  expect([asked, refused]).toEqual([1, 2]);
  expect(await site.findings()).toEqual([]);
});

it("a runner whose claim was lost, so that its attempt was begun anew elsewhere, acts no longer beside that", async () => {
  const worker = await site.worker({
    members: {
      getRun: (id) => now.getRun(id),
      ingest: (batch) => now.ingest(batch),
      readEvents: (...of) => now.readEvents(...of),
    },
  });
  const argv = programNamed("never-exits.mjs", site.folder);
  const runId = await site.queue({ argv, claim: worker.newClaim() });
  const ended = worker.runOnce(await site.run(runId), { env: programEnv });
  await site.isReady(runId);
  const claim = { worker: "far", place: { bootId: "another", pidns: "pid:[1]" }, claimId: "anew" };
  await standby.execute(runId, { type: "queue", data: queuedData(), claim }, "test");
  now = standby;
  // The word of any change has it look once more.
  await site.ledger.execute(runId, { type: "pause" }, "test");
  expect(await ended).toMatchObject({ attempt: { number: 1, claimId: "anew", outcome: null } });
  expect(worker.refusedWrites).toBe(1);
  await until("nothing of it is left", () => site.processes().length === 0);
});
