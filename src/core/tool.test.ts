import { expect, test } from "vitest";
import { z } from "zod";
import { RunledgerError } from "./errors.ts";
import { badArgument, callTool, commonTools, defineTool, describeTool, toolFailed } from "./tool.ts";

const { signal } = new AbortController();
const pay = defineTool({
  name: "pay",
  description: "Pays.",
  args: z.strictObject({ to: z.string(), coins: z.int().min(1) }),
  run: ({ to, coins }) => {
    if (to === "nobody") throw badArgument("to", "nobody cannot be paid", ["somebody"]);
    if (coins > 100) throw toolFailed("the purse holds 100 coins");
    if (coins === 13) throw new TypeError("the purse has a hole");
    return { paid: coins };
  },
});
const tools = [pay, ...commonTools];

test("a call with right arguments answers with the tool's result", async () => {
  const reply = await callTool(tools, { tool: "pay", args: { to: "Ann", coins: 3 } }, { signal });
  expect(reply).toEqual({ ok: true, result: { paid: 3 } });
});

test("an unknown tool is an error that names the nearest and runs nothing", async () => {
  const reply = await callTool(tools, { tool: "pya", args: {} }, { signal });
  expect(reply).toMatchObject({ ok: false, error: { code: "tool.unknown", nearest: ["pay"] } });
});

test("a wrong, missing or unknown argument is an error that names the field", async () => {
  const errorOf = async (args: Record<string, string | number>) => {
    const reply = await callTool(tools, { tool: "pay", args }, { signal });
    return reply.ok ? null : { code: reply.error.code, field: reply.error.field, message: reply.error.message };
  };
  expect(await errorOf({ to: "Ann", coins: 0.5 })).toMatchObject({ code: "tool.bad-arguments", field: "coins" });
  expect(await errorOf({ to: "Ann" })).toEqual({
    code: "tool.bad-arguments",
    field: "coins",
    message: "coins: is required",
  });
  expect(await errorOf({ to: "Ann", coins: 1, coinss: 2 })).toEqual({
    code: "tool.bad-arguments",
    field: "coinss",
    message: "coinss: pay has no such argument; did you mean coins?",
  });
  expect(await errorOf({ to: "nobody", coins: 1 })).toMatchObject({ field: "to", code: "tool.bad-arguments" });
});

test("an expected failure is an answer, and any other is thrown", async () => {
  const failed = await callTool(tools, { tool: "pay", args: { to: "Ann", coins: 101 } }, { signal });
  expect(failed).toEqual({ ok: false, error: { code: "tool.failed", message: "the purse holds 100 coins" } });
  await expect(callTool(tools, { tool: "pay", args: { to: "Ann", coins: 13 } }, { signal })).rejects.toThrow(TypeError);
});

test("declining and answering end the agent's work with its words", async () => {
  const declined = await callTool(tools, { tool: "decline", args: { reason: "too risky" } }, { signal });
  expect(declined).toMatchObject({ ok: true, farewell: { how: "declined", text: "too risky" } });
  const answered = await callTool(tools, { tool: "answer", args: { text: "42" } }, { signal });
  expect(answered).toMatchObject({ ok: true, farewell: { how: "answered", text: "42" } });
  expect(await callTool(tools, { tool: "decline", args: { reason: "  " } }, { signal })).toMatchObject({ ok: false });
});

test("a tool that does not return in time is an error to the agent", async () => {
  const hang = defineTool({
    name: "hang",
    description: "Hangs.",
    args: z.strictObject({}),
    run: () => new Promise<null>(() => {}),
  });
  const reply = await callTool([hang], { tool: "hang", args: {} }, { signal: AbortSignal.timeout(1) });
  expect(reply).toEqual({
    ok: false,
    error: { code: "tool.failed", message: "the tool took longer than limits.tool_call_s" },
  });
});

test("the description holds the JSON Schema of the arguments", () => {
  expect(describeTool(pay).parameters).toMatchObject({
    type: "object",
    properties: { to: { type: "string" }, coins: { type: "integer", minimum: 1 } },
    required: ["to", "coins"],
    additionalProperties: false,
  });
});

test("errors of tools carry codes of the catalogue", () => {
  expect(toolFailed("x")).toBeInstanceOf(RunledgerError);
  expect(badArgument("to", "x").data.field).toBe("to");
});
