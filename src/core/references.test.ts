import { expect, test } from "vitest";
import type { Json } from "./document-value.ts";
import { referencesIn, resolveReferences } from "./references.ts";

const scope = {
  calls: { key: { ok: true, result: { address: "abc", list: [{ amount: "7" }] } } },
  steps: { swap: { accounts: { VAULT: { "stake.amount": "5", amount: "9" } } } },
};
const at = ($ref: string) => resolveReferences({ $ref }, scope);

test("a reference stands for what its path leads to, however deep, and lists are counted from 0", () => {
  expect(at("calls.key.result.address")).toBe("abc");
  expect(at("calls.key.result.list.0.amount")).toBe("7");
  expect(at("steps.swap.accounts.VAULT")).toEqual({ "stake.amount": "5", amount: "9" });
});

test("a name that holds a dot is found whole", () => {
  expect(at("steps.swap.accounts.VAULT.stake.amount")).toBe("5");
});

test("references are replaced wherever they stand, and nothing else is touched", () => {
  const args: Json = {
    to: { $ref: "calls.key.result.address" },
    list: [{ $ref: "steps.swap.accounts.VAULT.amount" }],
    n: 1,
  };
  expect(resolveReferences(args, scope)).toEqual({ to: "abc", list: ["9"], n: 1 });
  expect(referencesIn(args)).toEqual(["calls.key.result.address", "steps.swap.accounts.VAULT.amount"]);
  const alike: Json = { $ref: "calls.key", beside: 1 };
  expect(resolveReferences(alike, scope)).toEqual(alike);
});

test("a path that leads nowhere is an error that names what is missing, and never an empty value", () => {
  expect(() => at("calls.kye.result")).toThrow(
    "calls.kye.result leads nowhere: there is no kye.result; did you mean key?",
  );
  expect(() => at("calls.key.result.address.more")).toThrow("leads nowhere");
  expect(() => at("calls.key.toString")).toThrow("leads nowhere");
});
