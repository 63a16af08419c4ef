import fc from "fast-check";
import { expect, test } from "vitest";
import type { InstructionRecord } from "../environments/observation.ts";
import type { ExpectedInstruction } from "./ground-truth.ts";
import { alignedShare, positionalShare } from "./match-instructions.ts";

const done = (programId: string, accounts: [string, boolean, boolean][] = [], data = ""): InstructionRecord => ({
  program: programId,
  programId,
  name: null,
  accounts: accounts.map(([name, signer, writable]) => ({ name, address: `address of ${name}`, signer, writable })),
  args: {},
  data,
  depth: 1,
});
const wanted = (program_id: string, pubkeys: string[] = [], data?: string): ExpectedInstruction => ({
  program_id,
  program_id_weight: 0.5,
  accounts: pubkeys.map((pubkey) => ({ pubkey, is_signer: false, is_writable: true, weight: 0.25 })),
  data_weight: 0.5,
  ...(data === undefined ? {} : { data }),
});

test("each component earns its own weight: program, data, and accounts by place, signer and writable", () => {
  const expected = [wanted("p", ["A", "B"])];
  expect(
    positionalShare(expected, [
      done("p", [
        ["A", false, true],
        ["B", false, true],
      ]),
    ]),
  ).toBe(1);
  expect(
    positionalShare(expected, [
      done("q", [
        ["A", false, true],
        ["B", false, true],
      ]),
    ]),
  ).toBe(0.5);
  expect(
    positionalShare(expected, [
      done("p", [
        ["B", false, true],
        ["A", false, true],
      ]),
    ]),
  ).toBe(0.5);
  expect(
    positionalShare(expected, [
      done("p", [
        ["A", true, true],
        ["B", false, true],
      ]),
    ]),
  ).toBe(0.75);
  expect(positionalShare([wanted("p", [], "3x")], [done("p", [], "3y")])).toBe(0.5);
  expect(positionalShare(expected, [])).toBe(0);
});

test("an account matches by its placeholder or its address", () => {
  expect(positionalShare([wanted("p", ["address of A"])], [done("p", [["A", false, true]])])).toBe(1);
});

test("an instruction inserted in front costs by place and not by alignment", () => {
  const expected = [wanted("p"), wanted("q")];
  const actual = [done("other"), done("p"), done("q")];
  expect(positionalShare(expected, actual)).toBe(0);
  expect(alignedShare(expected, actual)).toBe(1);
});

test("alignment keeps the order", () => {
  expect(alignedShare([wanted("p"), wanted("q")], [done("q"), done("p")])).toBe(0.5);
});

test("alignment is never below the share by place, and both are between 0 and 1", () => {
  const program = fc.constantFrom("p", "q", "r");
  fc.assert(
    fc.property(fc.array(program, { maxLength: 6 }), fc.array(program, { maxLength: 6 }), (expected, actual) => {
      const [wish, work] = [expected.map((one) => wanted(one)), actual.map((one) => done(one))];
      const byPlace = positionalShare(wish, work);
      const aligned = alignedShare(wish, work);
      expect(byPlace).toBeGreaterThanOrEqual(0);
      expect(aligned).toBeGreaterThanOrEqual(byPlace);
      expect(aligned).toBeLessThanOrEqual(1);
    }),
  );
});
