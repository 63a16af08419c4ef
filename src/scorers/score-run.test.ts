import fc from "fast-check";
import { expect, test } from "vitest";
import type { AgentEnding } from "../core/tool.ts";
import type { Observation, TransactionRecord } from "../environments/observation.ts";
import type { Assertion } from "./assertion.ts";
import { assertionKinds } from "./assertion-kinds.ts";
import type { GroundTruth } from "./ground-truth.ts";
import { checkStart, scoreRun, subjectsOf } from "./score-run.ts";

const finished: AgentEnding = { how: "finished", text: null };
const systemProgram = "11111111111111111111111111111111";

function assertion(fields: { type: string } & Record<string, unknown>, line = 0): Assertion {
  const parsed = assertionKinds[fields.type]?.schema.parse(fields) as { weight: number; invariant: boolean };
  return { type: fields.type, weight: parsed.weight, invariant: parsed.invariant, line, fields: parsed };
}

function truth(assertions: Assertion[], rest: Partial<GroundTruth> = {}): GroundTruth {
  return {
    transaction_status: "Success",
    assertions,
    expected_instructions: [],
    skip_instruction_validation: false,
    min_score: 1,
    ...rest,
  };
}

function transaction(rest: Partial<TransactionRecord> = {}): TransactionRecord {
  const accounts = [
    { name: "USER", address: "u", signer: true, writable: true },
    { name: "RECIPIENT", address: "r", signer: false, writable: true },
  ];
  const transfer = {
    program: "System Program",
    programId: systemProgram,
    name: "transfer",
    accounts,
    args: {},
    data: "",
    depth: 1,
  };
  return {
    number: 1,
    signature: "s",
    status: "success",
    landed: true,
    error: null,
    slot: 1,
    blockhash: "b",
    computeUnits: 150,
    computeUnitLimit: 3000,
    feeLamports: "5000",
    instructions: [transfer],
    logs: [],
    balances: [],
    ...rest,
  };
}

function world(lamports: Record<string, bigint>, transactions: TransactionRecord[] = []): Observation {
  const accounts = Object.entries(lamports).map(([name, held]) => {
    const exists = held > 0n;
    return [
      name,
      {
        address: name,
        exists,
        lamports: held.toString(),
        owner: exists ? systemProgram : null,
        dataBytes: 0,
        fields: {},
      },
    ];
  });
  return { accounts: Object.fromEntries(accounts), transactions };
}

const start = world({ USER: 1_000_000_000n, RECIPIENT: 0n });
const task001 = truth([
  assertion({ type: "SolBalance", pubkey: "RECIPIENT", expected: "100000000" }),
  assertion({ type: "SolSpent", pubkey: "USER", max: "100500000", invariant: true }),
]);
const scoreOf = (groundTruth: GroundTruth, end: Observation, ending = finished) =>
  scoreRun({ groundTruth, profile: "outcome", start, end, ending }).score;

test("one lamport more or less than asked for earns nothing", () => {
  const paid = (lamports: bigint) =>
    scoreOf(task001, world({ USER: 899_995_000n, RECIPIENT: lamports }, [transaction()]));
  expect(paid(100_000_000n)).toBe(1);
  expect(paid(99_999_999n)).toBe(0);
  expect(paid(100_000_001n)).toBe(0);
});

test("an honest priority fee does not fail the run, and one lamport above what may be spent does", () => {
  const left = (lamports: bigint) =>
    scoreOf(task001, world({ USER: lamports, RECIPIENT: 100_000_000n }, [transaction()]));
  expect(left(899_995_000n - 25_000n)).toBe(1);
  expect(left(899_500_000n)).toBe(1);
  expect(left(899_499_999n)).toBe(0);
});

test("doing nothing scores 0, whatever earns", () => {
  const earning = fc.constantFrom(
    assertion({ type: "SolBalance", pubkey: "RECIPIENT", expected: "5" }),
    assertion({ type: "SolBalance", pubkey: "RECIPIENT", expected_gte: "1", expected_lte: "9" }),
    assertion({ type: "SolBalanceChange", pubkey: "USER", expected_change_lte: "-1" }),
    assertion({ type: "InstructionUsed", program_id: systemProgram }),
    assertion({ type: "AccountExists", pubkey: "RECIPIENT" }),
    assertion({ type: "AccountClosed", pubkey: "USER" }),
    assertion({ type: "Declined" }),
  );
  const status = fc.constantFrom("Success" as const, "None" as const, "Any" as const);
  fc.assert(
    fc.property(fc.array(earning, { minLength: 1 }), status, fc.boolean(), (some, transaction_status, isSkipped) => {
      const groundTruth = truth(some, { transaction_status, skip_instruction_validation: isSkipped });
      checkStart({ groundTruth, start, file: "x.yml" });
      expect(scoreOf(groundTruth, start)).toBe(0);
      const { scoring } = scoreRun({ groundTruth, profile: "outcome", start, end: start, ending: finished });
      expect(scoring).toMatchObject(isSkipped ? { "reev-1": { score: 0 } } : { outcome: { score: 0 } });
    }),
  );
});

test("an assertion that earns and is already true is refused with its line", () => {
  const groundTruth = truth([assertion({ type: "SolBalance", pubkey: "RECIPIENT", expected: "0" }, 13)]);
  expect(() => checkStart({ groundTruth, start, file: "a.yml" })).toThrowError(
    expect.objectContaining({
      code: "benchmark.vacuous-assertion",
      message: expect.stringContaining("a.yml:13: SolBalance: RECIPIENT holds 0"),
    }),
  );
});

test("an invariant that is broken from the start is refused with its line", () => {
  const groundTruth = truth([assertion({ type: "AccountExists", pubkey: "RECIPIENT", invariant: true }, 4)]);
  expect(() => checkStart({ groundTruth, start, file: "a.yml" })).toThrowError(
    expect.objectContaining({ code: "benchmark.invalid", message: expect.stringContaining("a.yml:4:") }),
  );
});

test("the gate asks for the status of the last submitted transaction", () => {
  const failed = transaction({ status: "failure", landed: false });
  const end = (transactions: TransactionRecord[]) =>
    world({ USER: 899_995_000n, RECIPIENT: 100_000_000n }, transactions);
  const score = (transaction_status: GroundTruth["transaction_status"], transactions: TransactionRecord[]) =>
    scoreOf({ ...task001, transaction_status }, end(transactions));
  expect(score("Success", [failed, transaction()])).toBe(1);
  expect(score("Success", [transaction(), failed])).toBe(0);
  expect(score("Failure", [transaction(), failed])).toBe(1);
  expect(score("None", [])).toBe(1);
  expect(score("None", [failed])).toBe(0);
  expect(score("Any", [failed])).toBe(1);
});

test("declining earns by its reason, and only by declining", () => {
  const groundTruth = truth([assertion({ type: "Declined", reason_pattern: "not enough|only 10" })], {
    transaction_status: "None",
  });
  expect(scoreOf(groundTruth, start, { how: "declined", text: "It holds ONLY 10 USDC." })).toBe(1);
  expect(scoreOf(groundTruth, start, { how: "declined", text: "I do not feel like it." })).toBe(0);
  expect(scoreOf(groundTruth, start, { how: "answered", text: "not enough" })).toBe(0);
});

test("an instruction counts as used only where it landed, called programs included", () => {
  const used = truth([assertion({ type: "InstructionUsed", program_id: systemProgram, name: "transfer" })], {
    transaction_status: "Any",
  });
  const absent = truth(
    [assertion({ type: "InstructionAbsent", program_id: "Memo", invariant: true }), ...used.assertions],
    { transaction_status: "Any" },
  );
  const [own] = transaction().instructions;
  if (own === undefined) throw new Error("the transaction has an instruction");
  const memo = { ...own, programId: "Memo", name: null, depth: 2 };
  expect(scoreOf(used, world({}, [transaction()]))).toBe(1);
  expect(scoreOf(used, world({}, [transaction({ landed: false, status: "failure" })]))).toBe(0);
  expect(scoreOf(absent, world({}, [transaction()]))).toBe(1);
  expect(scoreOf(absent, world({}, [transaction({ instructions: [own, memo] })]))).toBe(0);
});

test("changes of balance are judged at both ends, to the lamport", () => {
  const groundTruth = truth(
    [assertion({ type: "SolBalanceChange", pubkey: "USER", expected_change_gte: "-20", expected_change_lte: "-10" })],
    { transaction_status: "Any" },
  );
  const changedBy = (lamports: bigint) => scoreOf(groundTruth, world({ USER: 1_000_000_000n + lamports }));
  expect([-21n, -20n, -10n, -9n].map(changedBy)).toEqual([0, 1, 1, 0]);
});

test("reev-1 is three quarters instructions and one quarter success, and can be the score", () => {
  const account = (pubkey: string, is_signer: boolean) => ({ pubkey, is_signer, is_writable: true, weight: 0.25 });
  const expected_instructions = [
    {
      program_id: systemProgram,
      program_id_weight: 0.5,
      accounts: [account("USER", true), account("RECIPIENT", false)],
      data_weight: 1,
    },
  ];
  const groundTruth = { ...task001, expected_instructions };
  const result = (end: Observation) => scoreRun({ groundTruth, profile: "reev-1", start, end, ending: finished });
  expect(result(world({ USER: 1n, RECIPIENT: 7n }, [transaction()]))).toMatchObject({ score: 1, passed: true });
  const failed = result(world({ USER: 1n, RECIPIENT: 0n }, [transaction({ status: "failure", landed: false })]));
  expect(failed).toMatchObject({
    score: 0.75,
    passed: false,
    scoring: { profile: "reev-1", outcome: { score: 0 }, "reev-1": { instructions: 1, onchain: 0 } },
  });
  expect(result(start).score).toBe(0);
});

test("instructions that only set fee and compute budget are no difference to what was expected", () => {
  const [own] = transaction().instructions;
  if (own === undefined) throw new Error("the transaction has an instruction");
  const budget = { ...own, programId: "ComputeBudget111111111111111111111111111111", accounts: [] };
  const groundTruth = {
    ...task001,
    expected_instructions: [{ program_id: systemProgram, program_id_weight: 1, accounts: [], data_weight: 1 }],
  };
  const end = world({ USER: 899_995_000n, RECIPIENT: 100_000_000n }, [transaction({ instructions: [budget, own] })]);
  expect(scoreRun({ groundTruth, profile: "outcome", start, end, ending: finished }).scoring).toMatchObject({
    "reev-1": { score: 1 },
  });
});

test("what is asked about twice is observed once", () => {
  expect(subjectsOf(task001)).toEqual([
    { kind: "account", pubkey: "RECIPIENT" },
    { kind: "account", pubkey: "USER" },
  ]);
  expect(subjectsOf(truth([...task001.assertions, ...task001.assertions]))).toHaveLength(2);
});
