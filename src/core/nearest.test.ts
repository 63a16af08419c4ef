import fc from "fast-check";
import { expect, test } from "vitest";
import { didYouMean, nearestNames } from "./nearest.ts";

const tools = ["sol_transfer", "submit", "simulate", "get_balance"];

test("a mistyped name finds the one that was meant", () => {
  expect(nearestNames("sol_tranfser", tools)).toEqual(["sol_transfer"]);
  expect(nearestNames("Submit", tools)).toEqual(["submit"]);
});

test("the beginning of a name finds the name", () => {
  expect(nearestNames("get_b", tools)).toEqual(["get_balance"]);
});

test("a name that resembles nothing finds nothing, and no question is asked", () => {
  expect(nearestNames("launch_rocket", tools)).toEqual([]);
  expect(didYouMean("launch_rocket", tools)).toBe("");
  expect(didYouMean("submt", tools)).toBe("; did you mean submit?");
});

test("a valid name is its own nearest, and the order of the candidates does not matter", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1 }), fc.nat(), (names, pick) => {
      const name = names[pick % names.length] ?? "";
      expect(nearestNames(name, names, names.length).map((one) => one.toLowerCase())).toContain(name.toLowerCase());
      expect(nearestNames(name, names)).toEqual(nearestNames(name, names.toReversed()));
    }),
  );
});
