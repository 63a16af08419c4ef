// A refusal that comes before what it is about can be read.

import { expect, test } from "vitest";
import { RunledgerError } from "../core/errors.ts";
import { makeOnce } from "./make-once.ts";

const taken = () => new RunledgerError("run.id-taken", "it exists already");

test("what is refused for an id that cannot be read yet is asked again, and gives what is there by then", async () => {
  const found = [null, null, "the run"];
  const make = async (): Promise<string> => {
    throw taken();
  };
  expect(await makeOnce({ make, find: async () => found.shift() ?? null })).toBe("the run");
  expect(found).toEqual([]);
});

test("if the one before came to nothing, it is made", async () => {
  const outcomes = [taken(), null];
  const make = async (): Promise<string> => {
    const outcome = outcomes.shift();
    if (outcome) throw outcome;
    return "made";
  };
  expect(await makeOnce({ make, find: async () => null })).toBe("made");
});

test("any other refusal is told at once, and one that stays is told in the end", async () => {
  const tried: string[] = [];
  const failing = (error: RunledgerError) => ({
    async make(): Promise<string> {
      tried.push(error.code);
      throw error;
    },
    find: async () => null,
  });
  const full = new RunledgerError("ledger.disk-full", "no space");
  await expect(makeOnce(failing(full))).rejects.toBe(full);
  expect(tried).toEqual(["ledger.disk-full"]);
  const stays = taken();
  await expect(makeOnce(failing(stays))).rejects.toBe(stays);
  expect(tried.length).toBeLessThan(10);
});
