// What a group adds to sums is added up before it is sent.

import { expect, it } from "vitest";
import { summedRows } from "./summed-rows.ts";

const of = { key: ["scope", "status"], sums: ["runs", "score"] } as const;

it("rows of a key become one, in the order of their first rows, and the rows given stay as they were", () => {
  const rows = [
    { scope: "", status: "queued", runs: 1, score: 0 },
    { scope: "a", status: "lost", runs: 1, score: 5 },
    { scope: "", status: "queued", runs: 2, score: -3 },
  ];
  const before = structuredClone(rows);
  expect(summedRows(rows, of)).toEqual([
    { scope: "", status: "queued", runs: 3, score: -3 },
    { scope: "a", status: "lost", runs: 1, score: 5 },
  ]);
  expect(rows).toEqual(before);
});

it("a key that adds up to nothing is left out; one of which any sum is something stays", () => {
  const rows = [
    { scope: "a", status: "queued", runs: 1, score: 0 },
    { scope: "a", status: "queued", runs: -1, score: 0 },
    { scope: "b", status: "queued", runs: 1, score: 2 },
    { scope: "b", status: "queued", runs: -1, score: 0 },
  ];
  expect(summedRows(rows, of)).toEqual([{ scope: "b", status: "queued", runs: 0, score: 2 }]);
});

it("no two keys are taken for one, wherever their values meet", () => {
  const keys = [
    ["a", "1:b"],
    ["a1:b", ""],
    ["", "a1:b"],
    ["a1:", "b"],
  ] as const;
  const rows = keys.map(([scope, status]) => ({ scope, status, runs: 1, score: 0 }));
  expect(summedRows(rows, of)).toEqual(rows);
});
