import { expect, test } from "vitest";
import { tellOwnWarnings } from "./own-warnings.ts";

test("a warning of ours is one line without control characters, and Node's own listener gets only the others", async () => {
  const [before, told, printed] = [process.listeners("warning"), [] as string[], [] as string[]];
  process.removeAllListeners("warning");
  process.on("warning", ({ message }) => void printed.push(message));
  try {
    tellOwnWarnings({ write: (text) => told.push(String(text)) > 0 });
    const { promise: lastSeen, resolve } = Promise.withResolvers<void>();
    process.on("warning", ({ name }) => name === "SomeWarning" && resolve());
    process.emitWarning("run 1: its file\nwas not\x1b[2J written", "RunledgerWarning");
    process.emitWarning("something else", "SomeWarning");
    await lastSeen;
  } finally {
    process.removeAllListeners("warning");
    for (const listener of before) process.on("warning", listener);
  }
  expect(told).toEqual(["(run 1: its file ⏎ was not[2J written)\n"]);
  expect(printed).toEqual(["something else"]);
});
