// Blobs, logs, locks, verification and rebuilding.

import { expect, it } from "vitest";
import { systemLimits } from "../../core/system-limits.ts";
import {
  codeOf,
  complete,
  findings,
  ingest,
  queue,
  type Subject,
  scoreRecord,
  start,
  startedRecord,
} from "./samples.contract.ts";

export function keepingClaims(subject: () => Subject): void {
  it("bytes are kept once, under their digest", async () => {
    const { ledger } = subject();
    const bytes = new TextEncoder().encode("content");
    const digest = await ledger.putBlob(bytes);
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(await ledger.putBlob(bytes)).toBe(digest);
    expect(await ledger.getBlob(digest)).toEqual(bytes);
    expect(await ledger.getBlob(`sha256:${"0".repeat(64)}`)).toBeNull();
    expect(await ledger.getBlob("../../etc/passwd")).toBeNull();
  });

  it("output is kept by offset: the same bytes again change nothing, large chunks are cut", async () => {
    const { ledger } = subject();
    const { runId } = await start(ledger);
    const of = { runId, attempt: 1, stream: "stdout" as const };
    const bytes = new Uint8Array(200_000).map((_, index) => index % 251);
    await ledger.putLog([{ ...of, offset: 0, bytes: bytes.subarray(0, 150_000) }]);
    await ledger.putLog([{ ...of, offset: 100_000, bytes: bytes.subarray(100_000) }]);
    expect(await ledger.logSize(of)).toBe(200_000);
    expect(await ledger.readLog({ ...of, offset: 0, limit: 1_000_000 })).toEqual(bytes);
    expect(await ledger.readLog({ ...of, offset: 65_530, limit: 20 })).toEqual(bytes.subarray(65_530, 65_550));
    expect((await ledger.readLog({ ...of, offset: 200_000, limit: 10 })).length).toBe(0);
    expect((await ledger.readLog({ ...of, stream: "stderr", offset: 0, limit: 10 })).length).toBe(0);
    expect(await ledger.logCut(of)).toBeNull();
    expect(await codeOf(ledger.putLog([{ ...of, runId: crypto.randomUUID(), offset: 0, bytes }]))).toBe(
      "run.not-found",
    );
  });

  it("of a long stream the first and the last 8 MiB stay, and the cut is shown", async () => {
    const { ledger } = subject();
    const { runId } = await start(ledger);
    const of = { runId, attempt: 1, stream: "stderr" as const };
    const end = systemLimits.logEndBytesMax;
    const bytes = new Uint8Array(end / 2);
    for (let part = 0; part < 5; part += 1)
      await ledger.putLog([{ ...of, offset: part * bytes.length, bytes: bytes.fill(part) }]);
    const size = 5 * bytes.length;
    expect(await ledger.logSize(of)).toBe(size);
    expect(await ledger.logCut(of)).toEqual({ from: end, to: size - end });
    expect([...(await ledger.readLog({ ...of, offset: end - 1, limit: 10 }))]).toEqual([1]);
    expect((await ledger.readLog({ ...of, offset: end, limit: 10 })).length).toBe(0);
    expect([...(await ledger.readLog({ ...of, offset: size - end, limit: 1 }))]).toEqual([3]);
  });

  it("a lock is held until it is released, and its id says nothing of paths", async () => {
    const { ledger, openAgain } = subject();
    const other = await openAgain();
    expect(await other.isLockFree("w-1")).toBe(true);
    const lock = await ledger.holdLock("w-1");
    expect(await other.isLockFree("w-1")).toBe(false);
    await lock.release();
    await lock.release();
    expect(await other.isLockFree("w-1")).toBe(true);
    expect(await codeOf(ledger.isLockFree("../w-1"))).toBe("internal.bug");
  });

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

  const damages: { what: string; sql: (runId: string) => string; kind: string; hasPosition: boolean }[] = [
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
  for (const { what, sql, kind, hasPosition } of damages) {
    it(`verification finds ${what}, and names run, position and kind`, async () => {
      const { ledger, damage } = subject();
      await complete(ledger);
      const { runId } = await startWorking(subject());
      damage(sql(runId));
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
    damage("UPDATE counts SET runs = runs + 1 WHERE scope = '' AND status = 'completed'");
    const found = await findings(ledger);
    expect(found.map(({ kind }) => kind)).toEqual(["count"]);
    expect(found[0]?.detail).toBe("all runs, completed, passed: 2 kept, 1 there");
  });

  it("verification finds a record that was taken after its attempt's end", async () => {
    const { ledger, damage } = subject();
    const { runId } = await complete(ledger);
    damage(`UPDATE events SET type = 'log.written', attempt = 1, n = 9, journal_end = 9, journal_crc = '00000000',
      data = '{"level":"info","message":"late"}' WHERE run_id = '${runId}' AND type = 'run.completed'`);
    expect((await findings(ledger)).map(({ kind }) => kind)).toContain("late-event");
  });

  it("a rebuild mends the folds, and refuses events that cannot be folded", async () => {
    const { ledger, damage } = subject();
    const { runId } = await startWorking(subject());
    damage(`UPDATE runs SET status = 'paused' WHERE run_id = '${runId}'`);
    damage("UPDATE counts SET runs = 17");
    await ledger.rebuild();
    expect(await findings(ledger)).toEqual([]);
    damage(`DELETE FROM events WHERE run_id = '${runId}' AND seq = 4`);
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
