import { performance } from "node:perf_hooks";
import { describe, expect, it } from "vitest";
import { createWake } from "./wake.ts";

describe("a wake-up call", () => {
  it("that came before anybody waited is not lost, and counts once", async () => {
    const wake = createWake();
    wake.ring();
    wake.ring();
    const begunMs = performance.now();
    await wake.next(10_000);
    expect(performance.now() - begunMs).toBeLessThan(1_000);
    await wake.next(20);
    expect(performance.now() - begunMs).toBeGreaterThanOrEqual(19);
  });

  it("ends a wait that is under way", async () => {
    const wake = createWake();
    const waiting = wake.next(60_000);
    wake.ring();
    await waiting;
  });
});
