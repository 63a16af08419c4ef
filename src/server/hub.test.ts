import { afterEach, beforeEach, expect, test } from "vitest";
import { RunledgerError } from "../core/errors.ts";
import type { LedgerEvent } from "../core/events.ts";
import { makeStream, queuedBenchmark } from "../views/made-events.ts";
import type { Batch } from "./event-cursors.ts";
import { Hub, type HubLedger } from "./hub.ts";

/** A ledger in memory: what is pushed is there at once, and it can fail or be another one from one moment to the next. */
class MemoryLedger implements HubLedger {
  epoch = "aaaaaaaa";
  failure: Error | null = null;
  readonly events: LedgerEvent[] = [];
  #mark = 0;
  #wake: () => void = () => undefined;

  push(count: number): void {
    const [event] = makeStream(queuedBenchmark).events as [LedgerEvent];
    for (let n = 0; n < count; n += 1) this.events.push({ ...event, position: this.events.length + 1 });
    this.ring();
  }

  ring(): void {
    this.#mark += 1;
    this.#wake();
  }

  async readAll(after: string | null, limit: number) {
    if (this.failure !== null) throw this.failure;
    const [epoch, position] = (after ?? `${this.epoch}.0`).split(".");
    if (epoch !== this.epoch) throw new RunledgerError("cursor.reset", "another epoch");
    const events = this.events.slice(Number(position), Number(position) + limit);
    const cursors = events.map((_, index) => `${this.epoch}.${Number(position) + index + 1}`);
    return { events, cursors, cursor: `${this.epoch}.${Number(position) + events.length}` };
  }

  async headCursor(): Promise<string> {
    return `${this.epoch}.${this.events.length}`;
  }

  changeMark(): number {
    return this.#mark;
  }

  waitForChange({ since = 0, signal }: { since?: number; signal?: AbortSignal }): Promise<boolean> {
    if (this.#mark > since) return Promise.resolve(true);
    return new Promise((resolve) => {
      this.#wake = () => resolve(true);
      signal?.addEventListener("abort", () => resolve(false), { once: true });
    });
  }
}

let ledger: MemoryLedger;
let hub: Hub;
let faults: unknown[];
let batches: Batch[];
let arrived: () => void;

beforeEach(async () => {
  ledger = new MemoryLedger();
  ledger.push(3);
  [faults, batches, arrived] = [[], [], () => undefined];
  hub = await Hub.open(ledger, (error) => faults.push(error));
  hub.subscribe((batch) => {
    batches.push(batch);
    arrived();
  });
});
afterEach(() => hub.close());

/** Until the hub has handed out the event at this position. */
async function handedOut(cursor: string): Promise<void> {
  while (hub.cursor !== cursor) {
    await new Promise<void>((resolve) => {
      arrived = resolve;
    });
  }
}

test("it begins at the head, hands out each event once and in order, and pages what is much", async () => {
  ledger.push(1_203);
  await handedOut("aaaaaaaa.1206");
  const positions = batches.flatMap(({ events }) => events.map(({ position }) => position));
  expect(positions).toEqual(Array.from({ length: 1_203 }, (_, n) => n + 4));
  expect(batches[0]?.from).toBe("aaaaaaaa.3");
  for (const [index, batch] of batches.entries()) expect(batch.from).toBe(batches[index - 1]?.to ?? "aaaaaaaa.3");
});

test("who was away gets the rest of a kept batch from any place in it, and is told where nothing is kept", async () => {
  ledger.push(10);
  await handedOut("aaaaaaaa.13");
  ledger.push(2);
  await handedOut("aaaaaaaa.15");
  expect(hub.keptAfter("aaaaaaaa.15")).toBeNull();
  expect(hub.keptAfter("aaaaaaaa.13")?.events.map(({ position }) => position)).toEqual([14, 15]);
  expect(hub.keptAfter("aaaaaaaa.11")?.events.map(({ position }) => position)).toEqual([12, 13]);
  expect(hub.keptAfter("aaaaaaaa.1")).toBeUndefined();
  ledger.push(6_000);
  await handedOut("aaaaaaaa.6015");
  expect(hub.keptAfter("aaaaaaaa.13")).toBeUndefined();
});

test("a ledger that fails is read again, and nothing is missed", async () => {
  ledger.failure = new RunledgerError("ledger.busy", "locked");
  ledger.push(1);
  while (faults.length === 0) await new Promise((resolve) => setImmediate(resolve));
  ledger.failure = null;
  await handedOut("aaaaaaaa.4");
  expect(batches.flatMap(({ events }) => events).map(({ position }) => position)).toEqual([4]);
});

test("a ledger that has become another one is read from its head, and what was kept of the old one is gone", async () => {
  ledger.push(2);
  await handedOut("aaaaaaaa.5");
  ledger.epoch = "bbbbbbbb";
  ledger.ring();
  await handedOut("bbbbbbbb.5");
  expect(hub.keptAfter("aaaaaaaa.3")).toBeUndefined();
  ledger.push(1);
  await handedOut("bbbbbbbb.6");
  expect(hub.keptAfter("bbbbbbbb.5")?.events.map(({ position }) => position)).toEqual([6]);
  expect(batches.at(-1)?.events.map(({ position }) => position)).toEqual([6]);
});

test("who listens to one run hears its events alone, and nothing after it has left", async () => {
  const heard: number[] = [];
  const runId = ledger.events[0]?.runId ?? "";
  const leaveOne = hub.subscribeToRun(runId, (events) => heard.push(...events.map(({ position }) => position)));
  const leaveOther = hub.subscribeToRun(runId, () => heard.push(-1));
  leaveOther();
  ledger.push(2);
  const foreign = { ...(ledger.events[0] as LedgerEvent), runId: "another run", position: 6 };
  ledger.events.push(foreign, { ...foreign, runId: null, position: 7 } as LedgerEvent);
  ledger.ring();
  await handedOut("aaaaaaaa.7");
  expect(heard).toEqual([4, 5]);
  leaveOne();
  ledger.push(1);
  await handedOut("aaaaaaaa.8");
  expect(heard).toEqual([4, 5]);
});
