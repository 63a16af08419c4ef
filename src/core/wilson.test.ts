import fc from "fast-check";
import { expect, test } from "vitest";
import { wilsonInterval } from "./wilson.ts";

test("15 of 17 gives the published 66 to 97 %", () => {
  const [low, high] = wilsonInterval(15, 17);
  expect([low, high].map((end) => Math.round(end * 1000))).toEqual([657, 967]);
});

test("nothing tried says nothing", () => {
  expect(wilsonInterval(0, 0)).toEqual([0, 1]);
});

test("the interval lies in 0..1, holds the share, and narrows with more trials of the same share", () => {
  const counts = fc
    .integer({ min: 1, max: 5_000 })
    .chain((n) => fc.tuple(fc.integer({ min: 0, max: n }), fc.constant(n)));
  fc.assert(
    fc.property(counts, ([hits, trials]) => {
      const [low, high] = wilsonInterval(hits, trials);
      const [nearLow, nearHigh] = wilsonInterval(hits * 4, trials * 4);
      return low >= 0 && high <= 1 && low <= hits / trials && hits / trials <= high && nearHigh - nearLow < high - low;
    }),
  );
});
