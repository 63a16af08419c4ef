// What counts as an interrupt, with a clock of the test's own and signals that are only emitted.

import { expect, test } from "vitest";
import { onInterrupt } from "./interrupts.ts";

test("signals within 300 ms of one that counted are the same interrupt, whichever they are; a later one is the next", () => {
  const counts: number[] = [];
  let ms = 0;
  using interrupts = onInterrupt(
    (count) => void counts.push(count),
    undefined,
    () => ms,
  );
  for (const [at, signal] of [
    [1_000, "SIGTERM"],
    [1_002, "SIGTERM"],
    [1_299, "SIGHUP"],
    [1_300, "SIGTERM"],
    [1_599, "SIGHUP"],
  ] as const) {
    ms = at;
    process.emit(signal, signal);
  }
  expect([counts, interrupts.count]).toEqual([[1, 2], 2]);
});

test("a reader who is gone counts like a signal, and nothing counts after the end", () => {
  const gone = new AbortController();
  const counts: number[] = [];
  const interrupts = onInterrupt((count) => void counts.push(count), gone.signal);
  gone.abort();
  interrupts[Symbol.dispose]();
  expect(counts).toEqual([1]);
  expect(process.listenerCount("SIGHUP")).toBe(0);
});
