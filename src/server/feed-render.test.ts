// What live streams send for a batch of events, and which events belong to an experiment.

import { expect, test } from "vitest";
import { RunledgerError } from "../core/errors.ts";
import type { LedgerEvent } from "../core/events.ts";
import type { Run } from "../core/run.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { makeStream, queuedBenchmark } from "../views/made-events.ts";
import type { Batch } from "./event-cursors.ts";
import { ofExperiment, renderChanges, renderEvents, renderOf } from "./feed-render.ts";
import type { Shown } from "./site.ts";

const experimentId = "01a201c5-0000-7000-8000-00000000e000";
const streams = ["11", "22", "33"].map((end, index) =>
  makeStream(
    { ...queuedBenchmark, experimentId: index === 0 ? experimentId : null },
    { id: `01a201c5-bf07-7467-aa3d-b1f17d20ee${end}` },
  ),
);
const [planned, other, deleted] = streams.map(({ run }) => run) as [Run, Run, Run];
const plan = eventOfLedger("experiment.planned", { id: experimentId });
const events = [plan, ...streams.flatMap((stream) => stream.events)];

/** Runs of which one was deleted; each read is counted. */
class Runs {
  reads = 0;
  isAway = false;

  async getRun(id: string): Promise<Run | null> {
    this.reads += 1;
    if (this.isAway) throw new RunledgerError("ledger.busy", "it does not answer");
    if (id === deleted.id) throw new RunledgerError("run.deleted", "it was deleted");
    return [planned, other].find((run) => run.id === id) ?? null;
  }
}

function eventOfLedger(type: string, data: object): LedgerEvent {
  const [first] = makeStream(queuedBenchmark).events;
  return { ...first, runId: null, seq: null, type, data } as unknown as LedgerEvent;
}

function batchOf(of: readonly LedgerEvent[]): Batch {
  return { from: "e.0", to: `e.${of.length}`, events: of, cursors: of.map((_, index) => `e.${index + 1}`) };
}

const shown: Shown = {
  openLook: () => async () => ({
    liveness: null,
    waitingFor: null,
    waitingOn: null,
    computedAt: "2026-11-22T10:00:00.000Z",
  }),
  files: { session: () => null },
  catalog: { now: () => null },
  changes: { isOther: async () => null },
} as unknown as Shown;

const messagesIn = (bytes: Buffer) => bytes.toString("utf8").split("\n\n").slice(0, -1);

test("each event is a message whose id is the cursor to go on from", async () => {
  const messages = messagesIn(await renderEvents(batchOf(events)));
  expect(messages).toHaveLength(events.length);
  expect(messages[0]).toMatch(/^id: e\.1\ndata: \{/);
  expect(JSON.parse(messages[1]?.split("data: ")[1] ?? "")).toMatchObject({ runId: planned.id, type: "run.queued" });
});

test("a batch is one message with the runs that it changed as they are, and the ids of those that are gone", async () => {
  const ledger = new Runs();
  const bytes = await renderChanges({ ledger: ledger as unknown as Ledger, ...shown })(batchOf(events));
  const [message, ...more] = messagesIn(bytes);
  expect(more).toEqual([]);
  expect(message).toMatch(new RegExp(`^event: runs\nid: e\\.${events.length}\ndata: `));
  const { runs, deleted: gone } = JSON.parse(message?.split("data: ")[1] ?? "");
  expect(runs.map(({ id }: { id: string }) => id)).toEqual([planned.id, other.id]);
  expect(gone).toEqual([deleted.id]);
  expect(ledger.reads).toBe(3);
});

test("what changes no run is no message, and a ledger that is away is no deleted run", async () => {
  const ledger = new Runs();
  const render = renderChanges({ ledger: ledger as unknown as Ledger, ...shown });
  expect(await render(batchOf([plan]))).toHaveLength(0);
  ledger.isAway = true;
  await expect(render(batchOf(events))).rejects.toMatchObject({ code: "ledger.busy" });
});

test("all streams of a server share what was read for a batch, and a reading that failed is made anew", async () => {
  const ledger = new Runs();
  const site = { ledger: ledger as unknown as Ledger, ...shown };
  const batch = batchOf(events);
  ledger.isAway = true;
  await expect(renderChanges(site)(batch)).rejects.toMatchObject({ code: "ledger.busy" });
  [ledger.isAway, ledger.reads] = [false, 0];
  const [one, other] = await Promise.all([renderChanges(site)(batch), renderChanges(site)(batch)]);
  expect(one).toBe(other);
  expect(ledger.reads).toBe(3);
});

test("an experiment's stream has its plan and the events of its runs, and looks at each run once", async () => {
  const ledger = new Runs();
  const isWanted = ofExperiment(ledger as unknown as Ledger, experimentId);
  const foreign = eventOfLedger("experiment.planned", { id: planned.id });
  const all = [...events, foreign, eventOfLedger("worker.started", {})];
  const messages = messagesIn(await renderOf(isWanted)(batchOf(all)));
  const ids = messages.map((message) => JSON.parse(message.split("data: ")[1] ?? "").runId);
  expect(ids).toEqual([null, ...(streams[0]?.events ?? []).map(({ runId }) => runId)]);
  // The cursor is that of the whole ledger, so that who comes back goes on behind what was left out.
  expect(messages.map((message) => /^id: (\S+)/.exec(message)?.[1])).toEqual(ids.map((_, index) => `e.${index + 1}`));
  expect(ledger.reads).toBe(3);
});
