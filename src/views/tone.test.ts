import { expect, test } from "vitest";
import { cleanForTerminal, plainTones, tone, withColours } from "./tone.ts";

test("a tone is a colour on a terminal and nothing elsewhere", () => {
  const text = `a ${tone("bad", "b")} c`;
  expect(plainTones(text)).toBe("a b c");
  expect(withColours(text)).toBe("a \x1b[31mb\x1b[0m c");
});

test("a mark in a foreign text colours no further than its line", () => {
  expect(withColours("\uFDD1evil\nnext")).toBe("\x1b[31mevil\x1b[0m\nnext");
});

test("no control character gets to the terminal but newline and tab", () => {
  const all = Array.from({ length: 0xa0 }, (_, code) => String.fromCharCode(code)).join("");
  expect(cleanForTerminal(all)).toMatch(/^\t\n[\x20-\x7e]+$/);
});

test("the reading direction cannot be turned around", () => {
  expect(cleanForTerminal("a\u202eb\u2066c\u200fd")).toBe("abcd");
});
