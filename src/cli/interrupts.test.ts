// What counts as an interrupt, with a clock of the test's own and signals that are only emitted.

import { expect, test } from "vitest";
import { type Interrupt, onInterrupt } from "./interrupts.ts";

test("signals within 300 ms of one that counted are the same interrupt, whichever they are; a later one is the next, by its own name", () => {
  const told: Interrupt[] = [];
  let ms = 0;
  using interrupts = onInterrupt(
    (interrupt) => void told.push(interrupt),
    undefined,
    () => ms,
  );
  for (const [at, signal] of [
    [1_000, "SIGTERM"],
    [1_002, "SIGTERM"],
    [1_299, "SIGHUP"],
    [1_300, "SIGHUP"],
    [1_599, "SIGTERM"],
    [2_000, "SIGINT"],
  ] as const) {
    ms = at;
    process.emit(signal, signal);
  }
  expect(told).toEqual([
    { count: 1, actor: "cli: SIGTERM" },
    { count: 2, actor: "cli: SIGHUP, as of a closed terminal" },
    { count: 3, actor: "cli: interrupt" },
  ]);
  expect(interrupts.count).toBe(3);
});

test("a reader who is gone counts like a signal, and nothing counts after the end", () => {
  const gone = new AbortController();
  const actors: string[] = [];
  const interrupts = onInterrupt(({ actor }) => void actors.push(actor), gone.signal);
  gone.abort();
  interrupts[Symbol.dispose]();
  expect(actors).toEqual(["cli: nobody reads its output any more"]);
  expect(process.listenerCount("SIGHUP")).toBe(0);
});
