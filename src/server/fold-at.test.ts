import { expect, test } from "vitest";
import type { LedgerEvent } from "../core/events.ts";
import { foldRun } from "../core/run.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { madeStart, makeStream, queuedBenchmark } from "../views/made-events.ts";
import { foldAt } from "./fold-at.ts";

const all = manyEvents(12_000);
const runId = all[0]?.runId ?? "";

/** A ledger that counts the events that are read from it. */
function countingLedger(): Pick<Ledger, "readEvents"> & { read: number; events: LedgerEvent[] } {
  const ledger = {
    read: 0,
    events: all,
    async readEvents(id: string, after: number, limit: number): Promise<LedgerEvent[]> {
      const page = id === runId ? ledger.events.slice(after, after + limit) : [];
      ledger.read += page.length;
      return page;
    },
  };
  return ledger;
}

test("a run at any of its events is the fold of the events up to there, whatever was looked at before", async () => {
  const ledger = countingLedger();
  for (const seq of [1, 7, 11_000, 4_999, 5_000, 5_001, 10_000, 2, 12_000]) {
    expect(await foldAt(ledger, runId, seq)).toEqual(foldRun(all.slice(0, seq)));
  }
});

test("a second look reads what lies between it and a fold that was kept", async () => {
  const ledger = countingLedger();
  await foldAt(ledger, runId, 11_000);
  expect(ledger.read).toBe(11_000);
  ledger.read = 0;
  await foldAt(ledger, runId, 10_300);
  // And the event of that fold, to see that it is still there.
  expect(ledger.read).toBe(301);
});

test("what was kept of events that a failover has lost counts no more", async () => {
  const ledger = countingLedger();
  await foldAt(ledger, runId, 11_000);
  const others = all.slice(9_000).map((event) => ({ ...event, position: event.position + 100, data: { done: 1 } }));
  ledger.events = [...all.slice(0, 9_000), ...(others as LedgerEvent[])];
  expect(await foldAt(ledger, runId, 10_001)).toEqual(foldRun(ledger.events.slice(0, 10_001)));
});

test("a run that nobody knows has no fold", async () => {
  expect(await foldAt(countingLedger(), "01a2ffff-bf07-7467-aa3d-b1f17d20ee53", 5)).toBe(null);
});

function manyEvents(count: number): LedgerEvent[] {
  const { events } = makeStream(queuedBenchmark)
    .journal("attempt.started", madeStart)
    .journal("run.progressed", { done: 0 });
  const last = events.at(-1);
  if (last === undefined) throw new Error("the stream has events");
  const more = Array.from({ length: count - events.length }, (_, index) => {
    const seq = last.seq + 1 + index;
    return { ...last, seq, position: last.position + 1 + index, data: { done: index } } as LedgerEvent;
  });
  return [...events, ...more];
}
