import { expect, test } from "vitest";
import { scoreReport } from "./score-report.ts";
import { plainTones } from "./tone.ts";

function marksOf(...parts: Record<string, unknown>[]): string[] {
  const rows = scoreReport({ profile: "outcome", parts: parts.map((part) => ({ type: "Judge", ...part })) });
  return rows.slice(1).map((row) => plainTones(row).trim().split(/\s+/)[0] ?? "");
}

test("a part that earned a share of its weight is shown with that share, whether it held or not", () => {
  expect(
    marksOf(
      { weight: 1, heldAfter: false, share: 0.5 },
      { weight: 1, heldAfter: true, share: 0.6 },
      { weight: 3, heldAfter: false, share: 0.1 },
      { weight: 2, heldAfter: true, share: 2 / 3 },
      { weight: 1, heldAfter: true, share: 1 },
      { weight: 1, heldAfter: false, share: 0 },
    ),
  ).toEqual(["0.5/1", "0.6/1", "0.3/3", "1.333333/2", "1/1", "0/1"]);
});

test("a part without a share earned all of its weight or nothing, and an invariant has none", () => {
  expect(
    marksOf(
      { weight: 2, heldAfter: true },
      { weight: 0.5, heldAfter: false },
      { invariant: true, heldAfter: true },
      { invariant: true, heldAfter: false },
    ),
  ).toEqual(["2/2", "0/0.5", "held", "broken"]);
});
