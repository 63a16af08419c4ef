// Ingestion and endings: each record once, each attempt ended once, nothing changed by what comes late.

import { expect, it } from "vitest";
import { finishType } from "../../protocol/journal.ts";
import {
  actor,
  claimBy,
  codeOf,
  complete,
  conclusionOf,
  endingOf,
  findings,
  ingest,
  type Subject,
  scoreRecord,
  start,
  startedRecord,
} from "./samples.contract.ts";

export function journalClaims(subject: () => Subject): void {
  it("a record is taken exactly once, however often its journal is read", async () => {
    const { ledger } = subject();
    const run = await start(ledger);
    const { runId, attempt, claimId, journal } = run;
    const records = journal.write(startedRecord, ["run.progressed", { phase: "acting" }]);
    const batch = { runId, attempt, claimId, actor, records };
    const first = await ledger.ingest(batch);
    expect([first.taken, first.late, first.run.status, first.run.phase]).toEqual([2, 0, "running", "acting"]);
    const second = await ledger.ingest(batch);
    expect([second.taken, second.late, second.run]).toEqual([0, 0, first.run]);
    expect(second.cursor).toEqual(first.cursor);
    expect(await ledger.journalCursor(runId, 1)).toEqual(first.cursor);
    const more = await ledger.ingest({ ...batch, records: [...records, ...journal.write(scoreRecord)] });
    expect([more.taken, more.run.seq]).toEqual([1, 5]);
    expect((await ledger.readEvents(runId, 2, 10)).map((event) => event.at)).toEqual(
      Array(3).fill("2026-11-22T10:00:00.123Z"),
    );
    expect(await findings(ledger)).toEqual([]);
  });

  it("a gap, a changed record and what no journal may hold are refused whole", async () => {
    const { ledger } = subject();
    const run = await start(ledger);
    const { runId, attempt, claimId, journal } = run;
    const records = journal.write(startedRecord, ["run.progressed", {}], ["run.progressed", {}]);
    const batch = { runId, attempt, claimId, actor };
    expect(await codeOf(ledger.ingest({ ...batch, records: records.slice(1) }))).toBe("journal.corrupt");
    expect(await codeOf(ledger.ingest({ ...batch, records: records.toSpliced(1, 1) }))).toBe("journal.corrupt");
    expect((await ledger.getRun(runId))?.seq).toBe(2);
    await ledger.ingest({ ...batch, records });
    for (const index of [0, 2]) {
      const changed = records.map((record, at) => (at === index ? { ...record, crc: "00000bad" } : record));
      expect(await codeOf(ledger.ingest({ ...batch, records: changed }))).toBe("journal.corrupt");
    }
    const [next] = journal.write(["run.progressed", {}]);
    if (next === undefined) throw new Error("a record was written");
    const bad = [
      { ...next, type: "run.completed" },
      { ...next, type: "unheard.of" },
      { ...next, type: finishType },
      { ...next, type: "step.started", dataText: '{"step":1}' },
      { ...next, at: "2026-02-30T10:00:00.123Z" },
      { ...next, at: "2026-02-28T10:00:61.123Z" },
    ];
    for (const record of bad) {
      expect(await codeOf(ledger.ingest({ ...batch, records: [record] }))).toBe("journal.corrupt");
    }
    expect((await ledger.getRun(runId))?.seq).toBe(5);
    expect((await ledger.ingest({ ...batch, records: [{ ...next, type: "x.mine" }] })).taken).toBe(1);
    expect(await findings(ledger)).toEqual([]);
  });

  it("only the newest claim writes: an adopted attempt refuses its former supervisor", async () => {
    const { ledger } = subject();
    const run = await start(ledger);
    await ingest(ledger, run, startedRecord);
    const heir = claimBy("worker-2");
    const adopt = { type: "adopt", fromClaimId: run.claimId, evidence: "lock free", ...heir } as const;
    await ledger.execute(run.runId, adopt, actor);
    expect(await codeOf(ledger.execute(run.runId, adopt, actor))).toBe("run.claim-lost");
    expect(await codeOf(ingest(ledger, run, scoreRecord))).toBe("run.claim-lost");
    expect(await codeOf(ledger.conclude(conclusionOf(run, endingOf("ok"))))).toBe("run.claim-lost");
    const [live] = await ledger.liveAttempts("worker-2");
    expect([live?.runId, live?.claimId, live?.cursor.n]).toEqual([run.runId, heir.claimId, 1]);
    expect(await ledger.liveAttempts("worker-1")).toEqual([]);
    expect(await findings(ledger)).toEqual([]);
  });

  it("an attempt without a supervisor says since when, until it is adopted", async () => {
    const { ledger } = subject();
    const { runId, claimId } = await start(ledger);
    await ledger.execute(runId, { type: "orphan", claimId, evidence: "lock free" }, actor);
    expect((await ledger.liveAttempts())[0]?.orphanedAt).toMatch(/^\d{4}-.*Z$/);
    await ledger.execute(runId, { type: "adopt", fromClaimId: claimId, evidence: "watch", ...claimBy("w2") }, actor);
    expect((await ledger.liveAttempts())[0]?.orphanedAt).toBeNull();
    expect(await findings(ledger)).toEqual([]);
  });

  it("an ending says in one append what it means for the run, and comes once", async () => {
    const { ledger } = subject();
    const run = await start(ledger);
    await ingest(ledger, run, startedRecord, scoreRecord);
    const finish = run.journal.finish();
    const { run: ended, events } = await ledger.conclude(conclusionOf(run, endingOf("ok"), finish));
    expect(events.map((event) => event.type)).toEqual(["attempt.ended", "run.completed"]);
    expect([ended.status, ended.score, ended.passed]).toEqual(["completed", 1, true]);
    expect(await ledger.liveAttempts()).toEqual([]);
    expect(await ledger.journalCursor(run.runId, 1)).toEqual(finish);
    expect(await ledger.countRuns()).toEqual([{ status: "completed", passed: true, runs: 1 }]);
    expect(await codeOf(ledger.conclude(conclusionOf(run, endingOf("ok"), finish)))).toBe("run.claim-lost");
    expect(await findings(ledger)).toEqual([]);
  });

  it("an ending whose finish record does not follow the last record taken is refused", async () => {
    const { ledger } = subject();
    const run = await start(ledger);
    run.journal.write(startedRecord);
    expect(await codeOf(ledger.conclude(conclusionOf(run, endingOf("ok"), run.journal.finish())))).toBe(
      "journal.corrupt",
    );
    expect((await ledger.getRun(run.runId))?.status).toBe("starting");
  });

  it("an ending that cannot happen in this status is a bug, and writes nothing", async () => {
    const { ledger } = subject();
    const run = await start(ledger);
    expect(await codeOf(ledger.conclude(conclusionOf(run, endingOf("ok"))))).toBe("internal.bug");
    expect(await findings(ledger)).toEqual([]);
  });

  it("records after the end change nothing: they are counted once, with the result that they claim", async () => {
    const { ledger } = subject();
    const run = await start(ledger);
    await ingest(ledger, run, startedRecord);
    const error = { code: "runner.gone", origin: "runner" as const, message: "gone" };
    await ledger.conclude(conclusionOf(run, endingOf("gone", error)));
    const { runId, attempt, claimId, journal } = run;
    const finish: [string, object] = [
      finishType,
      { outcome: "completed", error: null, checkpoint: null, isByCancel: false },
    ];
    const batch = { runId, attempt, claimId, actor, records: journal.write(scoreRecord, finish) };
    const late = await ledger.ingest(batch);
    expect([late.taken, late.late, late.run.status, late.run.score]).toEqual([0, 2, "lost", null]);
    expect(late.run.late).toEqual({ records: 2, claims: "completed", score: 1 });
    expect((await ledger.ingest(batch)).late).toBe(0);
    expect((await ledger.readEvents(runId, 0, 100)).filter((event) => event.type === "attempt.late").length).toBe(1);
    expect(await codeOf(ledger.ingest({ ...batch, claimId: "another" }))).toBe("run.claim-lost");
    expect(await codeOf(ledger.ingest({ ...batch, attempt: 2 }))).toBe("run.claim-lost");
    expect(await findings(ledger)).toEqual([]);
  });

  it("a retried run takes a new attempt, and the old one's records are late", async () => {
    const { ledger } = subject();
    const run = await start(ledger);
    await ingest(ledger, run, startedRecord);
    const error = { code: "runner.exited", origin: "runner" as const, message: "exit 1" };
    await ledger.conclude(conclusionOf(run, endingOf("exit", error)));
    const claim = claimBy("worker-2");
    const retried = await ledger.execute(run.runId, { type: "retry", claim }, actor);
    expect([retried.run.status, retried.run.attempt?.number]).toEqual(["starting", 2]);
    expect((await ingest(ledger, run, scoreRecord)).late).toBe(1);
    expect((await ledger.getRun(run.runId))?.status).toBe("starting");
    expect((await ledger.liveAttempts()).map(({ attempt, cursor }) => [attempt, cursor.n])).toEqual([[2, 0]]);
    expect(await findings(ledger)).toEqual([]);
  });

  it("a run from elsewhere is taken whole, once, and marked", async () => {
    const { ledger } = subject();
    const { runId } = await complete(ledger);
    const events = (await ledger.readEvents(runId, 0, 100)).map(({ attempt, v, type, at, actor: by, data }) => ({
      attempt,
      v,
      type,
      at,
      actor: by,
      dataText: JSON.stringify(data),
      record: type === "attempt.started" ? { n: 1, end: 100, crc: "12345678" } : null,
    }));
    const elsewhere = crypto.randomUUID();
    expect(await ledger.importRun(elsewhere, events)).toBe(true);
    expect(await ledger.importRun(elsewhere, events)).toBe(false);
    expect(await ledger.importRun(runId, events)).toBe(false);
    const run = await ledger.getRun(elsewhere);
    expect([run?.status, run?.score, run?.imported]).toEqual(["completed", 1, true]);
    expect((await ledger.journalCursor(elsewhere, 1)).n).toBe(1);
    const broken = events.map((event) => ({ ...event, dataText: "{}" }));
    expect(await codeOf(ledger.importRun(crypto.randomUUID(), broken))).toBe("import.unreadable");
    const timeless = events.map((event) => ({ ...event, at: "yesterday" }));
    expect(await codeOf(ledger.importRun(crypto.randomUUID(), timeless))).toBe("import.unreadable");
    expect(await findings(ledger)).toEqual([]);
  });
}
