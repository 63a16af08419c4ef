import { expect, test } from "vitest";
import { alignColumns, displayWidth, middleCut, oneLine, padEnd, tabRow } from "./columns.ts";
import { tone } from "./tone.ts";

test("a wide character takes two columns, a combining one none, a tone none", () => {
  expect(displayWidth("abc")).toBe(3);
  expect(displayWidth("試験")).toBe(4);
  expect(displayWidth("e\u0301")).toBe(1);
  expect(displayWidth("👩‍👩‍👧")).toBe(2);
  expect(displayWidth(tone("good", "ok"))).toBe(2);
});

test("columns line up whatever script their cells are in", () => {
  const rows = alignColumns([
    ["試験", "one"],
    ["benchmark", "two"],
    ["–", "three"],
  ]);
  expect(rows.map((row) => displayWidth(row.slice(0, row.search(/one|two|three/))))).toEqual([11, 11, 11]);
});

test("a text on one line keeps its words, shows its line breaks and is never wider than asked", () => {
  expect(oneLine("a\n b\tc")).toBe("a ⏎ b c");
  expect(oneLine("x".repeat(50), 10)).toBe(`${"x".repeat(9)}…`);
  expect(displayWidth(oneLine("試".repeat(50), 10))).toBeLessThanOrEqual(10);
});

test("a name is cut in the middle only if that makes it shorter", () => {
  expect(middleCut("64WJ4eHRcaWEVCyyAnyHgkYY", 8, 4)).toBe("64WJ4eHR…gkYY");
  expect(middleCut("short", 8, 4)).toBe("short");
});

test("a field of a tab row can make no further field or line", () => {
  expect(tabRow(["a\tb", "c\nd", null, 1, true])).toBe("a b\tc d\t\t1\ttrue");
});

test("padding fills up to the width and never cuts", () => {
  expect(padEnd("試", 4)).toBe("試  ");
  expect(padEnd("longer", 4)).toBe("longer");
});
