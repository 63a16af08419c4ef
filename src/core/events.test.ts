import { describe, expect, it } from "vitest";
import { dataFault, eventCatalogue, isEventType, isJournalType } from "./events.ts";

describe("event types", () => {
  it("are known by name, and only a runner's own may come out of a journal", () => {
    expect(isEventType("run.queued")).toBe(true);
    expect(isEventType("constructor")).toBe(false);
    for (const type of ["run.queued", "attempt.ended", "run.cancelled", "worker.started", "unheard.of"]) {
      expect(isJournalType(type)).toBe(false);
    }
    for (const type of ["attempt.started", "tool.called", "x.my-own.type"]) expect(isJournalType(type)).toBe(true);
  });

  it("say what is wrong with data that is not theirs", () => {
    expect(dataFault("step.started", { step: "one" })).toBeNull();
    expect(dataFault("step.started", { step: 1 })).toContain("step");
    expect(dataFault("score.recorded", { score: 1.5, passed: true, minScore: 1 })).toContain("score");
  });

  it("have a first version and a sentence that says what they are", () => {
    for (const entry of Object.values(eventCatalogue)) {
      expect(entry.v).toBeGreaterThanOrEqual(1);
      expect(entry.what).toMatch(/\.$/);
    }
  });
});
