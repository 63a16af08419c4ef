import { describe, expect, it } from "vitest";
import { effectiveLimits } from "../core/limits.ts";
import { limitMet, type Measured } from "./enforce-limits.ts";

const limits = effectiveLimits("benchmark", { wall_s: 10, idle_s: 5, memory_mib: 100, journal_mib: 1, events: 10 });
const calm: Measured = { ranS: 10, silentS: 5, treeMib: 100, journalBytes: 1024 * 1024, records: 10 };

describe("a process limit", () => {
  it("is met above its value, not at it", () => {
    expect(limitMet(limits, calm)).toBeNull();
    const cases: [Partial<Measured>, string][] = [
      [{ ranS: 10.1 }, "limit.wall_s"],
      [{ silentS: 5.1 }, "limit.idle_s"],
      [{ treeMib: 101 }, "limit.memory"],
      [{ journalBytes: 1024 * 1024 + 1 }, "limit.journal"],
      [{ records: 11 }, "limit.events"],
    ];
    for (const [more, code] of cases) expect(limitMet(limits, { ...calm, ...more })?.code).toBe(code);
  });

  it("that is off or was not measured is never met", () => {
    expect(limitMet(effectiveLimits("command"), { ...calm, ranS: 1e9, silentS: 1e9, treeMib: 1e9 })).toBeNull();
    expect(limitMet(limits, { ...calm, silentS: null, treeMib: null })).toBeNull();
  });
});
