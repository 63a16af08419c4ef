import { expect, test } from "vitest";
import { z } from "zod";
import type { World } from "../environments/environment.ts";
import { dataOfConfig } from "./config-data.ts";
import { defineEnvironment } from "./define-config.ts";
import { describedFormats } from "./described-environments.ts";

const never = async (): Promise<World> => {
  throw new Error("its code is not run");
};
const plain = defineEnvironment({ toolNames: ["press"], open: never, restore: never });
const rich = defineEnvironment({
  state: z.strictObject({ lamp: z.string(), watts: z.int().min(1).default(40) }),
  options: z.strictObject({ colour: z.enum(["red", "white"]).default("white") }),
  toolNames: [],
  open: never,
  restore: never,
});

function formats() {
  const config = { environments: { plain, rich } };
  const data = JSON.parse(JSON.stringify(dataOfConfig("/a/runledger.config.ts", { config, digest: "sha256:0" })));
  return describedFormats(data);
}

test("what a benchmark says is read by the description alone: whole numbers as they stand in YAML, defaults put in", () => {
  const { rich: format } = formats();
  expect(format?.stateEntry.parse({ lamp: "a", watts: 60n })).toEqual({ lamp: "a", watts: 60 });
  expect(format?.stateEntry.parse({ lamp: "a" })).toEqual({ lamp: "a", watts: 40 });
  expect(format?.options.parse({})).toEqual({ colour: "white" });
  for (const entry of [{}, { lamp: "a", watts: 0n }, { lamp: "a", volts: 1n }])
    expect(
      format?.stateEntry.safeParse(entry).success,
      JSON.stringify(entry, (_, v) => String(v)),
    ).toBe(false);
});

test("an environment without schemas takes neither state nor options", () => {
  const { plain: format } = formats();
  expect(format?.toolNames).toEqual(["press"]);
  expect(format?.options.safeParse({}).success).toBe(true);
  expect(format?.options.safeParse({ a: 1n }).success).toBe(false);
  for (const entry of [{}, "text", { a: 1n }]) expect(format?.stateEntry.safeParse(entry).success).toBe(false);
});
