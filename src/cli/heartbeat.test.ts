import { expect, test } from "vitest";
import { createHeartbeat } from "./heartbeat.ts";

const start = Date.parse("2026-11-22T10:00:00.000Z");
const run = { status: "running" } as const;

test("a line comes after ten seconds without news, and every ten seconds from there on", () => {
  const heartbeat = createHeartbeat(start);
  const due = Array.from({ length: 31 }, (_, second) => heartbeat.line(run, start + second * 1000) !== null);
  expect(due.flatMap((isDue, second) => (isDue ? [second] : []))).toEqual([10, 20, 30]);
});

test("it says how long there was no news, not how long ago the last line was", () => {
  const heartbeat = createHeartbeat(start);
  heartbeat.line(run, start + 10_000);
  expect(heartbeat.line(run, start + 20_000)).toBe("  2026-11-22T10:00:20.000Z  running, nothing new for 20.0 s");
});

test("news puts it off", () => {
  const heartbeat = createHeartbeat(start);
  heartbeat.news(start + 9_000);
  expect(heartbeat.line(run, start + 18_000)).toBeNull();
});
