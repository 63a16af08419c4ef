// When two clocks count as having gone on together: time is told here.

import { expect, it } from "vitest";
import { SteadyClock } from "./steady-clock.ts";

let ownMs = 0;
let aheadMs = 1_000_000;

/** Both clocks go on by so much, the database's by a step more, and its answer takes a while. */
function looks() {
  [ownMs, aheadMs] = [0, 1_000_000];
  const clock = new SteadyClock(() => ownMs);
  return (of: { passMs: number; stepMs?: number; answerMs?: number }) => {
    ownMs += of.passMs;
    aheadMs += of.stepMs ?? 0;
    return clock.look(async () => {
      ownMs += of.answerMs ?? 0;
      return ownMs + aheadMs;
    });
  };
}

it("they have since the first look, however seldom there is one", async () => {
  const look = looks();
  expect(await look({ passMs: 5_000 })).toBe(0);
  expect(await look({ passMs: 200 })).toBe(200);
  expect(await look({ passMs: 60_000 })).toBe(60_200);
});

it.each([3_600_000, -3_600_000, 5_000, -5_000])("they have not since one was set by %i ms", async (stepMs) => {
  const look = looks();
  await look({ passMs: 0 });
  expect(await look({ passMs: 20_000 })).toBe(20_000);
  expect(await look({ passMs: 200, stepMs })).toBe(0);
  expect(await look({ passMs: 15_000 })).toBe(15_000);
});

it("an answer that took long says nothing, and changes nothing", async () => {
  const look = looks();
  await look({ passMs: 0 });
  expect(await look({ passMs: 20_000, answerMs: 10_000 })).toBe(0);
  expect(await look({ passMs: 1_000, answerMs: 1_000 })).toBe(32_000);
});
