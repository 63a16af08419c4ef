// Runs that come from another ledger as they are there. The other one is on SQLite, whatever database is claimed about.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Run } from "../../core/run.ts";
import type { EventRow, Ledger } from "../ledger.ts";
import { openLedger } from "../open-ledger.ts";
import { Push } from "../push-run.ts";
import { samplePlan } from "./experiments.contract.ts";
import {
  actor,
  codeOf,
  complete,
  completeAfterPause,
  findings,
  lose,
  queue,
  queuedData,
  type Subject,
  setLimit,
  start,
  useOf,
} from "./samples.contract.ts";

export function copyClaims(subject: () => Subject): void {
  let folder = "";
  let elsewhere: Ledger;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "runledger-elsewhere-"));
    elsewhere = await openLedger({ url: join(folder, "ledger.sqlite"), mustExist: false });
  });
  afterEach(async () => {
    await elsewhere.close();
    rmSync(folder, { recursive: true });
  });

  it("a copied run has the same events, links, times and fold, in whichever direction it went", async () => {
    const { ledger } = subject();
    await setLimit(ledger, "agent:deterministic", 1);
    for (const [from, to] of [
      [elsewhere, ledger],
      [ledger, elsewhere],
    ] as const) {
      const { runId } = await complete(from, { labels: { team: "a" } });
      await from.putLog([{ runId, attempt: 1, stream: "stdout", offset: 0, bytes: Buffer.from("said\n") }]);
      const push = new Push({ from, to });
      expect(await push.run(await theRun(from, runId))).toMatchObject({ result: "copied" });
      expect(await push.run(await theRun(from, runId))).toMatchObject({ result: "known" });
      expect(withoutPlace(await rowsOf(to, runId))).toEqual(withoutPlace(await rowsOf(from, runId)));
      expect({ ...(await to.getRun(runId)), position: 0 }).toEqual({ ...(await from.getRun(runId)), position: 0 });
      expect((await to.listRuns({ label: { key: "team", value: "a" } }, {})).runs[0]?.id).toBe(runId);
      expect((await to.journalCursor(runId, 1)).n).toBe(3);
      const said = await to.readLog({ runId, attempt: 1, stream: "stdout", offset: 0, limit: 10 });
      expect(Buffer.from(said).toString()).toBe("said\n");
    }
    // What ran elsewhere never took a slot here.
    expect(await useOf(ledger, "agent:deterministic")).toMatchObject({ used: 0 });
    expect([await findings(ledger), await findings(elsewhere)]).toEqual([[], []]);
  });

  it("a run that went on where it came from is continued; one that went on elsewhere differs", async () => {
    const { ledger } = subject();
    const first = await start(elsewhere);
    await lose(elsewhere, first);
    const push = new Push({ from: elsewhere, to: ledger });
    await push.run(await theRun(elsewhere, first.runId));
    await elsewhere.execute(first.runId, { type: "retry", claim: null }, actor);
    await elsewhere.execute(first.runId, { type: "cancel", graceMs: 0 }, actor);
    expect(await push.run(await theRun(elsewhere, first.runId))).toMatchObject({ result: "continued" });
    expect(await ledger.getRun(first.runId)).toMatchObject({ status: "cancelled" });
    await ledger.execute(first.runId, { type: "retry", claim: null }, "somebody else");
    expect(await push.run(await theRun(elsewhere, first.runId))).toMatchObject({ result: "known" });
    await elsewhere.execute(first.runId, { type: "retry", claim: null }, actor);
    await elsewhere.execute(first.runId, { type: "cancel", graceMs: 0 }, actor);
    expect(await push.run(await theRun(elsewhere, first.runId))).toMatchObject({ result: "differs" });
    expect(await findings(ledger)).toEqual([]);
  });

  it("a run that a build kept which counted no times is copied and known, in whichever direction it went", async () => {
    const { ledger, damage } = subject();
    const { runId } = await complete(ledger);
    const run = await theRun(ledger, runId);
    await damage(`UPDATE runs SET state = replace(state, ',"endedMs":${run.endedMs}', '')`);
    const kept = await theRun(ledger, runId);
    expect(kept.endedMs).toBeUndefined();
    expect(await new Push({ from: ledger, to: elsewhere }).run(kept)).toMatchObject({ result: "copied" });
    expect((await elsewhere.getRun(runId))?.endedMs).toBe(run.endedMs);
    const back = new Push({ from: elsewhere, to: ledger });
    expect(await back.run(await theRun(elsewhere, runId))).toMatchObject({ result: "known" });
  });

  it("a resumed run is copied and known, whichever build kept it, in whichever direction it went", async () => {
    const { ledger, damage } = subject();
    const { runId } = await completeAfterPause(ledger);
    const { atCheckpoint } = await theRun(ledger, runId);
    const older = `replace(replace(state, ',"atCheckpoint":${JSON.stringify(atCheckpoint)}', ''), '"stepsDone":2', '"stepsDone":1')`;
    await damage(`UPDATE runs SET state = ${older} WHERE run_id = '${runId}'`);
    const kept = await theRun(ledger, runId);
    expect(kept).toMatchObject({ stepsDone: 1 });
    expect(kept.atCheckpoint).toBeUndefined();
    expect(await new Push({ from: ledger, to: elsewhere }).run(kept)).toMatchObject({ result: "copied" });
    expect(await elsewhere.getRun(runId)).toMatchObject({ stepsDone: 2, atCheckpoint });
    const back = new Push({ from: elsewhere, to: ledger });
    expect(await back.run(await theRun(elsewhere, runId))).toMatchObject({ result: "known" });
  });

  it("a run that has not ended, was deleted here, or lacks a blob there is not copied", async () => {
    const { ledger } = subject();
    const push = new Push({ from: elsewhere, to: ledger });
    const queued = await queue(elsewhere);
    expect(await push.run(await theRun(elsewhere, queued))).toMatchObject({ result: "open", why: "it is queued" });
    expect(await codeOf(ledger.copyRun(queued, await rowsOf(elsewhere, queued)))).toBe("run.differs");
    const { runId } = await complete(elsewhere);
    await push.run(await theRun(elsewhere, runId));
    await ledger.execute(runId, { type: "delete", isForced: false }, actor);
    expect(await push.run(await theRun(elsewhere, runId))).toMatchObject({ result: "deleted" });
    const digest = `sha256:${"0".repeat(64)}`;
    const { subject: named } = await queuedData(elsewhere);
    const lacking = await complete(elsewhere, { subject: { ...named, digest } });
    expect(await push.run(await theRun(elsewhere, lacking.runId))).toMatchObject({ result: "incomplete" });
    expect(await ledger.getRun(lacking.runId)).toBeNull();
    expect(await findings(ledger)).toEqual([]);
  });

  it("events that were changed on their way, or recorded in the future, are refused and nothing is written", async () => {
    const { ledger } = subject();
    const { runId } = await complete(elsewhere);
    await queuedData(ledger);
    const rows = await rowsOf(elsewhere, runId);
    const changed = rows.map((row) => ({ ...row, actor: row.seq === 2 ? "somebody" : row.actor }));
    expect(await codeOf(ledger.copyRun(runId, changed))).toBe("run.differs");
    expect(await codeOf(ledger.copyRun(runId, rows.slice(0, -1)))).toBe("run.differs");
    expect(await codeOf(ledger.copyRun(runId, rows.slice(1)))).toBe("run.differs");
    const later = rows.map((row) => ({ ...row, recorded_at: row.recorded_at + 3_600_000 }));
    expect(await codeOf(ledger.copyRun(runId, later))).toBe("run.differs");
    expect(await ledger.getRun(runId)).toBeNull();
    const written = await Promise.all([1, 2, 3].map(() => ledger.copyRun(runId, rows)));
    expect(written.toSorted()).toEqual([false, false, true]);
    expect(await findings(ledger)).toEqual([]);
  });

  it("the experiment that a copied run is part of comes along, once, as it was planned", async () => {
    const { ledger } = subject();
    const plan = await samplePlan(elsewhere, { subjects: 2, trials: 1 });
    const planned = await elsewhere.planExperiment(plan, actor);
    const { runs } = await elsewhere.listRuns({ experimentId: plan.id }, { order: "oldest" });
    await elsewhere.execute(runs[0]?.id ?? "", { type: "cancel", graceMs: 0 }, actor);
    await new Push({ from: elsewhere, to: ledger }).run(await theRun(elsewhere, runs[0]?.id ?? ""));
    const push = () => new Push({ from: elsewhere, to: ledger }).plan(plan.id);
    await Promise.all([push(), push()]);
    const { tallies, ...copy } = (await ledger.getExperiment(plan.id)) ?? { tallies: [] };
    expect({ ...copy, position: 0, tallies: [] }).toEqual({ ...planned, position: 0, tallies: [] });
    expect(tallies).toMatchObject([{ status: "cancelled", runs: 1 }]);
    expect(await findings(ledger)).toEqual([]);
  });
}

async function theRun(ledger: Ledger, runId: string): Promise<Run> {
  const run = await ledger.getRun(runId);
  if (run === null) throw new Error(`there is no run ${runId}`);
  return run;
}

function rowsOf(ledger: Ledger, runId: string): Promise<EventRow[]> {
  return ledger.readRows(runId, 0, 500);
}

function withoutPlace(rows: EventRow[]) {
  return rows.map(({ position: _, ...row }) => row);
}
