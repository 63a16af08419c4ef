import { expect, test } from "vitest";
import { clockTime, counted, dayOrTime, dollars, duration, grouped, score, sol } from "./number-words.ts";

test("a duration has the unit that a person would use", () => {
  const minute = 60_000;
  expect([41, 3_040, 12_300, 99_900, 125_000, 41 * minute, 125 * minute, 76 * 60 * minute].map(duration)).toEqual([
    "0.041 s",
    "3.04 s",
    "12.3 s",
    "99.9 s",
    "2 m 5 s",
    "41 m",
    "2 h 5 m",
    "3 d 4 h",
  ]);
});

test("a duration that would round to the next unit is shown in that unit", () => {
  expect(duration(999.6)).toBe("1.00 s");
  expect(duration(9_996)).toBe("10.0 s");
  expect(duration(-5)).toBe("0.000 s");
});

test("lamports become SOL exactly, also beyond what a double holds", () => {
  expect(sol("100000000")).toBe("0.1 SOL");
  expect(sol("18446744073709551615")).toBe("18446744073.709551615 SOL");
  expect(sol("0")).toBe("0 SOL");
  expect(sol("many")).toBe("many");
});

test("a score has six digits and no score is a dash, never a zero", () => {
  expect(score(0.5)).toBe("0.500000");
  expect(score(null)).toBe("–");
});

test("thousands are grouped, money keeps the digits that matter", () => {
  expect([0, 999, 4212, 1234567, 1234.5678].map(grouped)).toEqual(["0", "999", "4,212", "1,234,567", "1,234.5678"]);
  expect([dollars(0.0031), dollars(1.25)]).toEqual(["$0.0031", "$1.25"]);
  expect([counted(1, "run"), counted(21, "run")]).toEqual(["1 run", "21 runs"]);
});

test("a time is whole in UTC, and of the day on a terminal", () => {
  expect(clockTime("2026-11-22T10:00:00.103Z", "utc")).toBe("2026-11-22T10:00:00.103Z");
  expect(clockTime("2026-11-22T10:00:00.103Z", "local")).toMatch(/^\d\d:00:00\.103$|^\d\d:\d\d:00\.103$/);
});

test("what was not today is named by its day", () => {
  const now = new Date(2026, 10, 22, 12, 0, 0).getTime();
  const at = (month: number, day: number, year = 2026) => new Date(year, month, day, 9, 8, 7).toISOString();
  expect(dayOrTime(at(10, 22), now)).toBe("09:08:07");
  expect(dayOrTime(at(10, 21), now)).toBe("yesterday");
  expect(dayOrTime(at(10, 3), now)).toBe("3 Nov");
  expect(dayOrTime(at(0, 31, 2025), now)).toBe("31 Jan 2025");
});
