import { expect, test } from "vitest";
import { RunledgerError } from "../core/errors.ts";
import { isPassingFault, orPassingFault } from "./passing-fault.ts";

const noSpace = Object.assign(new Error("no space left"), { code: "ENOSPC" });

test("a full disk and a ledger that is held pass; a bug, a lost claim and damage do not", () => {
  expect(
    [noSpace, new RunledgerError("ledger.busy", ""), new RunledgerError("ledger.disk-full", "")].map(isPassingFault),
  ).toEqual([true, true, true]);
  const lasting = [
    new Error("a bug"),
    null,
    new RunledgerError("run.claim-lost", ""),
    new RunledgerError("ledger.damaged", ""),
  ];
  expect(lasting.map(isPassingFault)).toEqual([false, false, false, false]);
});

test("work that meets a passing fault is told to have failed; every other error is thrown on", async () => {
  expect(await orPassingFault(() => {})).toBe(true);
  expect(await orPassingFault(() => Promise.reject(noSpace))).toBe(false);
  await expect(orPassingFault(() => Promise.reject(new Error("a bug")))).rejects.toThrow("a bug");
});
