// Running programs are stopped, each way with a real one.

import { afterEach, beforeEach, expect, test } from "vitest";
import { type CommandUnderTest, commandUnderTest, controlUnderTest, node } from "./command-under-test.ts";

let command: CommandUnderTest;
beforeEach(() => {
  command = commandUnderTest();
});
afterEach(() => command.remove());

test("cancel asks first, and a program that ends well by it is cancelled all the same", async () => {
  const asked = controlUnderTest();
  const running = command.run(node("ends-well-on-sigterm.mjs"), { control: asked });
  await command.printed("ready");
  asked.set("cancel");
  expect(await running).toMatchObject({ outcome: "cancelled", exit: { code: 0, signal: null }, error: null });
  expect(command.file("stdout.log")).toBe("ready\ncleaned up\n");
});

test("after the grace the whole tree is killed, children that ignore SIGTERM too", async () => {
  const asked = controlUnderTest();
  const running = command.run(node("forks-children.mjs"), { control: asked });
  await command.printed("ready");
  asked.set("cancel", 50);
  expect(await running).toMatchObject({ outcome: "cancelled", containment: { confirmed: true, leftAlive: [] } });
});

test("a smaller grace goes on faster", async () => {
  const asked = controlUnderTest();
  const running = command.run(node("ignores-sigterm.mjs"), { control: asked });
  await command.printed("ready");
  asked.set("cancel", 600_000);
  await command.printed("SIGTERM");
  asked.set("cancel", 0);
  expect(await running).toMatchObject({ outcome: "cancelled", exit: { code: null, signal: "SIGKILL" } });
  expect(command.file("stdout.log")).toBe("ready\nSIGTERM\n");
});

test("a cancel from before the start stops it as soon as it is there", async () => {
  const asked = controlUnderTest();
  asked.set("cancel", 0);
  expect(await command.run(node("never-exits.mjs"), { control: asked })).toMatchObject({ outcome: "cancelled" });
});

test.each([
  ["limit", { outcome: "limit", error: { code: "limit.wall_s", limit: "wall_s", message: "longer than 5 s" } }],
  ["orphaned", { outcome: "orphaned", error: null }],
] as const)("the end for %s names its reason", async (state, expected) => {
  const asked = controlUnderTest();
  const running = command.run(node("never-exits.mjs"), { control: asked });
  await command.printed("ready");
  asked.set(state);
  expect(await running).toMatchObject({ ...expected, exit: { signal: "SIGTERM" } });
});

test("an abort kills at once", async () => {
  const abort = new AbortController();
  const running = command.run(node("ignores-sigterm.mjs"), { signal: abort.signal });
  await command.printed("ready");
  abort.abort();
  expect(await running).toMatchObject({ outcome: "cancelled", exit: { signal: "SIGKILL" } });
  expect(command.file("stdout.log")).toBe("ready\n");
});

test("a pause changes nothing and says so once", async () => {
  const asked = controlUnderTest();
  const running = command.run(node("ends-well-on-sigterm.mjs"), { control: asked });
  await command.printed("ready");
  asked.set("pause");
  asked.set("pause");
  asked.set("cancel");
  expect(await running).toMatchObject({ outcome: "cancelled" });
  expect(command.emitted.map(({ data }) => data.message)).toEqual([
    "a program cannot be paused; it goes on to its end",
  ]);
});
