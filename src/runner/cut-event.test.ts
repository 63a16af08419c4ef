import { describe, expect, it, test } from "vitest";
import { dataFault, type EventType, eventCatalogue, isJournalType } from "../core/events.ts";
import { systemLimits } from "../core/system-limits.ts";
import { cutEvent } from "./cut-event.ts";

const bytesMax = systemLimits.eventBytesMax;
type Data = Record<string, unknown>;

function cut(type: EventType, data: Data): Data {
  expect(dataFault(type, data)).toBeNull();
  expect(Buffer.byteLength(JSON.stringify(data))).toBeGreaterThan(bytesMax);
  const text = cutEvent({ type, data, bytesMax, whole: "artifacts/event-17.json" });
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(bytesMax);
  const short = JSON.parse(text) as Data;
  expect(dataFault(type, short)).toBeNull();
  expect(short.cut).toMatch(/^whole in artifacts\/event-17\.json/);
  return short;
}

const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
/** An object of many small fields, all of which cannot stay. */
const wide = (fields: number): Data =>
  Object.fromEntries(times(fields, (index) => [`field${index}`, `value ${index}`]));
const deep = (depth: number): Data => (depth === 0 ? wide(10_000) : { below: deep(depth - 1), beside: "x".repeat(90) });

describe("an event that is too large", () => {
  it("keeps its score, verdict and profile, whatever else the score has", () => {
    const parts = times(3_000, (index) => ({ type: "balance", index, words: "an assertion of some length" }));
    const result = { score: 0.5, passed: false, minScore: 0.9 };
    for (const scoring of [
      { profile: "outcome", parts },
      {
        ...wide(9_000),
        parts: [{ ...wide(9_000), type: "balance" }, deep(200)].map((p) => ({ type: "t", ...p })),
        profile: "p",
      },
    ]) {
      const short = cut("score.recorded", { ...wide(9_000), scoring, ...result });
      expect(short).toMatchObject({ ...result, scoring: { profile: scoring.profile } });
    }
    const short = cut("score.recorded", { ...result, scoring: { profile: "outcome", parts } });
    const kept = (short.scoring as { parts: unknown[] }).parts;
    expect(kept).toEqual(parts.slice(0, kept.length));
    expect(kept.length).toBeGreaterThan(500);
    expect(short.cut).toBe(`whole in artifacts/event-17.json; ${3_000 - kept.length} items left out`);
  });

  it("keeps which tool was called, and of its arguments what finds room", () => {
    const call = { callId: "c1", tool: "write_file" };
    for (const args of [
      wide(20_000),
      deep(300),
      { lines: times(20_000, String) },
      { text: "\u0001ü😀".repeat(90_000) },
    ]) {
      expect(cut("tool.called", { args, ...call })).toMatchObject(call);
    }
    const args = { path: "a.txt", rows: times(9_000, (index) => ({ index })) };
    const short = cut("tool.called", { ...call, args }).args as typeof args;
    expect(short.path).toBe("a.txt");
    expect(short.rows).toEqual(args.rows.slice(0, short.rows.length));
  });

  it("keeps that a tool answered, and a part of what", () => {
    const answer = { callId: "c1", tool: "read", ok: true, ms: 1.5 };
    for (const result of [times(20_000, (n) => ({ n })), wide(20_000), times(50, () => wide(500)), deep(400)]) {
      const short = cut("tool.returned", { result, ...wide(100), ...answer });
      expect(short).toMatchObject(answer);
      expect(JSON.stringify(short.result).length).toBeGreaterThan(100);
    }
  });

  it("keeps what a transaction did beside a part of its instructions and logs", () => {
    const facts = {
      signature: "5".repeat(88),
      status: "success",
      landed: true,
      computeUnits: 1,
      feeLamports: "5000",
      slot: 9,
    };
    const instructions = times(1_000, (index) => ({ program: "system", index, accounts: times(20, String) }));
    const logs = times(4_000, (index) => `Program log: line ${index}`);
    const short = cut("transaction.executed", { logs, ...facts, error: null, instructions });
    expect(short).toMatchObject({ ...facts, error: null });
    for (const [kept, all] of [
      [short.logs, logs],
      [short.instructions, instructions],
    ] as [unknown[], unknown[]][]) {
      expect(kept.length).toBeGreaterThan(50);
      expect(kept).toEqual(all.slice(0, kept.length));
    }
  });

  it("keeps how the agent finished", () => {
    const short = cut("agent.finished", {
      how: "limit",
      limit: "tokens",
      text: "t".repeat(100_000),
      more: wide(9_000),
    });
    expect(short).toMatchObject({
      how: "limit",
      limit: "tokens",
      text: expect.stringContaining("(100000 characters)"),
    });
  });

  it("says nothing of items where only long strings were cut", () => {
    const data = { level: "info", message: "m".repeat(100_000) };
    expect(cut("log.written", data).cut).toBe("whole in artifacts/event-17.json");
  });

  it("stays well-formed where a string is cut within a character", () => {
    const data = { level: "info", message: `m${"😀".repeat(50_000)}` };
    expect((cut("log.written", data).message as string).isWellFormed()).toBe(true);
  });

  it("is an error where even what must stay finds no room, and never nothing", () => {
    const data = { callId: "c1", tool: "t".repeat(50), args: {} };
    expect(() => cutEvent({ type: "tool.called", data, bytesMax: 40, whole: "w" })).toThrow(
      "cannot be cut to 40 bytes",
    );
  });
});

const journalTypes = (Object.keys(eventCatalogue) as EventType[]).filter(isJournalType);
test.each(journalTypes)("%s keeps every field that its schema asks for, though others come first", (type) => {
  const { shape } = eventCatalogue[type].data;
  const data = { ...wide(20_000), ...Object.fromEntries(Object.keys(shape).map((key) => [key, 1])) };
  const short = JSON.parse(cutEvent({ type, data, bytesMax, whole: "w" }));
  expect(Object.keys(short)).toEqual(expect.arrayContaining(Object.keys(shape)));
});
