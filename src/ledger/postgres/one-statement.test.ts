// Several statements sent as one.

import { expect, it } from "vitest";
import { oneStatement } from "./one-statement.ts";

const first = { text: "INSERT INTO a SELECT $1::text, $2", values: ["x", 1] };
const second = { text: "UPDATE b SET c = $2 WHERE d = $1 AND e = $11", values: [..."abcdefghijk"] };

it("a statement alone is sent as it is", () => {
  expect(oneStatement([first])).toBe(first);
});

it("each keeps its own values, however many come before them", () => {
  const { text, values } = oneStatement([first, second]);
  expect(values).toEqual([...first.values, ...second.values]);
  expect(text).toContain("INSERT INTO a SELECT $1::text, $2)");
  expect(text).toContain("UPDATE b SET c = $4 WHERE d = $3 AND e = $13)");
});

it("the same statements make the same text, and so are planned once", () => {
  const again = { ...first, values: ["y", 2] };
  expect(oneStatement([again, second]).text).toBe(oneStatement([first, second]).text);
  expect(oneStatement([second, first]).text).not.toBe(oneStatement([first, second]).text);
});
