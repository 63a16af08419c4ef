import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { currentEvent, dataFault, eventCatalogue, isEventType, isJournalType, isKnown } from "./events.ts";
import { evolve, foldRun, type Run } from "./run.ts";
import { History, queued, runId } from "./run-under-test.ts";

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

describe("an old event", () => {
  it("folds through its upcaster, and is kept and skipped if there is none", () => {
    const stored = {
      position: 1,
      runId,
      seq: 1,
      attempt: null,
      v: 0,
      type: "run.queued",
      at: "",
      recordedAt: "",
      actor: "t",
      data: { old: true },
    };
    const cast = currentEvent(stored, { "run.queued": { 0: () => queued() } });
    expect(isKnown(cast) && foldRun([cast])?.status).toBe("queued");
    expect(isKnown(currentEvent(stored, {}))).toBe(false);
    expect(isKnown(currentEvent({ ...stored, type: "run.dreamt", v: 1 }))).toBe(false);
  });

  it("of an unknown type moves seq and nothing else", () => {
    const history = new History();
    history.execute({ type: "queue", data: queued(), claim: null });
    const before = history.run as Run;
    const unknown = currentEvent({
      position: 2,
      runId,
      seq: 2,
      attempt: null,
      v: 1,
      type: "x.mine",
      at: "",
      recordedAt: before.lastEventAt,
      actor: "t",
      data: {},
    });
    expect(evolve(before, unknown)).toEqual({ ...before, seq: 2, position: 2 });
  });
});

describe("events of every version ever shipped", () => {
  const golden = readFileSync(new URL("./golden-events.jsonl", import.meta.url), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { type: string; v: number; data: Record<string, unknown> });

  it("stand in the golden file, each type with each of its versions", () => {
    for (const [type, { v }] of Object.entries(eventCatalogue)) {
      const versions = golden.filter((event) => event.type === type).map((event) => event.v);
      expect([type, versions]).toEqual([type, Array.from({ length: v }, (_, index) => index + 1)]);
    }
  });

  it("still fold", () => {
    for (const { type, v, data } of golden) {
      const history = new History();
      if (type !== "run.queued") {
        history.execute({ type: "queue", data: queued(), claim: null });
        history.claim();
      }
      const seq = (history.run?.seq ?? 0) + 1;
      const at = "2026-11-22T10:00:00.000Z";
      const event = currentEvent({
        position: seq,
        runId,
        seq,
        attempt: 1,
        v,
        type,
        at,
        recordedAt: at,
        actor: "t",
        data,
      });
      expect(isKnown(event)).toBe(true);
      expect(evolve(history.run, event)).toMatchObject({ id: runId, seq });
      expect(isKnown(event) && dataFault(event.type, event.data)).toBeNull();
    }
  });
});
