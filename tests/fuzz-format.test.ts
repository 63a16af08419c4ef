// The parser of benchmark files against mutated ones; `node scripts/fuzz.ts` feeds it many more.

import { expect, test } from "vitest";
import { fuzzFormat } from "./fuzz/fuzz-format.ts";

test("2,000 mutated files are each an error or a parse, never a crash or a hang", () => {
  const { parsed, refused, broken } = fuzzFormat({ count: 2_000, seed: 20_261_122 });
  expect(broken).toEqual([]);
  expect(parsed + refused).toBe(2_000);
  // A fuzzer whose files are all refused, or all taken, tests one half only.
  expect(parsed).toBeGreaterThan(100);
  expect(refused).toBeGreaterThan(500);
});
