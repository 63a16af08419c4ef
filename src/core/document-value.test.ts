import fc from "fast-check";
import { expect, test } from "vitest";
import { amount, canonicalJson, jsonOf, signedAmount, u64Max } from "./document-value.ts";

test("an amount keeps every digit of 64 bits, from digits and from whole numbers", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: u64Max }), (value) => {
      expect(amount.parse(value)).toBe(value.toString());
      expect(amount.parse(value.toString())).toBe(value.toString());
    }),
  );
});

test("what is no amount is refused", () => {
  for (const wrong of [u64Max + 1n, -1n, 0.1, 2 ** 53, "0x10", "007", "", "1e3", null]) {
    expect(amount.safeParse(wrong).success, String(wrong)).toBe(false);
  }
  expect(signedAmount.parse(-5n)).toBe("-5");
  expect(signedAmount.safeParse("-0").success).toBe(false);
});

test("canonical JSON does not depend on the order of keys", () => {
  expect(canonicalJson({ b: 1, a: [{ d: undefined, c: "x" }] })).toBe('{"a":[{"c":"x"}],"b":1}');
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const turned = Object.fromEntries(Object.entries(value).toReversed());
      expect(canonicalJson(turned)).toBe(canonicalJson(value));
      expect(canonicalJson(JSON.parse(canonicalJson(value)))).toBe(canonicalJson(value));
    }),
  );
});

test("a whole number that a double cannot hold becomes its digits in JSON", () => {
  expect(jsonOf({ small: 5n, large: u64Max })).toEqual({ small: 5, large: "18446744073709551615" });
});
