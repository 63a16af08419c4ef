// The shipped Solana benchmarks, each played in this process: its own solution, a wrong one beside it, nothing at all,
// and every near miss of amounts and accounts that can be made of its solution.

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { Benchmark } from "../src/benchmarks/benchmark.ts";
import { parseBenchmark } from "../src/benchmarks/format.ts";
import type { Json } from "../src/core/document-value.ts";
import type { PlannedCall } from "../src/core/tool.ts";
import type { TransactionRecord } from "../src/environments/observation.ts";
import { acting, planned, play } from "../src/runner/play-benchmark.ts";

type WrongSolution = { expected_score: number; solution?: PlannedCall[]; steps?: PlannedCall[][] };
type Calls = { solution: PlannedCall[] | null; steps: PlannedCall[][] };

const root = new URL("../", import.meta.url);
const files = readdirSync(new URL("benchmarks/", root))
  .filter((name) => name.endsWith(".yml"))
  .map((name) => `benchmarks/${name}`)
  .sort();
const suite = files
  .map((file) => ({ file, benchmark: parseBenchmark(readFileSync(new URL(file, root), "utf8"), file) }))
  .filter(({ benchmark }) => benchmark.task.environment === "solana");

describe("the suite as a whole", () => {
  test("has at least seventeen Solana benchmarks, two of them flows", () => {
    expect(suite.length).toBeGreaterThanOrEqual(17);
    expect(suite.filter(({ benchmark }) => benchmark.task.flow !== null).length).toBeGreaterThanOrEqual(2);
  });

  test("no two have the same set of instruction kinds in their solution", async () => {
    const kinds = new Map<string, string>();
    for (const { file } of suite) {
      const key = [...new Set(await kindsUsed(file))].sort().join(" + ");
      expect(kinds.get(key), `${file} and ${kinds.get(key)} both have ${key}`).toBeUndefined();
      kinds.set(key, file);
    }
  });

  test("there are near misses to try of every benchmark in which anything is to be done", () => {
    for (const { benchmark } of suite.filter((one) => one.benchmark.id !== "003-spl-transfer-fail")) {
      expect(otherAccounts(callsOf(benchmark), ["ANOTHER"]).length, benchmark.id).toBeGreaterThan(0);
    }
    const amounts = suite.flatMap(({ benchmark }) => nearAmounts(callsOf(benchmark)));
    expect(amounts.length).toBeGreaterThan(2 * 17);
  });

  test("every wrong solution belongs to a benchmark", () => {
    const names = readdirSync(new URL("tests/wrong-solutions/", root)).map((name) => name.replace(/\.yml$/, ""));
    expect(names.sort()).toEqual(suite.map(({ benchmark }) => benchmark.id));
  });
});

describe.each(suite)("$benchmark.id", ({ file, benchmark }) => {
  const calls = callsOf(benchmark);
  const passes = async (given: Calls) => {
    const { result } = await play({ file, ...optionsOf(given) });
    expect(result.error).toBeNull();
    return result.passed;
  };

  test("its solution passes with the score 1, whatever the seed", async () => {
    for (const seed of [0, 1, 4127733018, 2 ** 32 - 1]) {
      expect((await play({ file, seed })).result).toMatchObject({ outcome: "completed", score: 1, passed: true });
    }
  });

  test("three runs with one seed have one record, times aside", async () => {
    const records = [];
    for (const _ of [1, 2, 3]) records.push(JSON.stringify((await play({ file, seed: 7 })).events.map(withoutTimes)));
    expect(new Set(records).size).toBe(1);
  });

  test("the wrong solution beside it lands and gets the score that its comment derives", async () => {
    const wrong = wrongSolutionOf(benchmark);
    const { result, dataOf } = await play({
      file,
      ...optionsOf({ solution: wrong.solution ?? null, steps: wrong.steps ?? [] }),
    });
    const transactions = dataOf("transaction.executed") as unknown as TransactionRecord[];
    expect(transactions.at(-1)).toMatchObject({ landed: true, status: "success" });
    expect(result).toMatchObject({ outcome: "completed", score: wrong.expected_score, passed: false });
  });

  test("doing nothing scores 0", async () => {
    const { result } = await play({ file, agent: acting(async () => ({ how: "finished", text: null })) });
    expect(result).toMatchObject({ outcome: "completed", score: 0, passed: false });
  });

  test("an honest priority fee changes nothing", async () => {
    expect(await passes(eachCall(calls, (call) => (call.tool === "submit" ? [priorityFee, call] : [call])))).toBe(true);
  });

  test("no amount may be off by one", async () => {
    for (const [near, changed] of nearAmounts(calls)) expect(await passes(changed), near).toBe(false);
  });

  test("no account that gives, gets or is put in charge may be another one", async () => {
    const declared = benchmark.task.initial_state.map((entry) => (entry as { pubkey: string }).pubkey);
    const names = [...declared, "1nc1nerator11111111111111111111111111111111"];
    for (const [near, changed] of otherAccounts(calls, names)) expect(await passes(changed), near).toBe(false);
  });
});

/** 100000 lamports for a transaction. */
const priorityFee = planned("set_compute_budget", { unit_limit: 200_000, unit_price_micro_lamports: 500_000 });
const amountFields = ["lamports", "amount", "fee"];
const accountFields = [
  "from",
  "to",
  "source",
  "destination",
  "account",
  "delegate",
  "vote",
  "staker",
  "withdrawer",
  "owner",
];

function callsOf({ solution, steps }: Benchmark): Calls {
  return { solution, steps: steps.map((step) => [...step.solution]) };
}

async function kindsUsed(file: string): Promise<string[]> {
  const transactions = (await play({ file })).dataOf("transaction.executed") as unknown as TransactionRecord[];
  return transactions
    .flatMap(({ instructions }) => instructions)
    .filter(({ depth }) => depth === 1)
    .map(({ program, name }) => `${program}: ${name}`);
}

/** Each change of one amount in the calls, by one up and down, with its description. */
function nearAmounts(calls: Calls): [string, Calls][] {
  return changes(calls, amountFields, (value) =>
    typeof value === "number" || typeof value === "string"
      ? [String(BigInt(value) + 1n), String(BigInt(value) - 1n)]
      : [],
  );
}

/** Each change of one account in the calls to each other declared one, with its description. */
function otherAccounts(calls: Calls, names: readonly string[]): [string, Calls][] {
  return changes(calls, accountFields, (value) => names.filter((name) => name !== value));
}

function changes(calls: Calls, fields: readonly string[], others: (value: Json) => Json[]): [string, Calls][] {
  const all = [...(calls.solution ?? []), ...calls.steps.flat()];
  return all.flatMap((call) =>
    fields
      .filter((field) => Object.hasOwn(call.args, field) && /^(get|find|list)_/.test(call.tool) === false)
      .flatMap((field) =>
        others(call.args[field] as Json).map((value): [string, Calls] => {
          const changed = { ...call, args: { ...call.args, [field]: value } };
          return [
            `${call.tool} ${field}: ${JSON.stringify(value)}`,
            eachCall(calls, (one) => [one === call ? changed : one]),
          ];
        }),
      ),
  );
}

function eachCall({ solution, steps }: Calls, change: (call: PlannedCall) => PlannedCall[]): Calls {
  return { solution: solution?.flatMap(change) ?? null, steps: steps.map((step) => step.flatMap(change)) };
}

function optionsOf({ solution, steps }: Calls) {
  return { ...(solution === null ? {} : { solution }), ...(steps.length === 0 ? {} : { steps }) };
}

function wrongSolutionOf({ id }: Benchmark): WrongSolution {
  const wrong = parse(readFileSync(new URL(`tests/wrong-solutions/${id}.yml`, root), "utf8")) as WrongSolution;
  const whole = (call: PlannedCall): PlannedCall => ({
    ...planned(call.tool, call.args),
    ...(call.as === undefined ? {} : { as: call.as }),
  });
  return {
    expected_score: wrong.expected_score,
    ...(wrong.solution === undefined ? {} : { solution: wrong.solution.map(whole) }),
    ...(wrong.steps === undefined ? {} : { steps: wrong.steps.map((step) => step.map(whole)) }),
  };
}

function withoutTimes({ type, data }: { type: string; data: Record<string, unknown> }) {
  const { ms: _, ...rest } = data;
  return { type, data: rest };
}
