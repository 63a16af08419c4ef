// Verification finds what was damaged behind the ledger's back; a rebuild mends what can be made anew.

import { expect, it } from "vitest";
import { effectiveLimits } from "../../core/limits.ts";
import {
  codeOf,
  complete,
  completeAfterPause,
  findings,
  ingest,
  lose,
  queue,
  type Subject,
  scoreRecord,
  start,
  startedRecord,
} from "./samples.contract.ts";

type Damage = { what: string; sql: (runId: string) => string; kind: string; hasPosition: boolean };

const damages: Damage[] = [
  {
    what: "a flipped byte in an event",
    sql: (id) => `UPDATE events SET data = replace(data, 'acting', 'actinG') WHERE run_id = '${id}'`,
    kind: "hash-link",
    hasPosition: true,
  },
  {
    what: "an event that is no JSON any more",
    sql: (id) => `UPDATE events SET data = '{' WHERE run_id = '${id}' AND seq = 3`,
    kind: "unreadable",
    hasPosition: true,
  },
  {
    what: "a deleted middle event",
    sql: (id) => `DELETE FROM events WHERE run_id = '${id}' AND seq = 4`,
    kind: "sequence",
    hasPosition: true,
  },
  {
    what: "a deleted last event",
    sql: (id) => `DELETE FROM events WHERE run_id = '${id}' AND seq = 5`,
    kind: "hash-link",
    hasPosition: true,
  },
  {
    what: "a status changed in the projection",
    sql: (id) => `UPDATE runs SET status = 'paused' WHERE run_id = '${id}'`,
    kind: "projection",
    hasPosition: true,
  },
  {
    what: "a state changed in the projection",
    sql: (id) =>
      `UPDATE runs SET state = replace(state, '"phase":"acting"', '"phase":"scoring"') WHERE run_id = '${id}'`,
    kind: "projection",
    hasPosition: true,
  },
  {
    what: "a run that is not listed",
    sql: (id) => `DELETE FROM runs WHERE run_id = '${id}'`,
    kind: "projection",
    hasPosition: true,
  },
  {
    what: "a run without events",
    sql: (id) => `DELETE FROM events WHERE run_id = '${id}'`,
    kind: "projection",
    hasPosition: false,
  },
  {
    what: "a lost label",
    sql: () => "DELETE FROM run_labels WHERE key = 'b'",
    kind: "projection",
    hasPosition: true,
  },
  {
    what: "an attempt that has another worker",
    sql: (id) => `UPDATE attempts SET worker = 'nobody' WHERE run_id = '${id}'`,
    kind: "attempt",
    hasPosition: false,
  },
  {
    what: "a deleted run that is still listed",
    sql: (id) => `INSERT INTO tombstones (run_id, deleted_at, position) VALUES ('${id}', 1, 1)`,
    kind: "sequence",
    hasPosition: true,
  },
];

export function verificationClaims(subject: () => Subject): void {
  it("verification of a ledger with everything in it finds nothing, also after a rebuild", async () => {
    const { ledger } = subject();
    await complete(ledger, { labels: { b: "2", a: "1" } });
    const { runId } = await complete(ledger);
    await queue(ledger);
    await ledger.execute(runId, { type: "delete", isForced: false }, "tester");
    await ingest(ledger, await start(ledger), startedRecord, scoreRecord);
    expect(await findings(ledger)).toEqual([]);
    const before = await everything(subject());
    expect(await ledger.rebuild()).toEqual({ runs: 3 });
    expect(await everything(subject())).toEqual(before);
    expect(await findings(ledger)).toEqual([]);
    await queue(ledger);
    expect(await findings(ledger)).toEqual([]);
  });

  for (const { what, sql, kind, hasPosition } of damages) {
    it(`verification finds ${what}, and names run, position and kind`, async () => {
      const { ledger, damage } = subject();
      await complete(ledger);
      const { runId } = await startWorking(subject());
      await damage(sql(runId));
      const found = await findings(ledger);
      const of = found.filter((finding) => finding.kind === kind);
      expect(of.map((finding) => finding.runId)).toContain(runId);
      expect(of.some((finding) => (finding.position !== null) === hasPosition)).toBe(true);
      expect(new Set(found.filter(({ kind: of }) => of !== "count").map((finding) => finding.runId))).toEqual(
        new Set([runId]),
      );
      const named = await findings(ledger, [runId]);
      expect(named.map((finding) => finding.kind)).toContain(kind);
    });
  }

  it("verification finds a count that is off by one", async () => {
    const { ledger, damage } = subject();
    await complete(ledger);
    await damage("UPDATE counts SET runs = runs + 1 WHERE scope = '' AND status = 'completed'");
    const found = await findings(ledger);
    expect(found.map(({ kind }) => kind)).toEqual(["count"]);
    expect(found[0]?.detail).toBe("all runs, completed, passed: 2 kept, 1 there");
  });

  it("verification finds a record that was taken after its attempt's end", async () => {
    const { ledger, damage } = subject();
    const { runId } = await complete(ledger);
    await damage(`UPDATE events SET type = 'log.written', attempt = 1, n = 9, journal_end = 9, journal_crc = '00000000',
      data = '{"level":"info","message":"late"}' WHERE run_id = '${runId}' AND type = 'run.completed'`);
    expect((await findings(ledger)).map(({ kind }) => kind)).toContain("late-event");
  });

  it("a run that a build kept which counted no times is as it should be, one of another time is not", async () => {
    const { ledger, damage } = subject();
    const { runId } = await complete(ledger);
    const time = `,"endedMs":${(await ledger.getRun(runId))?.endedMs}`;
    const change = (to: string) => damage(`UPDATE runs SET state = replace(state, '${time}', '${to}')`);
    await change(`${time}1`);
    expect((await findings(ledger)).map(({ kind }) => kind)).toEqual(["projection"]);
    await ledger.rebuild();
    await change("");
    expect((await ledger.getRun(runId))?.endedMs).toBeUndefined();
    expect(await findings(ledger)).toEqual([]);
  });

  it("a resumed run that a build kept which counted the steps of its last attempt is as it should be", async () => {
    const { ledger, damage } = subject();
    const { runId } = await completeAfterPause(ledger);
    expect(await ledger.getRun(runId)).toMatchObject({ status: "completed", stepsDone: 2 });
    const change = (from: string, to: string) =>
      damage(`UPDATE runs SET state = replace(state, '${from}', '${to}') WHERE run_id = '${runId}'`);
    await change('"stepsDone":2', '"stepsDone":1');
    expect((await findings(ledger)).map(({ kind }) => kind)).toEqual(["projection"]);
    const kept = JSON.stringify((await ledger.getRun(runId))?.atCheckpoint);
    await change(`,"atCheckpoint":${kept}`, "");
    expect(await ledger.getRun(runId)).toMatchObject({ stepsDone: 1 });
    expect((await ledger.getRun(runId))?.atCheckpoint).toBeUndefined();
    expect(await findings(ledger)).toEqual([]);
    await ledger.rebuild();
    expect(await ledger.getRun(runId)).toMatchObject({ stepsDone: 2 });
    expect(await findings(ledger)).toEqual([]);
  });

  it("a run that a build kept whose queue limit counted the wait before a retry is as it should be", async () => {
    const { ledger, damage } = subject();
    const retryPolicy = { retries: 1, backoffMs: 3_600_000, origins: ["lost" as const] };
    const waiting = await start(ledger, { retryPolicy, limits: effectiveLimits("benchmark", { queue_s: 10 }) });
    await ingest(ledger, waiting, startedRecord);
    await lose(ledger, waiting);
    expect(await findings(ledger)).toEqual([]);
    const overdueMs = Date.parse((await ledger.getRun(waiting.runId))?.queuedSince ?? "") + 10_000;
    await damage(`UPDATE runs SET overdue_at = ${overdueMs + 1}`);
    expect((await findings(ledger)).map(({ kind }) => kind)).toEqual(["projection"]);
    await damage(`UPDATE runs SET overdue_at = ${overdueMs}`);
    expect(await findings(ledger)).toEqual([]);
  });

  it("a rebuild mends the folds, and refuses events that cannot be folded", async () => {
    const { ledger, damage } = subject();
    const { runId } = await startWorking(subject());
    await damage(`UPDATE runs SET status = 'paused' WHERE run_id = '${runId}'`);
    await damage("UPDATE counts SET runs = 17");
    await ledger.rebuild();
    expect(await findings(ledger)).toEqual([]);
    await damage(`DELETE FROM events WHERE run_id = '${runId}' AND seq = 4`);
    expect(await codeOf(ledger.rebuild())).toBe("ledger.damaged");
    expect((await ledger.getRun(runId))?.status).toBe("running");
  });
}

/** A run with labels, in the middle of its work: five events in two appends. */
async function startWorking({ ledger }: Subject): Promise<{ runId: string }> {
  const run = await start(ledger, { labels: { a: "1", b: "2" } });
  await ingest(ledger, run, startedRecord, ["run.progressed", { phase: "acting" }], ["run.progressed", { done: 1 }]);
  return run;
}

async function everything({ ledger }: Subject) {
  return { runs: await ledger.listRuns({}, {}), counts: await ledger.countRuns(), live: await ledger.liveAttempts() };
}
