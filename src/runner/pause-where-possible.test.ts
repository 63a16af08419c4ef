import { expect, test } from "vitest";
import type { Emit } from "./attempt-ports.ts";
import { pauseWherePossible } from "./pause-where-possible.ts";

test("a world that cannot be kept is not paused: it goes on, says why once, and is paused where it can be", async () => {
  let why: string | null = "it is too large";
  let asked: "go" | "pause" | "cancel" = "pause";
  const told: unknown[] = [];
  const emit: Emit = async (_type, data) => void told.push(data);
  const control = pauseWherePossible({ control: { check: () => asked }, emit }, { whyNoSnapshot: async () => why });
  expect([await control.check(), await control.check()]).toEqual(["go", "go"]);
  expect(told).toEqual([{ level: "warn", message: "not paused here, it goes on: it is too large" }]);
  why = null;
  expect(await control.check()).toBe("pause");
  why = "it is too large";
  asked = "cancel";
  expect(await control.check()).toBe("cancel");
});

test("a world that says nothing of it can always be kept", async () => {
  const control = pauseWherePossible({ control: { check: () => "pause" }, emit: async () => {} }, {});
  expect(await control.check()).toBe("pause");
});
