import { expect, test } from "vitest";
import { LiveBlock } from "./live-block.ts";

test("lines are drawn over, and what is printed meanwhile stays above them", () => {
  const written: string[] = [];
  const block = new LiveBlock((text) => void written.push(text));
  block.draw(["1/3\n", "one\n"]);
  block.draw(["2/3\n"]);
  block.above(() => void written.push("a warning\n"));
  block.draw([]);
  block.draw([]);
  const up = (lines: number) => `\x1b[${lines}A\r\x1b[0J`;
  expect(written).toEqual(["1/3\none\n", `${up(2)}2/3\n`, up(1), "a warning\n", "2/3\n", up(1)]);
});
