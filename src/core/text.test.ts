import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cleanJson, cleanText } from "./text.ts";

describe("text that enters the ledger", () => {
  it("holds neither NUL nor lone surrogates, and says when one was replaced", () => {
    expect(cleanText("a\0b\uD800c")).toBe("a\uFFFDb\uFFFDc");
    expect(JSON.parse(cleanJson(JSON.stringify({ deep: [{ "k\0": "\uDFFF" }] })))).toEqual({
      deep: [{ "k\uFFFD": "\uFFFD" }],
      cleaned: true,
    });
  });

  it("stays to the byte what it was if nothing is wrong with it", () => {
    const text = '{"a": "\\ud83d\\ude00 \\\\u0000 é", "n": 1.50}';
    expect(JSON.parse(cleanJson(text))).toEqual({ a: "😀 \\u0000 é", n: 1.5 });
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" })), (data) => {
        const json = JSON.stringify(data);
        if (!json.includes("\\u0000")) expect(cleanJson(json)).toBe(json);
      }),
    );
  });
});
